"""The ``qidl`` command."""

try:
    from qidl.cli.main import main
except KeyboardInterrupt:
    # Most of the time that a short command takes goes by here.
    raise SystemExit(130) from None

__all__ = ["main"]
