"""States of any layout."""

from __future__ import annotations

import contextlib
import copy
import functools
from typing import Any, NoReturn

import attrs
from hypothesis import reject, strategies as st

from qidl.errors import QidlError, SchemaError
from qidl.sentences import shown
from qidl.strategies import values
from qidl.strategies.couplings import NONE, Coupling, Couplings, Length, couplings
from qidl.strategies.foreign import foreign
from qidl.strategies.forms import integers, range_of
from qidl.strategies.ranges import Range, Ranges, common
from qidl.strategies.rules import NOTHING, Kept
from qidl.strategies.values import BOOLEANS, SIMPLEST, Draw, Drawing, NoSimplest
from qidl.wire import path as paths, primitives as wire
from qidl.wire.context import Context, has_member
from qidl.wire.member import Member
from qidl.wire.vmstate import VMState

State = dict[str, Any]


@attrs.frozen
class Plan:
    """What is known of a version of a layout before anything is drawn.

    :ivar name: of the layout
    :ivar ranges: what its integers can be
    :ivar couplings: what hangs on its fields
    :ivar state: the simplest state, as far as that can be known
    :ivar copies: how many structs of the layout there are, as elements of arrays around them
    """

    name: str
    ranges: Ranges
    couplings: Couplings = attrs.field(factory=dict)
    state: State = attrs.field(factory=dict)
    copies: int = 1


@st.composite
def states(draw: st.DrawFn, layout: VMState, version_id: int | None = None) -> State:
    """States that a layout can encode.

    Integers are drawn at the ends of their ranges and at the values that a condition asks for;
    counts few, and up to their bound; subsections present and absent. Rules are kept.

    A construct of one's own is drawn as what bytes of its size mean to it. One with a method
    ``draw_value(draw, state)`` is drawn by that: ``draw`` takes a strategy, as in
    :func:`hypothesis.strategies.composite`, and ``state`` holds the members before it.

    :param layout: the layout; it is looked at when the first state is drawn, which is when errors are raised
    :param version_id: version of the section; the newest unless given
    :raises WireError: the layout is not of that version
    :raises SchemaError: it has a construct that neither says what it holds nor what size it has, or a check that fails
    """
    if not isinstance(layout, VMState):
        raise SchemaError(f"states: expected a VMState, found {shown(layout)}")
    return draw_state(Drawing(draw), layout, layout.accept(version_id))


def draw_state(draw: Draw, layout: VMState, version_id: int, copies: int = 1) -> State:
    """A state of one version.

    :param copies: how many elements there are of the arrays around, taken together
    """
    state: State = {}
    _draw_members(draw, layout, version_id, state, copies)
    return state


@functools.lru_cache(maxsize=256)
def _plan(layout: VMState, version_id: int, copies: int) -> Plan:
    """What hangs together in a layout, and how great its integers may be."""
    members = [member for member in layout.members if _may_be_in(member, version_id)]
    ranges = Ranges.of(_ranges(members), layout.rules)
    simplest = Plan(layout.name, ranges, copies=copies)
    context = Context(simplest.state)
    for member in members:
        # What hangs on what is not known without drawing is left out.
        with contextlib.suppress(NoSimplest, QidlError, LookupError):
            if member.present(version_id, simplest.state):
                kept = Kept(member.path, range=ranges.of_field(member.path, {}), struct=layout.name)
                _put(context, member.path, _draw_value(SIMPLEST, member.subcon, context, simplest, NONE, kept))
    left = ranges.left()
    forms = {member.path: member.subcon for member in members if not isinstance(member.subcon, wire.Again)}
    found = couplings(layout, forms, left, simplest.state, copies)
    counts = {
        # What has to be longer than there is room for is as short as it can be.
        path: (max(0, left[path][0]), max(left[path][0], coupling.most))
        for path, coupling in found.items()
        if coupling.most is not None and path in left
    }
    return Plan(layout.name, ranges.narrowed(counts), found, simplest.state, copies)


def _may_be_in(member: Member, version_id: int) -> bool:
    """Whether a version has a field, in one state or another."""
    versions = [one for one in member.conditions if isinstance(one, wire.Since | wire.Before | wire.Only)]
    return all(one.present(version_id, {}) for one in versions)


def _ranges(members: list[Member]) -> dict[str, Range]:
    """What fields can hold, each by itself; one that is there in several forms, what one of them does.

    What is written a second time is what both hold.
    """
    found: dict[str, Range] = {}
    for member in members:
        if isinstance(member.subcon, wire.Again) and member.path in found:
            again = range_of(member.subcon.subcon)
            found[member.path] = common(found[member.path], again or found[member.path])
        elif (one := range_of(member.subcon)) is not None:
            least, most = found.get(member.path, one)
            found[member.path] = min(least, one[0]), max(most, one[1])
    return found


