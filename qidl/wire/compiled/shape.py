"""What of a layout is known before any byte is read: what has a fixed form, and what is plain enough to compile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import construct

from qidl.wire import path as paths
from qidl.wire.primitives import (
    Again,
    Array,
    Before,
    Boolean,
    Buffer,
    Checked,
    Conditional,
    Integer,
    Listed,
    Only,
    Since,
    Unused,
    Validated,
    When,
    minimum_size,
)
from qidl.wire.vmstate import Member, VMState

MANY = 256
"""Values that one function spells out rather than loop over."""

FEW = 32
"""Integers of an array that are spelled out, where there may be as many."""

FEW_STRUCTS = 8
"""Structs of an array that are spelled out, where they are not of fixed form."""


@attrs.frozen
class Atom:
    """A field of fixed size.

    :ivar code: its form, as :mod:`struct` has it
    :ivar size: bytes
    :ivar kind: ``int``, ``bool``, ``bytes`` or ``unused``
    :ivar bounds: what an integer may be, if that is less than its type can hold
    :ivar range: what an integer can be
    :ivar accepts: says of an integer whether it may be so, if bounds do not
    """

    code: str
    size: int
    kind: str
    bounds: tuple[int, int] | None = None
    range: tuple[int, int] | None = None
    accepts: Callable[[int], bool] | None = None


def behaves_as(subcon: Any, cls: Any) -> bool:
    """Whether a construct reads and writes just as this class does, which a subclass need not."""
    return isinstance(subcon, cls) and type(subcon)._parse is cls._parse and type(subcon)._build is cls._build


def atom(subcon: Any) -> Atom | None:
    """Take a construct for a field of fixed size; None if it is not."""
    if behaves_as(subcon, Integer):
        return Atom(subcon.code, subcon.length, "int", None, (subcon.minimum, subcon.maximum))
    if behaves_as(subcon, Validated) and behaves_as(subcon.subcon, Integer):
        return _validated(subcon, subcon.subcon)
    if behaves_as(subcon, Boolean):
        return Atom("B", 1, "bool")
    if behaves_as(subcon, Buffer) and isinstance(subcon.length, int) and subcon.length >= 0:
        return Atom(f"{subcon.length}s", subcon.length, "bytes")
    if behaves_as(subcon, Unused) and subcon.length >= 0:
        return Atom(f"{subcon.length}s", subcon.length, "unused")
    return None


def _validated(subcon: Validated, integer: Integer) -> Atom:
    whole = (integer.minimum, integer.maximum)
    if isinstance(subcon, Checked) and type(subcon).accepts is Checked.accepts:
        bounds = (subcon.least, subcon.most)
        return Atom(integer.code, integer.length, "int", bounds, bounds)
    return Atom(integer.code, integer.length, "int", None, whole, subcon.accepts)


def is_mask(field: Atom) -> bool:
    """Whether the values that a field may have are those of some low bits."""
    least, most = field.bounds or (0, 0)
    return field.bounds is not None and least == 0 and most & (most + 1) == 0


_STEPS = [
    name
    for name in vars(VMState)
    if name in ("_parse", "_build", "is_in", "marker", "header") or name.startswith(("_read", "_write", "_next"))
]


def is_plain(layout: Any) -> bool:
    """Whether a construct is a VMState that reads and writes just as VMState does."""
    return isinstance(layout, VMState) and all(getattr(type(layout), step) is getattr(VMState, step) for step in _STEPS)


def is_unbounded(subcon: Any) -> bool:
    """Whether a construct of another kind may hold what the limits bound: structs within it, or empty elements.

    It may hold one of its own kind, too, however deep: it says so by naming it later.
    """
    while isinstance(subcon, construct.Subconstruct):
        if may_be_empty(subcon) or isinstance(subcon, construct.LazyBound):
            return True
        subcon = subcon.subcon
    # A struct that is its subcon counts in the nesting of the layout.
    return not isinstance(subcon, VMState) and _holds_structs(subcon)


def _holds_structs(value: Any) -> bool:
    if isinstance(value, construct.Construct):
        return isinstance(value, VMState | construct.LazyBound) or any(map(_holds_structs, vars(value).values()))
    if isinstance(value, dict):
        return any(map(_holds_structs, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_structs, value))


def may_be_empty(subcon: Any) -> bool:
    """Whether it is an array of as many elements as the input says, which may take no bytes."""
    return isinstance(subcon, Array) and not isinstance(subcon.count, int) and not minimum_size(subcon.subcon)


def members(layout: VMState, version_id: int) -> Iterator[tuple[Member, tuple[Conditional, ...]]]:
    """The members that a version may have, each with the conditions that the state decides."""
    for member in layout.members:
        decided = [condition for condition in member.conditions if _depends_on_version_alone(condition)]
        if all(condition.present(version_id, {}) for condition in decided):
            yield member, tuple(condition for condition in member.conditions if condition not in decided)


def _depends_on_version_alone(condition: Conditional) -> bool:
    return any(type(condition).present is cls.present for cls in (Since, Before, Only))


def variant(layout: VMState, version_id: int) -> Any:
    """What tells versions of a layout apart, for those that have the same fields."""
    conditions = [condition for member in layout.members for condition in member.conditions]
    if any(not _depends_on_version_alone(condition) and not is_when(condition) for condition in conditions):
        return version_id
    return tuple(condition.present(version_id, {}) for condition in conditions if not is_when(condition))


def is_when(condition: Conditional) -> bool:
    """Whether a condition is a :class:`~qidl.wire.primitives.When` as it stands."""
    return type(condition).present is When.present


def is_fixed(subcon: Any) -> bool:
    """Whether a construct has one size and one form, so that it can be spelled out."""
    return 0 <= count_values(subcon) <= MANY


def is_element(subcon: Any) -> bool:
    """Whether a construct can be an element of an array, which has a value for each."""
    return is_plain(subcon) or (is_fixed(subcon) and not isinstance(subcon, Unused | Again))


def number(count: Any) -> int:
    """The count of an array of fixed form."""
    assert isinstance(count, int)
    return count


def is_integer(subcon: Any) -> bool:
    """Whether a construct is an integer that may have any value."""
    return behaves_as(subcon, Integer)


def count_values(subcon: Any) -> int:
    """How many values a construct has, or -1 if it is not of fixed form; a long array counts as one."""
    if atom(subcon) is not None:
        return 1
    if behaves_as(subcon, Again):
        return 1 if behaves_as(subcon.subcon, Integer) else -1
    if behaves_as(subcon, Array) and isinstance(subcon.count, int):
        if is_integer(subcon.subcon) and subcon.count > FEW:
            return 1
        # Elements that may be empty are bounded in number by the bytes that are left.
        is_bounded = subcon.count >= 0 and minimum_size(subcon.subcon) > 0
        each = count_values(subcon.subcon) if is_bounded and is_element(subcon.subcon) else -1
        return each if each < 0 else each * subcon.count
    if not is_plain(subcon) or subcon.subsections:
        return -1
    total = 0
    for member, conditions in members(subcon, subcon.version_id):
        each = -1 if conditions else count_values(member.subcon)
        if each < 0:
            return -1
        total += each
    return total


def asked_for(layout: VMState, version_id: int) -> set[tuple[paths.Step, ...]]:
    """Paths of the fields on which a count, a condition or a repetition depends."""
    found: set[str] = set()
    for member, conditions in members(layout, version_id):
        tests = [condition.test for condition in conditions if isinstance(condition, When)]
        found.update(test for test in tests if isinstance(test, str))
        subcon = member.subcon
        while isinstance(subcon, Array | Listed):
            if isinstance(subcon, Array) and isinstance(subcon.count, str):
                found.add(subcon.count)
            subcon = subcon.subcon
        if isinstance(subcon, Buffer) and isinstance(subcon.length, str):
            found.add(subcon.length)
        elif isinstance(subcon, Again):
            found.add(subcon.path)
    found.update(path for rule in layout.rules for path in rule.paths)
    return {paths.parse(path) for path in found}


def subsections_stand_apart(layout: VMState) -> bool:
    """Whether the members of a state tell which subsections it has, each having members of its own."""
    if not all(is_plain(subsection) and _has_plain_marker(subsection) for subsection in layout.subsections):
        return False
    own = {str(paths.parse(member.path)[0]) for member in layout.members} or {layout.marker}
    groups = [own, *(subsection.roots for subsection in layout.subsections)]
    certain = all(not subsection.fields or _has_certain_member(subsection) for subsection in layout.subsections)
    different = len({subsection.name for subsection in layout.subsections}) == len(layout.subsections)
    return certain and different and sum(map(len, groups)) == len(frozenset().union(*groups))


def _has_plain_marker(layout: VMState) -> bool:
    return bool(layout.fields) or (layout.marker.isascii() and layout.marker.isidentifier())


def _has_certain_member(layout: VMState) -> bool:
    certain = [member.subcon for member, conditions in members(layout, layout.version_id) if not conditions]
    return any(
        isinstance(subcon, Integer | Validated | Boolean | Buffer | Array) or is_plain(subcon) for subcon in certain
    )
