"""``qidl diff``: what differs between two streams."""

from __future__ import annotations

import argparse
from typing import Any

from qidl.cli.output import print_problems
from qidl.differences import ABSENT, diff
from qidl.snapshot import load


def run(options: argparse.Namespace) -> int:
    """Print a line for each difference."""
    left = load(options.file, strict=not options.lenient)
    status = print_problems(left, options.file)
    # From here on, what is at fault is the other.
    options.file = options.other
    right = load(options.other, strict=not options.lenient)
    status |= print_problems(right, options.other)
    for found in diff(left, right):
        status = 1
        if found.path:
            print(f"{found.section}.{found.path}: {_shown(found.left)} -> {_shown(found.right)}")
        else:
            print(f"{found.section}: {_version(found.left)} -> {_version(found.right)}")
    return status


def _version(value: Any) -> str:
    return str(value) if value is ABSENT else f"version {value}"


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex() if len(value) <= 32 else f"{len(value)} bytes"
    text = str(value)
    return text if len(text) <= 80 else f"{type(value).__name__} of {len(value)}"
