"""What differs between two states, or two snapshots: by section and path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import attrs

from qidl.section import Section
from qidl.snapshot import Snapshot
from qidl.wire import path as paths
from qidl.wire.ram import PAGE_SIZE, RAM


class Absent:
    """Stands for what one side does not have."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


@attrs.frozen
class Difference:
    """One value that differs.

    :ivar section: name of the section, with ``#`` and its instance where that is not 0
    :ivar path: path within the state; empty for a whole section
    :ivar left: the value on one side, :data:`ABSENT` if it has none
    :ivar right: the value on the other
    """

    section: str
    path: str
    left: Any
    right: Any


def diff_states(left: Any, right: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield path and both values wherever two states differ; :data:`ABSENT` stands for no value."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in [*left, *(name for name in right if name not in left)]:
            yield from diff_states(left.get(name, ABSENT), right.get(name, ABSENT), paths.join(path, name))
    elif isinstance(left, list | bytes) and type(left) is type(right) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from diff_states(one, other, paths.join(path, index))
    elif left != right or type(left) is not type(right):
        yield path, left, right


def diff(left: Snapshot, right: Snapshot) -> Iterator[Difference]:
    """Yield every difference between two snapshots: versions, states, guest memory, and sections that one lacks."""
    ours, theirs = _by_key(left), _by_key(right)
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        idstr, instance_id = key
        name = f"{idstr}#{instance_id}" if instance_id else idstr
        pairs = ours.get(key, []), theirs.get(key, [])
        for index in range(max(map(len, pairs))):
            one, other = (side[index] if index < len(side) else None for side in pairs)
            yield from _diff_section(name, one, other)
    yield from _diff_ram(left.ram, right.ram)


def _by_key(snapshot: Snapshot) -> dict[tuple[str, int], list[Section]]:
    found: dict[tuple[str, int], list[Section]] = defaultdict(list)
    for section in snapshot.sections:
        if not section.is_live:
            found[section.idstr, section.instance_id].append(section)
    return found


def _diff_section(name: str, left: Section | None, right: Section | None) -> Iterator[Difference]:
    if left is None or right is None:
        here = ("absent" if side is None else f"version {side.version_id}" for side in (left, right))
        yield Difference(name, "", *here)
        return
    if left.version_id != right.version_id:
        yield Difference(name, "version_id", left.version_id, right.version_id)
    if left.payload != right.payload:
        for path, one, other in diff_states(left.state, right.state):
            yield Difference(name, path, one, other)


def _diff_ram(left: RAM, right: RAM) -> Iterator[Difference]:
    for idstr in [*left, *(idstr for idstr in right if idstr not in left)]:
        if idstr not in left or idstr not in right:
            lengths = (ram[idstr].length if idstr in ram else ABSENT for ram in (left, right))
            yield Difference("ram", idstr, *lengths)
            continue
        one, other = left[idstr], right[idstr]
        if one.length != other.length:
            yield Difference("ram", f"{idstr}.length", one.length, other.length)
        shorter = min(one.length, other.length)
        for address in sorted({*one.addresses(), *other.addresses()}):
            if address >= shorter:
                break
            sides = [block.read(address, PAGE_SIZE) if block.has(address) else ABSENT for block in (one, other)]
            if sides[0] != sides[1]:
                yield Difference("ram", f"{idstr}[{address:#x}]", *(s if s is ABSENT else "a page" for s in sides))
