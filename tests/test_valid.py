"""``valid``: what a field of a declared class has to be for an object to be loaded."""

from __future__ import annotations

import enum
from typing import Any

import attrs
import pytest
from conftest import make
from hypothesis import given, strategies as st
from test_compiled_classes import assert_agreed_on_qobject

import qidl
from qidl import (
    DeclarationError,
    SchemaError,
    array,
    declare,
    derived,
    fill,
    from_qobject,
    optional,
    to_qobject,
    uint8,
    uint16,
    valid,
)
from qidl.annotations import METADATA
from qidl.payload import from_payload
from qidl.wire.primitives import Array, Buffer, UInt8, UInt16
from qidl.wire.vmstate import VMState


def is_even(value: int) -> bool:
    """An even number."""
    return not value % 2


def is_odd(value: int) -> bool:
    return value % 2 == 1


@declare
class Keyboard:
    """Every way in which a field can be valid."""

    version: uint8 = valid(2, equal=2)
    mode: uint8 = valid(0, enum=(0, 1, 4))
    flags: uint8 = valid(0, bits=0x15)
    level: uint8 = valid(3, range=(1, 9))
    even: uint8 = valid(0, check=is_even)
    both: uint8 = valid(4, check=is_even, range=(2, 6))
    room: uint8 = 4
    used: uint8 = valid(0, le="room")
    late: uint8 | None = optional(valid(None, le="room"))
    head: uint8 = 0
    tail: uint8 = 0
    count: uint8 = 0
    queue: list[uint16] = valid(array(4), ring=("head", "tail", "count"))
    lines: list[uint8] = valid(array(3), range=(0, 1))
    raw: bytearray = valid(array(3), bits=0x0F)
    grid: list[list[uint8]] = valid(array(2, 2), enum=(0, 7))
    derived: uint8 = derived(0)

    def post_load(self) -> None:
        self.derived = self.used


GOOD: dict[str, Any] = to_qobject(Keyboard())

