"""The compiled engine: it agrees with the reference on every layout and every input, and does so by itself."""

from __future__ import annotations

import copy
import enum
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import construct
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from test_layouts import LAYOUTS
from test_vmstate_laws import cases, layouts as random_layouts
from vmstates import header, layout, subsection

from qidl.limits import LIMITS
from qidl.strategies import states
from qidl.wire.compiled import compile_function, program
from qidl.wire.primitives import Again, Array, Buffer, Checked, Conditional, Int32, Listed, UInt8, UInt16, UInt32, When
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

every_layout = pytest.mark.parametrize("wire", LAYOUTS.values(), ids=LAYOUTS.keys())
few = settings(
    max_examples=settings.default.max_examples // 20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

many = settings(max_examples=4 * settings.default.max_examples)


def outcome(action: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[str, str]:
    """What comes out: the result, with its types and the order of its members; or the error, whosever it is."""
    try:
        return "result", repr(action(*arguments, **more))
    except Exception as error:
        return type(error).__name__, str(error)


def assert_engines_agree_on_payload(wire: VMState, payload: bytes, version_id: int | None = None) -> None:
    """Whole, and in the middle of a stream; and what the compiled engine takes alone, it takes rightly."""
    wire.compile_now(version_id)
    expected = outcome(REFERENCE.decode, wire, payload, version_id)
    assert expected == outcome(wire.decode, payload, version_id)
    view = memoryview(b"\5" + payload + b"\4")
    expected_at = outcome(REFERENCE.decode_at, wire, view, 1, version_id)
    assert expected_at == outcome(wire.decode_at, view, 1, version_id)
    end = outcome(lambda: REFERENCE.decode_at(wire, view, 1, version_id)[1])
    assert end == outcome(wire.find_end, view, 1, version_id)
    alone = unaided(compile_function(wire, "read", wire.accept(version_id)), payload, 0, LIMITS)
    skipped = unaided(compile_function(wire, "skip", wire.accept(version_id)), payload, 0, LIMITS)
    if alone is not None:
        assert repr(REFERENCE.decode_at(wire, memoryview(payload), 0, version_id)) == repr(alone)
        assert alone[1] == skipped
    elif skipped is not None:
        assert REFERENCE.decode_at(wire, memoryview(payload), 0, version_id)[1] == skipped


def unaided(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a compiled function returns; None where it refuses."""
    try:
        return function(*arguments)
    except Exception:
        return None


def assert_engines_agree_on_state(wire: VMState, state: Any, version_id: int | None = None) -> None:
    wire.compile_now(version_id)
    expected = outcome(REFERENCE.encode, wire, state, version_id, section="dev")
    assert expected == outcome(wire.encode, state, version_id, section="dev")
    alone = unaided(compile_function(wire, "encode", wire.accept(version_id)), state)
    if alone is not None:
        assert ("result", repr(alone)) == expected


# Every layout is compiled, and valid input needs no help.


@every_layout
def test_every_layout_compiles(wire: VMState) -> None:
    """No real layout is left to the reference engine, neither whole nor any struct within it."""
    for version_id in range(wire.minimum_version_id, wire.version_id + 1):
        compiled = program(wire, version_id)
        assert compiled.read
        assert compiled.skip
        assert compiled.encode
        assert compiled.decode
    for inner in wire.walk():
        assert program(inner, inner.version_id).read


@every_layout
@few
@given(data=st.data())
def test_valid_input_needs_no_help(wire: VMState, data: st.DataObject) -> None:
    """What a layout allows is read, passed over and written without the reference engine, and just as it does."""
    version_id = data.draw(st.integers(wire.minimum_version_id, wire.version_id))
    state = data.draw(states(wire, version_id))
    payload = REFERENCE.encode(wire, state, version_id)
    expected = REFERENCE.decode(wire, payload, version_id)
    found, end = compile_function(wire, "read", version_id)(payload, 0, LIMITS)
    assert repr((expected, len(payload))) == repr((found, end))
    assert repr(expected) == repr(compile_function(wire, "decode", version_id)(payload, LIMITS))
    assert len(payload) == compile_function(wire, "skip", version_id)(payload, 0, LIMITS)
    assert payload == compile_function(wire, "encode", version_id)(found)
    assert payload == compile_function(wire, "encode", version_id)(shuffled(found))


def shuffled(value: Any) -> Any:
    """The same state with its members in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name]) for name in reversed(value)}
    return [shuffled(element) for element in value] if isinstance(value, list) else value


# Input that is not valid.


@every_layout
@few
@given(data=st.data())
def test_changed_payload(wire: VMState, data: st.DataObject) -> None:
    """A payload that was cut, altered or added to gives the same state, or the same error."""
    version_id = data.draw(st.integers(wire.minimum_version_id, wire.version_id))
    payload = REFERENCE.encode(wire, data.draw(states(wire, version_id)), version_id)
    assert_engines_agree_on_payload(wire, data.draw(changed(payload, wire)), version_id)


