"""``qidl check``: what would break loading between two schemas, layout dumps or QEMU's own descriptions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qidl.check import Finding, check, read_accepted


def add_parser(commands: Any) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "check",
        help="compare two schemas, layout dumps or -dump-vmstate files",
        description="Exit status 0: compatible, 1: not. Forward is from OLD to NEW, backward the way back.",
    )
    parser.add_argument("old", metavar="OLD", help="schemas, or what qidl layouts --json or QEMU's -dump-vmstate wrote")
    parser.add_argument("new", metavar="NEW", help="the same, later")
    parser.add_argument("--accept", metavar="FILE", help="known differences: a glob a line, PATH or PATH: KIND")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each finding."""
    accepted = read_accepted(Path(options.accept).read_text()) if options.accept else ()
    found = check(Path(options.old), Path(options.new), accepted)
    for finding in found:
        print(_line(finding))
    return int(any(finding.breaks for finding in found))


def _line(finding: Finding) -> str:
    broken = " and ".join(direction.value for direction in finding.breaks) or "nothing"
    return f"{finding.path}: {finding.kind}: {finding.message} (breaks {broken})"