REFUSED = {
    "version": (3, "version: expected 2, found 3"),
    "mode": (2, "mode: expected one of 0, 1, 4, found 2"),
    "flags": (2, "flags: expected bits of 0x15, found 2"),
    "level": (10, "level: expected 1..9, found 10"),
    "even": (3, "even: expected an even number, found 3"),
    "both": (8, "both: expected 2..6, found 8"),
    "used": (5, "used: expected at most room, found used = 5, room = 4"),
    "late": (5, "late: expected at most room, found late = 5, room = 4"),
    "head": (4, "head: expected a ring of 4 places, found head = 4, tail = 0, count = 0"),
    "tail": (4, "head: expected a ring of 4 places, found head = 0, tail = 4, count = 0"),
    "count": (5, "head: expected a ring of 4 places, found head = 0, tail = 0, count = 5"),
    "lines": ([0, 2, 0], "lines[1]: expected 0..1, found 2"),
    "raw": (b"\x0f\x00\x10", "raw[2]: expected bits of 0xf, found 16"),
    "grid": ([[0, 7], [0, 1]], "grid[1][1]: expected one of 0, 7, found 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """A value that is not as it has to be is refused, whoever loads it, and the object is left alone."""
    value, expected = REFUSED[name]
    bad = GOOD | {name: value}
    for _ in range(10):
        with pytest.raises(SchemaError) as caught:
            from_qobject(Keyboard, bad)
        assert f"Keyboard.{expected}" == str(caught.value)
    keyboard = Keyboard(level=7)
    with pytest.raises(SchemaError):
        fill(keyboard, bad)
    assert Keyboard(level=7) == keyboard


def test_accepted() -> None:
    """What is at the edges of what is accepted is loaded; saving asks nothing."""
    best = GOOD | {"mode": 4, "flags": 0x15, "level": 9, "both": 6, "used": 4, "late": 4}
    best |= {"head": 3, "tail": 3, "count": 4, "lines": [1, 1, 1], "raw": b"\x0f" * 3, "grid": [[7, 7], [7, 7]]}
    for _ in range(10):
        assert best == to_qobject(from_qobject(Keyboard, best))
    assert 99 == to_qobject(Keyboard(level=99))["level"]


@given(
    st.sampled_from(sorted(GOOD)),
    st.integers(-1, 300) | st.lists(st.integers(0, 20), max_size=5) | st.none() | st.binary(max_size=4),
)
def test_generated_functions_agree(name: str, value: Any) -> None:
    """What is refused does not depend on whether the class has been compiled."""
    assert_agreed_on_qobject(Keyboard, GOOD | {name: value})


def test_ring_that_is_absent() -> None:
    """What is not there is not held against anything."""
    cls = make(
        head=(uint8, 0),
        tail=(uint8, 0),
        count=(uint8, 0),
        queue=(list[uint8] | None, optional(valid(array(2), ring=("head", "tail", "count")))),
    )
    assert_agreed_on_qobject(cls, {"head": 9, "tail": 9, "count": 9})
    assert 9 == from_qobject(cls, {"head": 9, "tail": 9, "count": 9}).head
    assert_agreed_on_qobject(cls, {"head": 9, "tail": 9, "count": 9, "queue": [0, 0]})
    with pytest.raises(SchemaError):
        from_qobject(cls, {"head": 9, "tail": 9, "count": 9, "queue": [0, 0]})


def test_schema() -> None:
    """The bounds are those of the JSON Schema."""
    from qidl.jsonschema import json_schema

    found = json_schema(Keyboard)
    properties = found["$defs"]["Keyboard"]["properties"] if "$defs" in found else found["properties"]
    assert (1, 9) == (properties["level"]["minimum"], properties["level"]["maximum"])
    assert (0, 1) == (properties["lines"]["items"]["minimum"], properties["lines"]["items"]["maximum"])


@pytest.mark.parametrize(
    ("members", "expected"),
    {
        "a default that breaks it": (
            {"x": (uint8, valid(0, range=(1, 2)))},
            "C.x: expected a default of 1..2, found 0",
        ),
        "no default": ({"x": (uint8, valid(range=(1, 2)))}, "C.x: expected a default of uint8 (0..255), found None"),
        "a range beyond the type": (
            {"x": (uint8, valid(0, range=(0, 256)))},
            "C.x: expected range within uint8, found 0..256",
        ),
        "a range that is empty": (
            {"x": (uint8, valid(2, range=(3, 2)))},
            "C.x: expected range within uint8, found 3..2",
        ),
        "a range that is none": (
            {"x": (uint8, valid(0, range=(1,)))},  # type: ignore[arg-type]
            "C.x: expected range of two integers, found tuple of 1",
        ),
        "no choice": ({"x": (uint8, valid(0, enum=()))}, "C.x: expected enum of integers, found tuple of 0"),
        "no function": (
            {"x": (uint8, valid(0, check=3))},  # type: ignore[arg-type]
            "C.x: expected check of a function, found 3",
        ),
        "of no integer": (
            {"x": (str, valid("", equal=3))},
            "C.x: expected an integer, or an array of integers, to be valid",
        ),
        "choices that are text": ({"x": (uint8, valid(1, enum="123"))}, "C.x: expected enum of integers, found '123'"),  # type: ignore[arg-type]
        "bounds that are text": (
            {"x": (uint8, valid(1, range=("1", "3")))},  # type: ignore[arg-type]
            "C.x: expected range of two integers, found tuple of 2",
        ),
        "bounds between integers": (
            {"x": (uint8, valid(1, range=(0.9, 3.9)))},  # type: ignore[arg-type]
            "C.x: expected range of two integers, found tuple of 2",
        ),
        "a mask that is text": ({"x": (uint8, valid(1, bits="7"))}, "C.x: expected bits of a mask, found '7'"),  # type: ignore[arg-type]
        "a value that is text": ({"x": (uint8, valid(1, equal="1"))}, "C.x: expected equal of an integer, found '1'"),  # type: ignore[arg-type]
        "at most itself": (
            {"x": (uint8, valid(0, le="x"))},
            "C.x: expected le of the name of another field, found 'x'",
        ),
        "at most a number": (
            {"x": (uint8, valid(0, le=3))},  # type: ignore[arg-type]
            "C.x: expected le of the name of another field, found 3",
        ),
        "a ring that counts itself": (
            {"a": (uint8, 0), "b": (uint8, 0), "x": (list[uint8], valid(array(2), ring=("a", "b", "x")))},
            "C.x: valid names 'x', expected an integer field that is serialised",
        ),
        "another field that is none": (
            {"x": (uint8, valid(0, le="y"))},
            "C.x: valid names 'y', expected an integer field that is serialised",
        ),
        "another field that is not serialised": (
            {"y": (uint8, qidl.immutable(0)), "x": (uint8, valid(0, le="y"))},
            "C.x: valid names 'y', expected an integer field that is serialised",
        ),
        "an array at most something": (
            {"y": (uint8, 0), "x": (list[uint8], valid(array(2), le="y"))},
            "C.x: expected an integer that is at most another, found an array",
        ),
        "a ring that is no array": (
            {"x": (uint8, valid(0, ring=("a", "b", "c")))},
            "C.x: expected an array of fixed length to be a ring",
        ),
        "a ring of two": (
            {"x": (list[uint8], valid(array(2), ring=("a", "b")))},  # type: ignore[arg-type]
            "C.x: expected ring of the names of three fields, found tuple of 2",
        ),
        "immutable, too": (
            {"x": (uint8, qidl.immutable(valid(0, range=(0, 2))))},
            "C.x: contradictory marks standard and immutable",
        ),
    }.values(),
)
def test_contradictions(members: dict[str, Any], expected: str) -> None:
    """What can never be kept, or says nothing, is refused when the class is declared."""
    with pytest.raises(DeclarationError) as caught:
        make(**members)
    assert expected == str(caught.value)


class Mode(enum.IntEnum):
    """What a field is one of."""

    OFF = 0
    ON = 4


@pytest.mark.parametrize(
    ("one", "several"),
    [(Mode.ON, Mode), (4, (value for value in (0, 4))), (4, {0: "off", 4: "on"}), (4, [0, 4])],
)
def test_integers_of_any_kind(one: int, several: Any) -> None:
    """An enumeration or a generator is gone through once: whatever comes later has plain integers."""
    cls = make(x=(uint8, valid(0, enum=several)), y=(uint8, valid(4, equal=one)))
    marks = [attrs.fields_dict(cls)[name].metadata[METADATA].valid[0].value for name in ("x", "y")]
    assert [(0, 4), 4] == marks
    assert {int} == {type(value) for value in (*marks[0], marks[1])}
    assert 4 == from_qobject(cls, {"x": 4, "y": 4}).x
    with pytest.raises(SchemaError, match=r"^C\.x: expected one of 0, 4, found 2$"):
        from_qobject(cls, {"x": 2, "y": 4})


def test_function_without_docstring() -> None:
    """A function says what it asks for by its docstring, or by its name."""
    cls = make(x=(uint8, valid(1, check=is_odd)))
    with pytest.raises(SchemaError, match=r"^C\.x: expected is odd, found 2$"):
        from_qobject(cls, {"x": 2})


def is_not_3(value: int) -> bool:
    return value != 3


@declare
class Grids:
    """Arrays of arrays, of which each element is held against something."""

    few: list[list[uint8]] = valid(array(2, 2), check=is_not_3)
    many: list[list[uint16]] = valid(array(2, 40), check=is_not_3)
    deep: list[list[list[uint8]]] = valid(array(1, 2, 2), check=is_not_3)
    raw: list[bytearray] = valid(array(2, 2), check=is_not_3)


GRIDS = VMState(
    "grids",
    version_id=1,
    fields=[
        "few" / Array(2, Array(2, UInt8)),
        "many" / Array(2, Array(40, UInt16)),
        "deep" / Array(1, Array(2, Array(2, UInt8))),
        "raw" / Array(2, Buffer(2)),
    ],
)


@pytest.mark.parametrize("place", ["few[0][0]", "few[1][1]", "many[1][39]", "deep[0][1][0]", "raw[1][0]"])
def test_elements_of_arrays_of_arrays(place: str) -> None:
    """Each element is asked about, however deep, on the tenth use as on the first."""
    qobject = to_qobject(Grids())
    put(qobject, place, 3)
    payload = GRIDS.encode(qobject)
    assert_agreed_on_qobject(Grids, qobject)
    for load in [lambda: from_qobject(Grids, qobject), lambda: from_payload(Grids, GRIDS, payload)] * 10:
        with pytest.raises(SchemaError) as caught:
            load()
        assert f"Grids.{place}: expected is not 3, found 3" == str(caught.value)
    put(qobject, place, 4)
    payload = GRIDS.encode(qobject)
    for _ in range(10):
        assert from_qobject(Grids, qobject) == from_payload(Grids, GRIDS, payload)


def put(qobject: Any, place: str, value: int) -> None:
    """Set an element; bytes become a list of them."""
    name, *indexes = place.replace("]", "").split("[")
    within = qobject[name] = [[*row] if isinstance(row, bytes) else row for row in qobject[name]]
    for index in indexes[:-1]:
        within = within[int(index)]
    within[int(indexes[-1])] = value