@settings(max_examples=50)
@given(case=cases(), data=st.data())
def test_changed_payload_of_random_layouts(case: tuple[VMState, int, dict[str, Any]], data: st.DataObject) -> None:
    """Likewise where the layout is any."""
    wire, version_id, state = case
    payload = REFERENCE.encode(wire, state, version_id)
    assert_engines_agree_on_payload(wire, data.draw(changed(payload, wire)), version_id)


@settings(max_examples=30)
@given(wire=random_layouts(), payload=st.binary(max_size=200))
def test_any_payload(wire: VMState, payload: bytes) -> None:
    """Any bytes at all."""
    for version_id in range(wire.minimum_version_id, wire.version_id + 1):
        assert_engines_agree_on_payload(wire, payload, version_id)


@st.composite
def changed(draw: st.DrawFn, payload: bytes, wire: VMState) -> bytes:
    """A payload with a few bytes changed, taken out or put in, things that look like subsections among them."""
    names = [inner.name for inner in wire.walk()]
    stray = st.sampled_from(names).map(lambda name: header(name)) | st.sampled_from(names).map(
        lambda name: header(name + "/x")
    )
    some = st.sampled_from([b"", b"\0", b"\1", b"\2", b"\5", b"\xff"]) | st.binary(max_size=9) | stray
    found = bytearray(payload)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(found)) | st.integers(max(0, len(found) - 40), len(found)))
        found[place : place + draw(st.integers(0, 4))] = draw(some)
    return bytes(found[: draw(st.integers(0, len(found)))] if draw(st.booleans()) else found)


class Number(enum.IntEnum):
    """An integer that is none."""

    ONE = 1


OTHERS: list[Any] = [
    *(None, True, False, 0, 1, -1, 5, 255, 256, 1 << 32, 1 << 64, -(1 << 63), 0.0, 1.5, "", "x", Number.ONE),
    *(
        b"",
        b"\0",
        b"\0\0\0\1",
        bytearray(b"\1"),
        [],
        [0],
        [1, 2],
        [True],
        [{}],
        (),
        (1,),
        {},
        {"x": 1},
        OrderedDict(a=1),
    ),
]


@every_layout
@few
@given(data=st.data())
def test_changed_state(wire: VMState, data: st.DataObject) -> None:
    """A state with members missing, unknown, mistyped or out of range gives the same bytes, or error."""
    version_id = data.draw(st.integers(wire.minimum_version_id, wire.version_id))
    state = data.draw(states(wire, version_id))
    for _ in range(data.draw(st.integers(1, 2))):
        change(state, data.draw)
    assert_engines_agree_on_state(wire, state, version_id)


@settings(max_examples=50)
@given(case=cases(), data=st.data())
def test_changed_state_of_random_layouts(case: tuple[VMState, int, dict[str, Any]], data: st.DataObject) -> None:
    """Likewise where the layout is any."""
    wire, version_id, state = case
    for _ in range(data.draw(st.integers(0, 2))):
        change(state, data.draw)
    assert_engines_agree_on_state(wire, state, version_id)


def change(state: dict[str, Any], draw: Callable[..., Any]) -> None:
    """Change one place of a state."""
    within: Any = state
    while True:
        places = list(within) if isinstance(within, dict) else list(range(len(within)))
        inner = [place for place in places if isinstance(within[place], dict | list) and within[place]]
        if not inner or not draw(st.booleans()):
            break
        within = within[draw(st.sampled_from(inner))]
    action = draw(st.sampled_from(["replace", "replace", "remove", "add", "convert"])) if places else "add"
    place = draw(st.sampled_from(places)) if places else None
    if action == "add" and isinstance(within, dict):
        within[draw(st.sampled_from(["x", "y z", 7, "dev"]))] = draw(st.sampled_from(OTHERS))
    elif action == "add":
        within.append(draw(st.sampled_from(OTHERS)))
    elif action == "remove":
        del within[place]
    elif action == "replace":
        within[place] = copy.deepcopy(draw(st.sampled_from(OTHERS)))
    else:
        within[place] = converted(within[place])


def converted(value: Any) -> Any:
    """The same value in another form, which may do or not."""
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, list):
        return bytes(value) if value and all(type(byte) is int and 0 <= byte < 256 for byte in value) else tuple(value)
    return OrderedDict(value) if isinstance(value, dict) else str(value)


# Forms that no real layout has, or few.


class Odd(Conditional):
    """A condition of one's own."""

    def present(self, version_id: int, state: dict[str, Any]) -> bool:
        return bool(state["n"] % 2) and version_id > 0

    @property
    def condition(self) -> str:
        return "n is odd"