def _draw_members(draw: Draw, layout: VMState, version_id: int, state: State, copies: int) -> None:
    # Of so many or a few more alike, so that there are not too many plans.
    plan = _plan(layout, version_id, 1 << (copies - 1).bit_length())
    context = Context(state)
    drawn: dict[str, int | None] = {}
    for member in layout.members:
        path = member.path
        if member.present(version_id, state):
            kept = _kept(layout, path, state, plan.ranges.of_field(path, drawn))
            value = _draw_member(draw, member.subcon, context, plan, kept)
            if value is not None:
                drawn[path] = value if type(value) is int else None
            _put(context, path, value)
        else:
            drawn.setdefault(path, None)
    for subsection in layout.subsections:
        if draw(BOOLEANS):
            found = values.whole(draw, lambda draw, one=subsection: _draw_subsection(draw, one, state, copies))  # type: ignore[misc]
            state.update(found)


def _put(context: Context, path: str, value: Any) -> None:
    """Tell of a member as reading does: constructs look it up by its path, functions in the state."""
    if value is not None:
        context[path] = value
        paths.put(context.state, path, value)


def _kept(layout: VMState, path: str, state: State, left: Range | None) -> Kept:
    rules = tuple(rule for rule in layout.rules if path in rule.paths)
    others = {other for rule in rules for other in rule.paths if other != path and has_member(state, other)}
    return Kept(path, rules, {other: paths.get(state, other) for other in others}, left, layout.name)


def _draw_subsection(draw: Draw, subsection: VMState, state: State, copies: int) -> State:
    """A state with a subsection, or without it, where it turns out that none of its fields is there."""
    drawn = copy.deepcopy(state)
    if not subsection.fields:
        drawn[subsection.marker] = True
    _draw_members(draw, subsection, subsection.version_id, drawn, copies)
    return drawn if subsection.is_in(drawn) else state


def _draw_member(draw: Draw, subcon: Any, context: Context, plan: Plan, kept: Kept) -> Any:
    coupling = plan.couplings.get(kept.path, NONE)
    value = _draw_value(draw, subcon, context, plan, coupling, kept)
    if not kept.rules or value is None or type(value) is int:
        return value
    mended = kept.mended(value, lambda: _draw_value(SIMPLEST, subcon, context, plan, coupling, kept))
    if mended is NOTHING:
        _give_up(draw)
    return mended


def _draw_value(draw: Draw, subcon: Any, context: Context, plan: Plan, coupling: Coupling, kept: Kept) -> Any:
    own = getattr(subcon, "draw_value", None)
    if own is not None:
        return own(draw.raw, context.state)
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
            length = _measured(draw, subcon.length, context.state, plan)
            return draw(values.binary(length, fixed=isinstance(subcon.length, int)))
        case wire.Array():
            count, fixed = _measured(draw, subcon.count, context.state, plan), isinstance(subcon.count, int)
        case wire.Listed():
            count, fixed = (
                draw(values.counts(0, min(values.MAX_COUNT, values.share(values.MOST_ELEMENTS, plan.copies)))),
                False,
            )
        case VMState():
            return values.whole(draw, lambda draw: draw_state(draw, subcon, subcon.version_id, plan.copies))
        case _:
            return draw(foreign(subcon, context, f"{plan.name}.{kept.path}"))
    inner, each = attrs.evolve(plan, copies=plan.copies * max(1, count)), Kept(kept.path, struct=plan.name)
    return values.elements(
        draw, count, lambda draw: _draw_value(draw, subcon.subcon, context, inner, NONE, each), fixed=fixed
    )


def _measured(draw: Draw, length: Length, state: State, plan: Plan) -> int:
    """A number of elements or bytes, no more than an example can have unless there is no choice."""
    if isinstance(length, int):
        return length
    found = _measure(length, state)
    if found < 0 or values.MOST_BYTES < found != _measure(length, plan.state):
        _give_up(draw)
    return found


def _measure(length: Length, state: State) -> int:
    """A length, or -1 where it is not known: a function may know less than the fields can say."""
    try:
        return wire.measure(length, Context(state))
    except Exception:
        return -1


def _give_up(draw: Draw) -> NoReturn:
    """Leave this example, or say that there is nothing simple."""
    if draw is SIMPLEST:
        raise NoSimplest
    reject()
