"""The ``qidl`` command."""

from qidl.cli.main import main

__all__ = ["main"]
