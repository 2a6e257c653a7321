"""``qidl check``: what would break loading between two schemas, layout dumps or QEMU's own descriptions."""

from __future__ import annotations

import argparse
from pathlib import Path

from qidl.check import Finding, check, read_accepted
from qidl.errors import SchemaError


def run(options: argparse.Namespace) -> int:
    """Print a line for each finding."""
    accepted = _accepted(Path(options.accept)) if options.accept else ()
    found = check(Path(options.old), Path(options.new), accepted)
    for finding in found:
        print(_line(finding))
    return int(any(finding.breaks for finding in found))


def _accepted(path: Path) -> tuple[str, ...]:
    try:
        return read_accepted(path.read_bytes().decode())
    except UnicodeDecodeError as error:
        raise SchemaError(f"{path}: offset {error.start}: expected text in UTF-8, found another byte") from None


def _line(finding: Finding) -> str:
    broken = " and ".join(direction.value for direction in finding.breaks) or "nothing"
    return f"{finding.path}: {finding.kind}: {finding.message} (breaks {broken})"
