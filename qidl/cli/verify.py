"""``qidl verify``: decode every section, encode it again, compare."""

from __future__ import annotations

import argparse

from qidl.cli.output import print_problems, print_table
from qidl.errors import QidlError
from qidl.section import Section
from qidl.snapshot import load


def run(options: argparse.Namespace) -> int:
    """Print a line for each section; 1 unless all of them hold."""
    rows = []
    status = 0
    snapshot = load(options.file, strict=not options.lenient)
    for section in snapshot.sections:
        result = _verify(section)
        status |= result.startswith(("differs", "fails"))
        rows.append((section.idstr, str(section.instance_id), str(section.version_id), str(section.length), result))
    print_table(("section", "instance", "version", "bytes", "result"), rows)
    return status | print_problems(snapshot)


def _verify(section: Section) -> str:
    if section.is_live:
        return f"ok, {section.type.name.lower()}"
    if section.is_opaque:
        return "unknown, kept as it is"
    original = bytes(section.payload)
    try:
        encoded = section.encode()
    except QidlError as error:
        return f"fails: {error}"
    if encoded == original:
        return "ok"
    place = next((i for i, (a, b) in enumerate(zip(encoded, original, strict=False)) if a != b), len(original))
    return f"differs from byte {place} on"
