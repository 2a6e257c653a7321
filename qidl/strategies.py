"""Hypothesis strategies: states of any layout, QObjects and objects of any declared class.

Needs hypothesis, which ``import qidl`` does not.
"""

from __future__ import annotations

from typing import Any, TypeVar

import construct
from hypothesis import strategies as st

from qidl.annotations import CType
from qidl.declaration import Array, Boolean, Declaration, Integer, String, Struct, Type, declaration
from qidl.qobject import from_qobject
from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState

T = TypeVar("T")

_MAX_COUNT = 5
_MAX_DENSE = 16


@st.composite
def states(draw: st.DrawFn, layout: VMState, version_id: int | None = None) -> dict[str, Any]:
    """States that a layout can encode: every condition, subsections present and absent, arrays empty and full."""
    return _draw_state(draw, layout, layout.accept(version_id))


def _draw_state(draw: st.DrawFn, layout: VMState, version_id: int) -> dict[str, Any]:
    state: dict[str, Any] = {}
    _draw_members(draw, layout, version_id, state)
    return state


def _draw_members(draw: st.DrawFn, layout: VMState, version_id: int, state: dict[str, Any]) -> None:
    counts = {member.subcon.count for member in layout.members if isinstance(member.subcon, wire.Array)}
    counts |= {member.subcon.length for member in layout.members if isinstance(member.subcon, wire.Buffer)}
    for member in layout.members:
        if member.present(version_id, state):
            value = _draw_value(draw, member.subcon, state, is_count=member.path in counts)
            if value is not None:
                paths.put(state, member.path, value)
    for subsection in layout.subsections:
        if draw(st.booleans()):
            if not subsection.fields:
                state[subsection.marker] = True
            _draw_members(draw, subsection, subsection.version_id, state)


def _draw_value(draw: st.DrawFn, subcon: Any, state: dict[str, Any], *, is_count: bool = False) -> Any:
    # A construct that a layout defines for itself may bring its own strategy.
    own = getattr(subcon, "draw_value", None)
    if own is not None:
        return own(draw, state)
    context = construct.Container(state=state)
    match subcon:
        case wire.Again():
            return None
        case wire.Checked():
            most = min(subcon.most, subcon.least + _MAX_COUNT) if is_count else subcon.most
            return draw(st.integers(subcon.least, most))
        case wire.Boolean():
            return draw(st.booleans())
        case wire.Unused():
            return draw(st.none() | _bytes(subcon.length).filter(any))
        case wire.Buffer():
            return draw(_bytes(wire.measure(subcon.length, context)))
        case wire.Array():
            return _draw_array(draw, subcon.subcon, wire.measure(subcon.count, context), state)
        case wire.Listed():
            return _draw_array(draw, subcon.subcon, draw(st.integers(0, 3)), state)
        case VMState():
            return _draw_state(draw, subcon, subcon.version_id)
    return draw(_integers(subcon.minimum, subcon.maximum, is_count=is_count))


def _draw_array(draw: st.DrawFn, subcon: Any, count: int, state: dict[str, Any]) -> list[Any]:
    """A few elements are drawn; in a long array, they are scattered among copies of one."""
    if count <= _MAX_DENSE:
        return [_draw_value(draw, subcon, state) for _ in range(count)]
    common = _draw_value(draw, subcon, state)
    elements = [common] * count
    for place in draw(st.lists(st.integers(0, count - 1), max_size=3)):
        elements[place] = _draw_value(draw, subcon, state)
    return elements


def _integers(minimum: int, maximum: int, *, is_count: bool = False) -> st.SearchStrategy[int]:
    """Integers of a type, its ends and its beginning more often than chance would have them."""
    if is_count:
        return st.integers(0, _MAX_COUNT)
    return st.sampled_from([minimum, maximum, 0]) | st.integers(minimum, maximum)


def _bytes(length: int) -> st.SearchStrategy[bytes]:
    if length <= _MAX_DENSE:
        return st.binary(min_size=length, max_size=length)
    edits = st.lists(st.tuples(st.integers(0, length - 1), st.integers(0, 255)), max_size=4)
    fills = st.sampled_from([0, 0, 255])
    return st.builds(lambda fill, places: _scattered(bytes([fill]) * length, places), fills, edits)


def _scattered(data: bytes, places: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, byte in places:
        changed[place] = byte
    return bytes(changed)


@st.composite
def qobjects(draw: st.DrawFn, cls: type) -> dict[str, Any]:
    """QObjects of a declared class: sizes within their arrays, optional members present and absent."""
    return _draw_struct(draw, declaration(cls))


def objects(cls: type[T]) -> st.SearchStrategy[T]:
    """Objects of a declared class, loaded from :func:`qobjects`."""
    return qobjects(cls).map(lambda qobject: from_qobject(cls, qobject))


def _draw_struct(draw: st.DrawFn, described: Declaration) -> dict[str, Any]:
    sizes = _sizes(described)
    qobject: dict[str, Any] = {}
    for field in described.serialised:
        if field.optional and not draw(st.booleans()):
            continue
        if field.name in sizes:
            qobject[field.name] = draw(st.integers(0, sizes[field.name]))
        else:
            qobject[field.name] = _draw_field(draw, field.type, qobject)
    return qobject


def _sizes(described: Declaration) -> dict[str, int]:
    """Greatest value of each field that says how long an array is."""
    sizes: dict[str, int] = {}
    for field in described.serialised:
        if isinstance(field.type, Array) and isinstance(field.type.size, str):
            name = field.type.size
            capacity = _MAX_COUNT if field.type.capacity is None else field.type.capacity
            kind = described.by_name[name].type
            maximum = kind.ctype.maximum if isinstance(kind, Integer) else capacity
            sizes[name] = min(sizes.get(name, maximum), capacity, maximum)
    return sizes


def _draw_field(draw: st.DrawFn, kind: Type, qobject: dict[str, Any]) -> Any:
    match kind:
        case Integer(ctype):
            return draw(_of_type(ctype))
        case Boolean():
            return draw(st.booleans())
        case String(capacity):
            return draw(_text(capacity))
        case Struct(described):
            return _draw_struct(draw, described)
        case Array():
            length = qobject[kind.size] if isinstance(kind.size, str) else kind.size
            if length is None:
                length = draw(st.integers(0, _MAX_COUNT))
            if kind.is_buffer:
                return draw(_bytes(length))
            if length <= _MAX_DENSE:
                return [_draw_field(draw, kind.element, qobject) for _ in range(length)]
            return [_draw_field(draw, kind.element, qobject)] * length
    raise AssertionError(kind)


def _of_type(ctype: CType) -> st.SearchStrategy[int]:
    return _integers(ctype.minimum, ctype.maximum)


def _text(capacity: int | None) -> st.SearchStrategy[str]:
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=capacity and capacity - 1)
    return text if capacity is None else text.filter(lambda value: len(value.encode()) < capacity)
