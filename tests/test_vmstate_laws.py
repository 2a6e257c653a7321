"""The laws of decoding and encoding, on random layouts and on real ones."""

from __future__ import annotations

import copy
from typing import Any

import construct
from conftest import Engine, check_error
from hypothesis import given, strategies as st

from qidl import QidlError, WireError
from qidl.rules import Rule, check
from qidl.wire import path as paths
from qidl.wire.layouts.hpet import HPET_V2
from qidl.wire.layouts.mc146818rtc import MC146818RTC_V2, MC146818RTC_V3
from qidl.wire.layouts.pci import PCI_DEVICE, PCIBUS
from qidl.wire.member import Member
from qidl.wire.primitives import (
    Again,
    Array,
    AtLeast,
    Before,
    Bits,
    Bool,
    Buffer,
    Check,
    Checked,
    Int8,
    Int16,
    Int32,
    Int64,
    Integer,
    Listed,
    OneOf,
    Only,
    Range,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Unused,
    When,
    measure,
)
from qidl.wire.vmstate import VMState


def _is_odd(value: int) -> bool:
    return value % 2 == 1


SCALARS = [
    *(Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Timer, Bool),
    *(Range(UInt8, 0, 1), AtLeast(Int32, 2), OneOf(Int16, -1, 7), Bits(UInt32, 0x8001), Check(UInt8, _is_odd)),
]
COUNTS = [UInt8, UInt16, UInt32, UInt64]


@st.composite
def layouts(draw: st.DrawFn, name: str = "dev", depth: int = 2, version_id: int = 3) -> VMState:
    """A layout with fields of every kind, structs and subsections."""
    fields = draw(_fields(name, "f", depth))
    subsections = []
    for number in range(draw(st.integers(0, 2))):
        child = f"{name}/{name.rpartition('/')[2]}{number}"
        own = draw(_fields(child, f"s{number}f", depth - 1)) if depth and draw(st.booleans()) else ()
        subsections.append(VMState(child, version_id=draw(st.integers(0, 3)), fields=own))
    return VMState(
        name,
        version_id=version_id,
        minimum_version_id=1,
        fields=fields,
        subsections=subsections,
        rules=draw(_rules(fields)),
    )


@st.composite
def _rules(draw: st.DrawFn, fields: list[Any]) -> list[Rule]:
    """Rules on counts and what they count, which all states keep."""
    named = sorted({member.path for member in map(Member.of, fields)})
    counts = [path for path in named if path.endswith("_n")]
    if not counts or draw(st.booleans()):
        return []
    count, *others = draw(st.permutations(counts))[:2]
    return [
        check(lambda value: 0 <= value < 4, count, expected="a few"),
        *(check(lambda one, two: one + two < 7, count, other, expected="a few together") for other in others),
    ]


@st.composite
def _fields(draw: st.DrawFn, name: str, prefix: str, depth: int) -> list[Any]:
    # The first field is always there, so that neither an element nor a subsection can be empty.
    fields = [f"{prefix}first" / draw(st.sampled_from(SCALARS))]
    kinds = ["scalar", "buffer", "array", "counted", "counted buffer", "unused", "again", "list", "when"]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(kinds + ["struct"] * bool(depth)), max_size=4))):
        places = [f"{prefix}{number}", f"{prefix}_in.x{number}"]
        if kind != "unused":
            places.append(f"{prefix}_at[{number}].x")
        path = draw(st.sampled_from(places))
        fields += draw(_field(kind, path, f"{name}_{number}", depth))
    return fields


@st.composite
def _field(draw: st.DrawFn, kind: str, path: str, struct_name: str, depth: int) -> list[Any]:
    scalar, count = draw(st.sampled_from(SCALARS)), draw(st.sampled_from(COUNTS))
    element = draw(layouts(struct_name, depth - 1)) if depth else scalar
    length = draw(st.integers(1, 3))
    match kind:
        case "scalar":
            return [path / draw(_conditional(scalar))]
        case "buffer":
            return [path / draw(_conditional(Buffer(length)))]
        case "array":
            return [path / draw(_conditional(Array(length, element)))]
        case "counted":
            return [f"{path}_n" / count, path / draw(_conditional(Array(f"{path}_n", element)))]
        case "counted buffer":
            return [f"{path}_n" / count, path / Buffer(f"{path}_n")]
        case "unused":
            return [path / draw(_conditional(Unused(length)))]
        case "again":
            return [path / scalar, path / Again(path, scalar)]
        case "list":
            return [path / Listed(draw(st.integers(1, 255)), element)]
        case "when":
            return [f"{path}_n" / count, path / When(f"{path}_n", element)]
    return [path / draw(_conditional(element))]


