"""How many bytes a construct takes, and at which offsets a layout's fields lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import construct

from qidl.wire.primitives import Again, Array, Before, Buffer, Checked, Integer, Listed, Only, Since, Validated
from qidl.wire.vmstate import Member, VMState

SUBSECTION_HEADER = 1 + 1 + 4
"""Bytes of a subsection before its fields, its name left out: marker, length of the name, version."""


class Extent(NamedTuple):
    """Bytes that something takes in the version that is written.

    :ivar least: with every condition false, every list empty, no subsection
    :ivar most: with all of them; None if there is no limit but the count's own range
    """

    least: int
    most: int | None

    @property
    def fixed(self) -> int | None:
        """Their number where it is always the same."""
        return self.least if self.least == self.most else None

    def __str__(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"

    def plus(self, other: Extent) -> Extent:
        """Bytes of both, one after the other."""
        return Extent(self.least + other.least, _apply(int.__add__, self.most, other.most))

    def times(self, other: Extent) -> Extent:
        """Bytes of so many."""
        return Extent(self.least * other.least, _apply(int.__mul__, self.most, other.most))


NOTHING = Extent(0, 0)


def extent(subcon: Any, within: VMState | None = None) -> Extent:
    """Return the bytes that a construct takes.

    :param subcon: a layout, or what a field of one is
    :param within: the layout that it is a field of, in which a count may be bounded
    """
    match subcon:
        case VMState():
            return _layout(subcon)
        case construct.Renamed() | Validated() | Again():
            return extent(subcon.subcon, within)
        case Array():
            return _count(subcon.count, within).times(extent(subcon.subcon, within))
        case Buffer():
            return _count(subcon.length, within)
        case Listed():
            return Extent(1, None)
    if (minimum_size := getattr(subcon, "minimum_size", None)) is not None:
        return Extent(int(minimum_size()), None)
    try:
        size = int(subcon.sizeof())
    except construct.SizeofError:
        return Extent(0, None)
    return Extent(size, size)


def offsets(layout: VMState) -> Iterator[tuple[Member, int | None]]:
    """Yield each field with its offset in what the newest version writes.

    None where that is not always the same, and where this version lacks the field.
    """
    start: int | None = 0
    end: int | None = 0
    before: Member | None = None
    for member in layout.members:
        if not in_version(member, layout.version_id):
            yield member, None
            continue
        if before is None or not _are_alternatives(before, member):
            start = end
        yield member, start
        before = member
        end = None if is_conditional(member) else _apply(int.__add__, start, extent(member.subcon, layout).fixed)


def _are_alternatives(one: Member, other: Member) -> bool:
    """Fields of one path that depend on the state: no more than one of them is there."""
    return one.path == other.path and is_conditional(one) and is_conditional(other)


def in_version(member: Member, version_id: int) -> bool:
    """Whether the conditions on a field's version hold; those on the state are another matter."""
    return all(c.present(version_id, {}) for c in member.conditions if isinstance(c, Since | Before | Only))


def is_conditional(member: Member) -> bool:
    """Whether it depends on the state if the field is there."""
    return not all(isinstance(condition, Since | Before | Only) for condition in member.conditions)


def _layout(layout: VMState) -> Extent:
    present = [member for member in layout.members if in_version(member, layout.version_id)]
    total = NOTHING
    for member in present:
        found = extent(member.subcon, layout)
        if is_conditional(member):
            alternatives = [other for other in present if _are_alternatives(member, other)]
            # All of them count as one, and that where the first stands.
            most = _most(extent(other.subcon, layout).most for other in alternatives)
            found = Extent(0, most) if alternatives[0] is member else NOTHING
        total = total.plus(found)
    for subsection in layout.subsections:
        most = extent(subsection).most
        header = SUBSECTION_HEADER + len(subsection.name)
        total = total.plus(Extent(0, None if most is None else header + most))
    return total


def _count(count: Any, within: VMState | None) -> Extent:
    if isinstance(count, int):
        return Extent(count, count)
    if isinstance(count, str) and within is not None:
        for member in within.members:
            match member.subcon:
                case Checked(least=least, most=most, subcon=Integer(maximum=maximum)) if (
                    member.path == count and in_version(member, within.version_id)
                ):
                    return Extent(max(least, 0), None if most == maximum else most)
    return Extent(0, None)


def _most(candidates: Iterable[int | None]) -> int | None:
    found = list(candidates)
    return None if None in found else max(size for size in found if size is not None)


def _apply(operation: Any, left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else operation(left, right)
