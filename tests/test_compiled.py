"""The compiled engine: it agrees with the reference on every layout and every input, and does so by itself."""

from __future__ import annotations

import copy
import enum
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from test_layouts import LAYOUTS
from test_vmstate import cases, header, layouts as random_layouts

from qidl import QidlError
from qidl.strategies import states
from qidl.wire.compiled import compile_function, program
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

every_layout = pytest.mark.parametrize("wire", LAYOUTS.values(), ids=LAYOUTS.keys())
few = settings(
    max_examples=3,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

many = settings(max_examples=4 * settings.default.max_examples)


def outcome(action: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[str, str]:
    """What comes out: the result, with its types and the order of its members; or the error."""
    try:
        return "result", repr(action(*arguments, **more))
    except QidlError as error:
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
    alone = unaided(compile_function(wire, "read", wire.accept(version_id)), payload, 0)
    skipped = unaided(compile_function(wire, "skip", wire.accept(version_id)), payload, 0)
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
    found, end = compile_function(wire, "read", version_id)(payload, 0)
    assert repr((expected, len(payload))) == repr((found, end))
    assert repr(expected) == repr(compile_function(wire, "decode", version_id)(payload))
    assert len(payload) == compile_function(wire, "skip", version_id)(payload, 0)
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
