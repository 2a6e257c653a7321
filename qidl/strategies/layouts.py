"""States of any layout."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any, Final, NoReturn

from hypothesis import reject, strategies as st

from qidl.errors import QidlError
from qidl.strategies import values
from qidl.strategies.couplings import NONE, Coupling, couplings, maximum
from qidl.strategies.foreign import foreign
from qidl.strategies.forms import integers
from qidl.strategies.rules import NOTHING, Kept
from qidl.strategies.values import BOOLEANS, SIMPLEST, Draw, Drawing, NoSimplest
from qidl.wire import path as paths, primitives as wire
from qidl.wire.context import Context, has_member
from qidl.wire.vmstate import VMState

State = dict[str, Any]


@st.composite
def states(draw: st.DrawFn, layout: VMState, version_id: int | None = None) -> State:
    """States that a layout can encode.

    Integers are drawn at the ends of their ranges and at the values that a condition asks for;
    counts few, and up to their bound; subsections present and absent. Rules are kept.

    A construct of one's own is drawn as what bytes of its size mean to it. One with a method
    ``draw_value(draw, state)`` is drawn by that: ``draw`` takes a strategy, as in
    :func:`hypothesis.strategies.composite`, and ``state`` holds the members before it.

    :param layout: the layout
    :param version_id: version of the section; the newest unless given
    :raises WireError: the layout is not of that version
    :raises SchemaError: it has a construct that neither says what it holds nor what size it has
    """
    return draw_state(Drawing(draw), layout, layout.accept(version_id))


def draw_state(draw: Draw, layout: VMState, version_id: int) -> State:
    """A state of one version."""
    state: State = {}
    _draw_members(draw, layout, version_id, state)
    return state


_FREE: Final = Kept("")
"""Of a field that no rule names."""


@functools.lru_cache(maxsize=256)
def _couplings(layout: VMState) -> tuple[dict[str, Coupling], dict[str, int]]:
    """What hangs on the fields of a layout, and how great they may be; by path."""
    state: State = {}
    for member in layout.members:
        try:
            present = member.present(layout.version_id, state)
            value = _draw_value(SIMPLEST, member.subcon, state) if present else None
        except (NoSimplest, QidlError, LookupError):
            # It hangs on what is not known without drawing.
            continue
        if value is not None:
            paths.put(state, member.path, value)
    found = couplings(layout, state)
    greatest = {member.path: most for member in layout.members if (most := maximum(member.subcon))}
    return found, {path: min(most, found.get(path, NONE).most or most) for path, most in greatest.items()}


def _draw_members(draw: Draw, layout: VMState, version_id: int, state: State) -> None:
    coupled, greatest = _couplings(layout)
    for member in layout.members:
        if member.present(version_id, state):
            kept = _kept(layout, member.path, state, greatest)
            value = _draw_member(draw, member.subcon, state, coupled.get(member.path, NONE), kept)
            if value is not None:
                paths.put(state, member.path, value)
    for subsection in layout.subsections:
        if draw(BOOLEANS):
            drawn = values.whole(draw, lambda draw, one=subsection: _draw_subsection(draw, one, state))  # type: ignore[misc]
            state.update(drawn)


def _kept(layout: VMState, path: str, state: State, greatest: dict[str, int]) -> Kept:
    rules = [rule for rule in layout.rules if path in rule.paths]
    if not rules:
        return _FREE
    others = {other for rule in rules for other in rule.paths if other != path and has_member(state, other)}
    return Kept(path, tuple(rules), {other: paths.get(state, other) for other in others}, greatest)


def _draw_subsection(draw: Draw, subsection: VMState, state: State) -> State:
    """A state with a subsection, or without it, where it turns out that none of its fields is there."""
    drawn = copy.deepcopy(state)
    if not subsection.fields:
        drawn[subsection.marker] = True
    _draw_members(draw, subsection, subsection.version_id, drawn)
    return drawn if subsection.is_in(drawn) else state


def _draw_member(draw: Draw, subcon: Any, state: State, coupling: Coupling, kept: Kept) -> Any:
    value = _draw_value(draw, subcon, state, coupling, kept)
    if not kept.rules or value is None or type(value) is int:
        return value
    mended = kept.mended(value, lambda: _draw_value(SIMPLEST, subcon, state, coupling, kept))
    if mended is NOTHING:
        _give_up(draw)
    return mended


def _draw_value(draw: Draw, subcon: Any, state: State, coupling: Coupling = NONE, kept: Kept = _FREE) -> Any:
    own = getattr(subcon, "draw_value", None)
    if own is not None:
        return own(draw.raw, state)
    choice = integers(subcon, coupling, kept)
    if choice is not None:
        return draw(choice)
    match subcon:
        case wire.Again():
            return None
        case wire.Boolean():
            return draw(BOOLEANS)
        case wire.Unused():
            return draw(values.binary(subcon.length).filter(any)) if draw(BOOLEANS) else None
        case wire.Buffer():
            length = _measured(draw, subcon.length, state)
            return draw(values.binary(length, fixed=isinstance(subcon.length, int)))
        case wire.Array():
            count, fixed = _measured(draw, subcon.count, state), isinstance(subcon.count, int)
        case wire.Listed():
            count, fixed = draw(values.counts(0, values.MAX_COUNT)), False
        case VMState():
            return values.whole(draw, lambda draw: draw_state(draw, subcon, subcon.version_id))
        case _:
            return draw(foreign(subcon, state))
    return values.elements(draw, count, lambda draw: _draw_value(draw, subcon.subcon, state), fixed=fixed)


def _measured(draw: Draw, length: int | str | Callable[[State], int], state: State) -> int:
    """A number of elements or bytes, no more than an example can have unless there is no choice."""
    if isinstance(length, int):
        return length
    try:
        found = wire.measure(length, Context(state))
    except Exception:
        # A function may know less than the fields can say.
        found = -1
    if not 0 <= found <= values.MOST_BYTES:
        _give_up(draw)
    return found


def _give_up(draw: Draw) -> NoReturn:
    """Leave this example, or say that there is nothing simple."""
    if draw is SIMPLEST:
        raise NoSimplest
    reject()
