"""``qidl show``: the sections of a stream, the state of one, or one value."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from qidl.cli.example import EXAMPLE
from qidl.cli.output import json_text, print_problems, print_table
from qidl.section import Section
from qidl.snapshot import Snapshot, load
from qidl.wire import path as paths
from qidl.wire.stream import SectionType


def run(options: argparse.Namespace) -> int:
    """Show what was asked for."""
    if options.file is None:
        options.file = EXAMPLE
    snapshot = load(options.file, strict=not options.lenient)
    if options.path is None:
        if options.json:
            print(json_text(_document(snapshot, snapshot.sections)))
        else:
            _print_sections(snapshot)
        return print_problems(snapshot)
    section, path = snapshot.locate(options.path)
    if options.json:
        print(json_text(section.get(path) if path else _document(snapshot, [section])))
    else:
        print("\n".join(_tree(section.get(path) if path else section.state, path)))
    return print_problems(snapshot)


def _document(snapshot: Snapshot, sections: list[Section]) -> dict[str, Any]:
    return {
        "level": snapshot.level,
        "sections": [
            {
                "idstr": section.idstr,
                "instance_id": section.instance_id,
                "version_id": section.version_id,
                "section_id": section.section_id,
                "offset": section.offset,
                "length": section.length,
                "state": section.state,
            }
            for section in sections
        ],
    }


def _print_sections(snapshot: Snapshot) -> None:
    levels = ", ".join(snapshot.possible_levels) or f"none; read as {snapshot.level}"
    print(f"level {snapshot.level} (fits {levels}), {len(snapshot.sections)} sections")
    rows = []
    parts: dict[int, list[Section]] = {}
    for section in snapshot.sections:
        if _is_part(section):
            parts.setdefault(section.section_id, []).append(section)
    for section in snapshot.sections:
        same = parts[section.section_id] if _is_part(section) else [section]
        # The parts of a live section are many, and alike: the first stands for all.
        if section is same[0]:
            numbers = (section.instance_id, section.version_id, section.section_id, section.offset)
            length = sum(part.length for part in same)
            rows.append((section.idstr, *map(str, numbers), str(length), _note(section, len(same))))
    print_table(("section", "instance", "version", "id", "offset", "bytes", ""), rows)


def _is_part(section: Section) -> bool:
    return section.is_live and section.type is SectionType.PART


def _note(section: Section, count: int) -> str:
    if section.is_opaque:
        return "unknown"
    if not section.is_live:
        return ""
    return f"{count} parts" if count > 1 else section.type.name.lower()


_LINE = 100


def _tree(value: Any, path: str) -> Iterator[str]:
    """A line for every value, by its path; short lists and buffers on a line of their own."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _tree(member, paths.join(path, name))
        if not value:
            yield f"{path} (empty)".strip()
    elif isinstance(value, list) and not all(isinstance(element, int) for element in value):
        for index, element in enumerate(value):
            yield from _tree(element, paths.join(path, index))
    elif isinstance(value, bytes):
        yield from _buffer(value, path)
    elif isinstance(value, list):
        yield from _numbers(value, path)
    else:
        yield f"{path} = {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return str(value) if -10 < value < 10 else f"{value} ({value:#x})"


def _buffer(value: bytes, path: str) -> Iterator[str]:
    rows = ((offset, value[offset : offset + 16]) for offset in range(0, len(value), 16))
    yield f"{path} = {len(value)} bytes" + ("" if any(value) else ", all 0")
    yield from _without_zeros((any(row), f"  {offset:04x}  {row.hex(' ')}") for offset, row in rows)


def _numbers(value: list[int], path: str) -> Iterator[str]:
    line = f"{path} = [{', '.join(map(str, value))}]"
    if len(line) <= _LINE:
        yield line
        return
    yield f"{path} = {len(value)} elements" + ("" if any(value) else ", all 0")
    yield from _without_zeros((element != 0, f"  [{i}] = {_scalar(element)}") for i, element in enumerate(value))


def _without_zeros(lines: Iterable[tuple[bool, str]]) -> Iterator[str]:
    """The lines that are not of zeros alone; for others that come in a row, a star. None where all are."""
    runs = [(found, [line for _, line in run]) for found, run in itertools.groupby(lines, key=lambda each: each[0])]
    if any(found for found, _ in runs):
        for found, run in runs:
            yield from run if found else ["  *"]