def _conditional(subcon: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([subcon, Since(2, subcon), Before(3, subcon), Only(2, subcon)])


@st.composite
def states(draw: st.DrawFn, wire: VMState, version_id: int) -> dict[str, Any]:
    """A state that a layout can write."""
    state: dict[str, Any] = {}
    _draw_members(draw, wire, version_id, state)
    return state


def _draw_members(draw: st.DrawFn, wire: VMState, version_id: int, state: dict[str, Any]) -> None:
    for member in wire.members:
        if member.present(version_id, state):
            is_count = member.path.endswith("_n")
            is_timers = member.path == "num_timers"
            value = 3 if is_timers else draw(st.integers(0, 3)) if is_count else draw(_values(member.subcon, state))
            if value is not None:
                paths.put(state, member.path, value)
    for child in wire.subsections:
        if draw(st.booleans()):
            if not child.fields:
                state[child.marker] = True
            _draw_members(draw, child, child.version_id, state)


@st.composite
def _values(draw: st.DrawFn, subcon: Any, state: dict[str, Any]) -> Any:
    match subcon:
        case Checked():
            return draw(st.integers(subcon.least, subcon.most))
        case OneOf():
            return draw(st.sampled_from(subcon.values))
        case Bits():
            return draw(st.integers(0, subcon.subcon.maximum)) & subcon.mask
        case Check():
            return draw(st.integers(0, subcon.subcon.maximum).filter(subcon.holds))
        case Integer():
            return draw(st.integers(subcon.minimum, subcon.maximum))
        case VMState():
            return draw(states(subcon, subcon.version_id))
        case Buffer():
            length = measure(subcon.length, construct.Container(state=state))
            return draw(st.binary(min_size=length, max_size=length))
        case Unused():
            stray = st.binary(min_size=subcon.length, max_size=subcon.length).filter(any)
            return draw(st.none() | stray)
        case Array():
            count = measure(subcon.count, construct.Container(state=state))
            return [draw(_values(subcon.subcon, state)) for _ in range(count)]
        case Listed():
            return [draw(_values(subcon.subcon, state)) for _ in range(draw(st.integers(0, 2)))]
        case Again():
            return None
    return draw(st.booleans())


REAL = [PCI_DEVICE, PCIBUS, MC146818RTC_V2, MC146818RTC_V3, HPET_V2]
ANY_LAYOUT = layouts() | st.sampled_from(REAL)


@st.composite
def cases(draw: st.DrawFn) -> tuple[VMState, int, dict[str, Any]]:
    """A layout, a version of it, and a state."""
    wire = draw(ANY_LAYOUT)
    version_id = draw(st.integers(wire.minimum_version_id, wire.version_id))
    return wire, version_id, draw(states(wire, version_id))


@given(case=cases())
def test_round_trip(engine: Engine, case: tuple[VMState, int, dict[str, Any]]) -> None:
    """Reading gives back the state that was written, and writing the payload that was read."""
    wire, version_id, state = case
    before = copy.deepcopy(state)
    data = engine.encode(wire, state, version_id)
    assert state == engine.decode(wire, data, version_id)
    assert data == engine.encode(wire, engine.decode(wire, data, version_id), version_id)
    assert before == state


@given(case=cases(), data=st.data())
def test_changed_payload(engine: Engine, case: tuple[VMState, int, dict[str, Any]], data: st.DataObject) -> None:
    """A payload changed anywhere is refused, or read so that writing gives the same bytes."""
    wire, version_id, state = case
    payload = bytearray(engine.encode(wire, state, version_id))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(payload)))
        removed = data.draw(st.integers(0, 2))
        payload[place : place + removed] = data.draw(st.binary(max_size=3) | st.sampled_from([b"\5", b"\xff"]))
    check_any(engine, wire, bytes(payload), version_id)


@given(wire=ANY_LAYOUT, payload=st.binary(max_size=300))
def test_any_payload(engine: Engine, wire: VMState, payload: bytes) -> None:
    """Any bytes at all are read or refused."""
    for version_id in range(wire.minimum_version_id, wire.version_id + 1):
        check_any(engine, wire, payload, version_id)


def check_any(engine: Engine, wire: VMState, payload: bytes, version_id: int) -> None:
    try:
        state = engine.decode(wire, payload, version_id)
    except WireError as error:
        check_error(error, len(payload))
    else:
        assert payload == engine.encode(wire, state, version_id)


@given(wire=ANY_LAYOUT, data=st.data())
def test_any_state(engine: Engine, wire: VMState, data: st.DataObject) -> None:
    """Any state at all is written, so that reading gives the same, or is refused by qidl's own errors."""
    values = st.none() | st.booleans() | st.integers(-2, 300) | st.binary(max_size=2) | st.text(max_size=2)
    names = st.sampled_from([member.path for member in wire.members]) | st.text("abf.[]0 ", max_size=3)
    state = data.draw(states(wire, wire.version_id))
    state |= data.draw(st.dictionaries(names, values | st.lists(values, max_size=3), max_size=2))
    try:
        payload = engine.encode(wire, state)
    except QidlError as error:
        check_error(error)
    else:
        assert payload == engine.encode(wire, engine.decode(wire, payload))
