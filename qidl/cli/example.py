"""``qidl example``: a stream to begin with."""

from __future__ import annotations

import argparse
import os

from qidl import files

EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "example.qevm")
"""The stream that ships with the package: a pc-1.1 machine that runs Linux."""


def run(options: argparse.Namespace) -> int:
    """Write it."""
    files.write(options.output, [files.read(EXAMPLE)])
    return 0
