"""States of any layout."""

from __future__ import annotations

from typing import Any

import construct
from hypothesis import strategies as st

from qidl.strategies import values
from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState

State = dict[str, Any]


@st.composite
def states(draw: st.DrawFn, layout: VMState, version_id: int | None = None) -> State:
    """States that a layout can encode: every condition, subsections present and absent, arrays empty and full.

    :param layout: the layout
    :param version_id: version of the section; the newest unless given
    """
    return _draw_state(draw, layout, layout.accept(version_id))


def _draw_state(draw: st.DrawFn, layout: VMState, version_id: int) -> State:
    state: State = {}
    _draw_members(draw, layout, version_id, state)
    return state


def _draw_members(draw: st.DrawFn, layout: VMState, version_id: int, state: State) -> None:
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


def _draw_value(draw: st.DrawFn, subcon: Any, state: State, *, is_count: bool = False) -> Any:
    # A construct that a layout defines for itself may bring its own strategy.
    own = getattr(subcon, "draw_value", None)
    if own is not None:
        return own(draw, state)
    context = construct.Container(state=state)
    match subcon:
        case wire.Again():
            return None
        case wire.Checked(least=least, most=most):
            return draw(values.counts(least, most) if is_count else values.integers(least, most))
        case wire.Boolean():
            return draw(st.booleans())
        case wire.Unused():
            return draw(st.none() | values.binary(subcon.length).filter(any))
        case wire.Buffer():
            return draw(values.binary(wire.measure(subcon.length, context)))
        case wire.Array():
            return _draw_elements(draw, subcon.subcon, wire.measure(subcon.count, context), state)
        case wire.Listed():
            return _draw_elements(draw, subcon.subcon, draw(st.integers(0, 3)), state)
        case VMState():
            return _draw_state(draw, subcon, subcon.version_id)
    if is_count:
        return draw(st.integers(0, values.MAX_COUNT))
    return draw(values.integers(subcon.minimum, subcon.maximum))


def _draw_elements(draw: st.DrawFn, subcon: Any, count: int, state: State) -> list[Any]:
    return values.elements(draw, count, lambda: _draw_value(draw, subcon, state))