class Doubled(Checked):
    """A construct of one's own that looks like a known one."""

    def __init__(self) -> None:
        super().__init__(UInt8, 0, 100)

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        return 2 * int(super()._parse(stream, context, path))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return super()._build(obj // 2, stream, context, path)


class Shouting(VMState):
    """A VMState that reads in a way of its own."""

    def _read(self, stream: Any, version_id: int, path: str) -> dict[str, Any]:
        return super()._read(stream, version_id, path) | {"loud": True}

    def _write(self, state: Any, stream: Any, version_id: int, path: str, taken: Any) -> None:
        taken.take(state, "loud", path)
        super()._write(state, stream, version_id, path, taken)


PAIR = subsection("pair", "a" / UInt8, "b" / UInt8)
MORE = subsection("more", "a" / UInt8, subsections=[subsection("more/x", "x" / UInt16)])

FORMS: dict[str, tuple[VMState, dict[str, Any]]] = {
    "a condition of one's own": (layout("n" / UInt8, "x" / Odd(UInt8)), {"n": 3, "x": 5}),
    "a construct of one's own": (layout("n" / Doubled(), "x" / Array("n", UInt8)), {"n": 2, "x": [1, 2]}),
    "a VMState of one's own": (
        layout("s" / Shouting("s", version_id=1, fields=["a" / UInt8])),
        {"s": {"a": 1, "loud": True}},
    ),
    "fields named as the context's own": (
        layout("state" / UInt8, "taken" / UInt8, "x" / Array("state", UInt8), "y" / PAIR),
        {"state": 2, "taken": 1, "x": [3, 4], "y": {"a": 5, "b": 6}},
    ),
    "construct's own, by what came before": (
        layout("n" / UInt8, "x" / construct.Bytes(construct.this.n), "s.y" / construct.Int16ul),
        {"n": 3, "x": b"abc", "s": {"y": 7}},
    ),
    "a count deep inside": (
        layout("s" / subsection("s", "t.n" / UInt8), "x" / Array("s.t.n", UInt32)),
        {"s": {"t": {"n": 2}}, "x": [1, 2]},
    ),
    "a count that is an element": (
        layout("n" / Array(2, UInt16), "x" / Array("n[1]", Int32)),
        {"n": [0, 1], "x": [-1]},
    ),
    "a count that is a byte of a buffer": (
        layout("n" / Buffer(2), "x" / Array("n[1]", UInt16)),
        {"n": b"\0\2", "x": [1, 2]},
    ),
    "empty elements": (layout("x" / Array(2, subsection("e")), "y" / Buffer(3)), {"x": [{}, {}], "y": b"abc"}),
    "an array of arrays": (layout("n" / UInt8, "x" / Array("n", Array(2, UInt8))), {"n": 2, "x": [[1, 2], [3, 4]]}),
    "a list of integers": (layout("x" / Listed(7, UInt16)), {"x": [1, 2, 3]}),
    "a list of structs with subsections": (layout("x" / Listed(7, MORE)), {"x": [{"a": 1}, {"a": 2, "x": 3}]}),
    "one struct under a condition": (layout("n" / UInt8, "s" / When("n", MORE)), {"n": 1, "s": {"a": 1, "x": 2}}),
    "a member added to a struct with subsections": (
        layout("s" / MORE, "s.y" / UInt8, "l" / Array(2, MORE), "l[1].y" / UInt8),
        {"s": {"a": 1, "x": 2, "y": 3}, "l": [{"a": 4}, {"a": 5, "x": 6, "y": 7}]},
    ),
    "a subsection that adds to a struct": (
        layout("s.a" / UInt8, subsections=[subsection("dev/b", "s.b" / UInt8)]),
        {"s": {"a": 1, "b": 2}},
    ),
    "a repetition of another width": (layout("a" / UInt8, "a" / Again("a", UInt32)), {"a": 9}),
    "a repetition of a checked field": (layout("a" / UInt8, "a" / Again("a", Checked(UInt8, 0, 9))), {"a": 9}),
    "a struct within its own elements' name": (
        layout("x" / Array(40, PAIR)),
        {"x": [{"a": 5, "b": n} for n in range(40)]},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@few
@given(data=st.data())
def test_forms(form: str, data: st.DataObject) -> None:
    """What is not compiled is left to the constructs themselves, or to the reference engine."""
    wire, state = FORMS[form]
    payload = REFERENCE.encode(wire, state)
    assert state == REFERENCE.decode(wire, payload)
    assert_engines_agree_on_payload(wire, payload)
    assert_engines_agree_on_state(wire, state)
    assert_engines_agree_on_payload(wire, data.draw(changed(payload, wire)))
    changed_state = copy.deepcopy(state)
    change(changed_state, data.draw)
    assert_engines_agree_on_state(wire, changed_state)


@pytest.mark.parametrize("marker", ['it\'s "quoted"\n', "a.b", "a[0]", "", " ", "größe"])
def test_marker_that_is_no_path(marker: str) -> None:
    """A subsection without fields whose name is no member's is what the reference engine makes of it."""
    wire = layout("n" / UInt8, subsections=[subsection(f"dev/{marker}")])
    assert_engines_agree_on_payload(wire, b"\1" + header(f"dev/{marker}"))
    for state in ({"n": 1, marker: True}, {"n": 1}, {"n": 1, "a": {"b": True}}):
        assert_engines_agree_on_state(wire, state)
