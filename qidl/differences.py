"""What differs between two states, or two snapshots: by section and path."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import attrs

from qidl.section import Section
from qidl.snapshot import Snapshot
from qidl.wire import path as paths
from qidl.wire.block import chunks_of
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
    :ivar path: path within the state; of guest memory, a block, or an offset in it: ``pc.ram[0x7000]``; of disks,
        a first sector: ``ide0-hd0[2048]``; empty for a whole section
    :ivar left: the value on one side, :data:`ABSENT` if it has none. Of a whole section that is its version, of a
        block of memory its length in bytes, and of what lies in memory or on a disk, ``a page`` or ``a chunk``.
    :ivar right: the same on the other
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
    """Yield every difference between two snapshots: versions, states, memory, disks, and sections that one lacks.

    Where a page or a chunk came more than once, the last counts. How the machine was written makes no difference:
    neither the order and the numbers of sections, nor which live ones bring memory and disks, nor what follows the
    end.

    :raises WireError: a payload is not what its layout says
    """
    ours, theirs = _by_key(left), _by_key(right)
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        idstr, instance_id = key
        name = f"{idstr}#{instance_id}" if instance_id else idstr
        pairs = ours.get(key, []), theirs.get(key, [])
        for index in range(max(map(len, pairs))):
            one, other = (side[index] if index < len(side) else None for side in pairs)
            yield from _diff_section(name, one, other)
    yield from _diff_ram(left.ram, right.ram)
    yield from _diff_disks(_disks(left), _disks(right))


def _by_key(snapshot: Snapshot) -> dict[tuple[str, int], list[Section]]:
    found: dict[tuple[str, int], list[Section]] = defaultdict(list)
    for section in snapshot.sections:
        if not section.is_live:
            found[section.idstr, section.instance_id].append(section)
    return found


def _diff_section(name: str, left: Section | None, right: Section | None) -> Iterator[Difference]:
    if left is None or right is None:
        yield Difference(name, "", *(ABSENT if side is None else side.version_id for side in (left, right)))
        return
    if left.version_id != right.version_id:
        yield Difference(name, "version_id", left.version_id, right.version_id)
    if left.payload != right.payload:
        for path, one, other in diff_states(left.state, right.state):
            yield Difference(name, path, one, other)


def _diff_ram(left: RAM, right: RAM) -> Iterator[Difference]:
    for idstr in [*left, *(idstr for idstr in right if idstr not in left)]:
        # Until version 4 of the section, memory has no blocks, and so no names.
        path = idstr or "memory"
        if idstr not in left or idstr not in right:
            lengths = (ram[idstr].length if idstr in ram else ABSENT for ram in (left, right))
            yield Difference("ram", path, *lengths)
            continue
        one, other = left[idstr], right[idstr]
        if one.length != other.length:
            yield Difference("ram", f"{path}.length", one.length, other.length)
        shorter = min(one.length, other.length)
        for address in sorted({*one.addresses(), *other.addresses()}):
            if address >= shorter:
                break
            sides = [block.read(address, PAGE_SIZE) if block.has(address) else ABSENT for block in (one, other)]
            if sides[0] != sides[1]:
                yield Difference("ram", f"{path}[{address:#x}]", *(s if s is ABSENT else "a page" for s in sides))


def _disks(snapshot: Snapshot) -> dict[tuple[str, int], bytes]:
    """What the stream brings of disks: a digest of each chunk, by device and first sector."""
    return {
        (device, sector): hashlib.sha256(content).digest()
        for section in snapshot.sections
        if section.is_live and section.idstr == "block"
        for device, sector, content in chunks_of(section.payload)
    }


def _diff_disks(left: dict[tuple[str, int], bytes], right: dict[tuple[str, int], bytes]) -> Iterator[Difference]:
    for device, sector in sorted({*left, *right}):
        sides = [side.get((device, sector)) for side in (left, right)]
        if sides[0] != sides[1]:
            found = (ABSENT if digest is None else "a chunk" for digest in sides)
            yield Difference("block", f"{device}[{sector}]", *found)
