"""A layout as somebody would write it who has construct and nothing of qidl.

It is made from the layout, so that every section of a machine has one, and is written for speed: a path is the name
of a member, so that no struct is within another but where an array asks for it; what a loading QEMU refuses is let
pass; and there is no look at what follows the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import construct

from qidl.wire import path as paths
from qidl.wire.primitives import (
    Again,
    Array,
    Boolean,
    Buffer,
    Checked,
    Integer,
    Listed,
    State,
    Unused,
    When,
    function_name,
)
from qidl.wire.vmstate import SUBSECTION, Member, VMState

_COUNTS = {"num timers": construct.this.num_timers}
"""What the functions among the counts are in construct's own words."""


def plain(layout: VMState, version_id: int | None = None) -> construct.Struct:
    """Return a layout's fields at a version, the newest unless given, and its subsections."""
    return construct.Struct(*_fields(layout, layout.version_id if version_id is None else version_id))


def leaves(parsed: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of what such a struct has read, with its path in the state of the layout."""
    if isinstance(parsed, dict):
        for name, member in parsed.items():
            if name != "_io":
                yield from leaves(member, path if _is_subsection(name) else paths.join(path, name))
    elif isinstance(parsed, list):
        for index, element in enumerate(parsed):
            yield from leaves(element, f"{path}[{index}]")
    elif parsed is not None:
        yield path, parsed


def _fields(layout: VMState, version_id: int) -> Iterator[Any]:
    fields: dict[str, Any] = {}
    for member in layout.members:
        conditions = [condition for condition in member.conditions if isinstance(condition, When)]
        if not _is_of_version(member, version_id):
            continue
        if isinstance(member.subcon, Unused):
            fields[member.path] = construct.Padding(member.subcon.length)
            continue
        form = _form(member.subcon)
        for condition in conditions:
            form = construct.IfThenElse(_test(condition), form, construct.Pass)
        if member.path in fields:
            # One of two forms, by one earlier field.
            first = fields[member.path].subcon
            form = construct.IfThenElse(first.condfunc, first.thensubcon, form)
        fields[member.path] = form if isinstance(member.subcon, Listed) else member.path / form
    yield from fields.values()
    for subsection in layout.subsections:
        header = construct.Const(subsection_header(subsection))
        body = construct.Struct(header, *_fields(subsection, subsection.version_id))
        yield _subsection_name(subsection) / construct.Optional(body)


def _is_of_version(member: Member, version_id: int) -> bool:
    return all(one.present(version_id, {}) for one in member.conditions if not isinstance(one, When))


def subsection_header(subsection: VMState) -> bytes:
    """The bytes by which a subsection is known."""
    name = subsection.name.encode()
    return bytes([SUBSECTION, len(name)]) + name + subsection.version_id.to_bytes(4, "big")


def _subsection_name(subsection: VMState) -> str:
    return f"<{subsection.name}>"


def _is_subsection(name: str) -> bool:
    return name.startswith("<")


def _form(subcon: Any) -> Any:
    match subcon:
        case Integer():
            return construct.FormatField(">", subcon.code)
        case Boolean():
            return construct.Flag
        case Buffer(length=length):
            return construct.Bytes(_count(length))
        case Checked() | Again():
            return _form(subcon.subcon)
        case Listed():
            # The lists of the captures are empty.
            return construct.Const(b"\0")
        case Array(count=count):
            return construct.Array(_count(count), _form(subcon.subcon))
        case VMState():
            return plain(subcon)
    raise TypeError(f"{subcon}: construct has no such form")


def _count(count: int | str | Callable[[State], int]) -> Any:
    if isinstance(count, int):
        return count
    return construct.this[count] if isinstance(count, str) else _COUNTS[function_name(count)]


def _test(condition: When) -> Any:
    value = construct.this[condition.test]
    return value if condition.equals is None else value == condition.equals
