"""What a VMState is made of: every kind of field, both ways and at its limits."""

from __future__ import annotations

import struct
from typing import Any

import construct
import pytest
from conftest import Engine, check_layout
from hypothesis import given, strategies as st
from vmstates import layout, refused

from qidl import SchemaError, WireError
from qidl.wire.primitives import (
    Again,
    Array,
    AtLeast,
    Bool,
    Buffer,
    Equal,
    Int8,
    Int16,
    Int32,
    Int64,
    Listed,
    Range,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Unused,
    When,
    shown,
)
from qidl.wire.vmstate import VMState

INTEGERS = {"b": Int8, "h": Int16, "i": Int32, "q": Int64, "B": UInt8, "H": UInt16, "I": UInt32, "Q": UInt64}
"""By the letter that Python's own struct has for each."""

PAIR = VMState("pair", version_id=1, fields=["a" / UInt8, "b" / UInt16])


# Golden vectors, written by hand from the encodings of QEMU's migration stream:
# everything big-endian and in two's complement, a timer as its expiry in ns.
VECTORS: dict[str, tuple[Any, Any, bytes]] = {
    "uint8": (UInt8, 0xFE, b"\xfe"),
    "uint16": (UInt16, 0xFEDC, b"\xfe\xdc"),
    "uint32": (UInt32, 0xFEDC_BA98, b"\xfe\xdc\xba\x98"),
    "uint64": (UInt64, 0xFEDC_BA98_7654_3210, b"\xfe\xdc\xba\x98\x76\x54\x32\x10"),
    "int8": (Int8, -2, b"\xfe"),
    "int16": (Int16, -2, b"\xff\xfe"),
    "int32": (Int32, -2, b"\xff\xff\xff\xfe"),
    "int64": (Int64, -2, b"\xff\xff\xff\xff\xff\xff\xff\xfe"),
    "timer": (Timer, 10**9, b"\0\0\0\0\x3b\x9a\xca\0"),
    "timer not pending": (Timer, -1, b"\xff" * 8),
    "bool": (Bool, True, b"\1"),
    "bool, false": (Bool, False, b"\0"),
    "buffer": (Buffer(3), b"abc", b"abc"),
    "empty buffer": (Buffer(0), b"", b""),
    "array": (Array(2, UInt16), [1, 2], b"\0\1\0\2"),
    "array of timers": (Array(1, Timer), [-1], b"\xff" * 8),
    "array of bools": (Array(2, Bool), [True, False], b"\1\0"),
    "array of buffers": (Array(2, Buffer(1)), [b"a", b"b"], b"ab"),
    "array of arrays": (Array(2, Array(2, UInt8)), [[1, 2], [3, 4]], b"\1\2\3\4"),
    "array of structs": (Array(2, PAIR), [{"a": 1, "b": 2}, {"a": 3, "b": 4}], b"\1\0\2\3\0\4"),
    "array of checked": (Array(2, Range(UInt8, 0, 1)), [1, 0], b"\1\0"),
    "empty array": (Array(0, UInt64), [], b""),
    "struct": (PAIR, {"a": 1, "b": 2}, b"\1\0\2"),
    "list": (Listed(1, UInt16), [7, 8], b"\1\0\7\1\0\x08\0"),
    "empty list": (Listed(1, UInt16), [], b"\0"),
    "list of structs": (Listed(42, PAIR), [{"a": 1, "b": 2}], b"\x2a\1\0\2\0"),
    "equal": (Equal(Int32, 4), 4, b"\0\0\0\4"),
    "at least": (AtLeast(Int32, 2), 3, b"\0\0\0\3"),
    "range": (Range(UInt8, 3, 5), 5, b"\5"),
}


@pytest.mark.parametrize("case", VECTORS)
def test_vector(engine: Engine, case: str) -> None:
    """Every kind of field has its bytes."""
    subcon, value, data = VECTORS[case]
    check_layout(engine, layout("x" / subcon), {"x": value}, data)


@pytest.mark.parametrize("case", VECTORS)
def test_truncated(engine: Engine, case: str) -> None:
    """A field that is cut short anywhere is refused by its path."""
    subcon, _, data = VECTORS[case]
    for length in range(len(data)):
        with pytest.raises(WireError) as caught:
            engine.decode(layout("x" / subcon), data[:length])
        assert caught.value.path.startswith("x")
        assert 0 <= (caught.value.offset or 0) <= length


@pytest.mark.parametrize("case", VECTORS)
def test_trailing(engine: Engine, case: str) -> None:
    """What comes after the last field is refused."""
    subcon, _, data = VECTORS[case]
    found = refused(engine, layout("x" / subcon), data + b"\0")
    assert f"offset {len(data)}: expected the end after {len(data)} bytes, found {len(data) + 1} bytes" == found


@pytest.mark.parametrize("letter", INTEGERS)
@given(data=st.data())
def test_integers(engine: Engine, letter: str, data: st.DataObject) -> None:
    """An integer is what Python's struct packs big-endian, alone and in an array."""
    integer = INTEGERS[letter]
    values = data.draw(st.lists(st.integers(integer.minimum, integer.maximum), min_size=1, max_size=4))
    packed = struct.pack(f">{len(values)}{letter}", *values)
    check_layout(engine, layout("x" / Array(len(values), integer)), {"x": values}, packed)
    check_layout(engine, layout("x" / integer), {"x": values[0]}, packed[: integer.length])


@pytest.mark.parametrize("letter", INTEGERS)
@pytest.mark.parametrize("form", [lambda i: i, lambda i: Array(1, i), lambda i: Listed(1, i)])
def test_integer_range(engine: Engine, letter: str, form: Any) -> None:
    """An integer beyond its width, or of another type, is refused by its path and range."""
    integer = INTEGERS[letter]
    wire = layout("x" / form(integer))
    where = "x" if form(integer) is integer else "x[0]"
    for value in (integer.minimum - 1, integer.maximum + 1, True, None, "1", 1.0, b"\1"):
        state = {"x": value if where == "x" else [value]}
        expected = f"{where}: expected {integer.kind} ({integer.minimum}..{integer.maximum}), found {shown(value)}"
        assert expected == refused(engine, wire, state)


def test_integer_repr() -> None:
    """An integer shows its kind."""
    assert "<uint8>" == repr(UInt8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], True), ([0, 255], True), ((0, 256), False), ([-1], False), ([True], False), (["a"], False)],
)
def test_fits(values: Any, expected: bool) -> None:
    """Whether all values of an array are integers of the width."""
    assert expected is UInt8.fits(values)


# Refusals when reading.

TAIL = Buffer(100)
READING: dict[str, tuple[VMState, bytes, str]] = {
    "bool": (layout("x" / Bool), b"\2", "x: offset 0: expected 0 or 1, found 2"),
    "short integer": (layout("x" / UInt32), b"ab", "x: offset 0: expected 4 bytes (uint32), found 2"),
    "short buffer": (layout("x" / UInt8, "y" / Buffer(4)), b"abc", "y: offset 1: expected 4 bytes (buffer), found 2"),
    "short unused": (layout("x" / Unused(2)), b"a", "x: offset 0: expected 2 bytes (unused), found 1"),
    "short array": (
        layout("x" / Array(3, UInt16)),
        b"abcd",
        "x: offset 0: expected 3 elements of 2 bytes, found 4 bytes",
    ),
    "short list": (layout("x" / Listed(1, UInt8)), b"\1\2", "x[1]: offset 2: expected 1 bytes (marker), found 0"),
    "element of a list": (
        layout("x" / Listed(1, UInt16)),
        b"\1\0\1\1\0",
        "x[1]: offset 4: expected 2 bytes (uint16), found 1",
    ),
    "marker": (layout("x" / Listed(1, UInt8)), b"\1\2\3\0", "x[1]: offset 2: expected marker 1 or 0, found 3"),
    "element": (layout("x" / Array(2, Bool)), b"\0\7", "x[1]: offset 1: expected 0 or 1, found 7"),
    "within an element": (
        layout("x" / Array(2, VMState("e", version_id=1, fields=["f" / Bool]))),
        b"\0\7",
        "x[1].f: offset 1: expected 0 or 1, found 7",
    ),
    "equal": (layout("x" / Equal(UInt8, 4)), b"\5", "x: offset 0: expected 4, found 5"),
    "at least": (layout("x" / AtLeast(Int32, 2)), b"\0\0\0\1", "x: offset 0: expected at least 2, found 1"),
    "range": (layout("x" / Range(UInt8, 3, 5)), b"\6", "x: offset 0: expected 3..5, found 6"),
    "checked element": (
        layout("x" / Array(2, Range(UInt8, 0, 1))),
        b"\1\2",
        "x[1]: offset 1: expected 0..1, found 2",
    ),
    "negative count": (
        layout("n" / Int8, "x" / Array("n", UInt8)),
        b"\xff",
        "x: offset 1: expected -1 elements of 1 bytes, found a negative count",
    ),
    "count": (
        layout("n" / UInt8, "x" / Array("n", UInt16)),
        b"\2abc",
        "x: offset 1: expected 2 elements of 2 bytes, found 3 bytes",
    ),
    "length": (
        layout("n" / UInt8, "x" / Buffer("n")),
        b"\2a",
        "x: offset 1: expected 2 bytes (buffer), found 1",
    ),
    "again": (
        layout("x" / UInt8, "x" / Again("x", UInt8)),
        b"\1\2",
        "x: offset 1: expected 1, the value of x again, found 2",
    ),
}


@pytest.mark.parametrize("case", READING)
def test_refused_payload(engine: Engine, case: str) -> None:
    """A payload that is not the layout's is refused by path and offset, with what was expected and found."""
    wire, data, message = READING[case]
    assert message == refused(engine, wire, data)


# Refusals when writing.

WRITING: dict[str, tuple[VMState, dict[str, Any], str]] = {
    "bool": (layout("x" / Bool), {"x": 1}, "x: expected bool, found 1"),
    "buffer length": (layout("x" / Buffer(2)), {"x": b"abc"}, "x: expected 2 bytes, found 3"),
    "buffer type": (layout("x" / Buffer(2)), {"x": "ab"}, "x: expected bytes, found 'ab'"),
    "no byte": (layout("x" / Buffer(2)), {"x": [1, 256]}, "x[1]: expected uint8 (0..255), found 256"),
    "bool for a byte": (layout("x" / Buffer(1)), {"x": [True]}, "x[0]: expected uint8 (0..255), found True"),
    "array type": (layout("x" / Array(2, UInt8)), {"x": 3}, "x: expected a list, found 3"),
    "bytes for wide elements": (
        layout("x" / Array(2, UInt16)),
        {"x": b"ab"},
        "x: expected a list, found bytes of 2",
    ),
    "array length": (layout("x" / Array(2, UInt8)), {"x": [1]}, "x: expected 2 elements, found 1"),
    "count": (
        layout("n" / UInt8, "x" / Array("n", UInt8)),
        {"n": 2, "x": [1]},
        "x: expected 2 elements, found 1",
    ),
    "length": (layout("n" / UInt8, "x" / Buffer("n")), {"n": 2, "x": b""}, "x: expected 2 bytes, found 0"),
    "struct": (layout("x" / PAIR), {"x": 3}, "x: expected a dict (pair), found 3"),
    "buffer below a byte": (layout("x" / Buffer(2)), {"x": [0, -1]}, "x[1]: expected uint8 (0..255), found -1"),
    "unused below a byte": (layout("x" / Unused(2)), {"x": [1, -1]}, "x[1]: expected uint8 (0..255), found -1"),
    "struct in an array": (
        layout("x" / Array(1, PAIR)),
        {"x": [{"a": 1}]},
        "x[0].b: expected a value, found no such member",
    ),
    "list": (layout("x" / Listed(1, UInt8)), {"x": {}}, "x: expected a list, found dict"),
    "equal": (layout("x" / Equal(UInt8, 4)), {"x": 5}, "x: expected 4, found 5"),
    "at least": (layout("x" / AtLeast(UInt8, 2)), {"x": 1}, "x: expected at least 2, found 1"),
    "range": (layout("x" / Range(UInt8, 3, 5)), {"x": 2}, "x: expected 3..5, found 2"),
    "range and type": (layout("x" / Range(UInt8, 0, 1)), {"x": True}, "x: expected 0..1, found True"),
    "unused of zeros": (
        layout("x" / Unused(2)),
        {"x": b"\0\0"},
        "x: expected 2 bytes other than zeros, or no member, found bytes of 2",
    ),
    "unused of another length": (
        layout("x" / Unused(2)),
        {"x": b"abc"},
        "x: expected 2 bytes other than zeros, or no member, found bytes of 3",
    ),
    "unused of another type": (layout("x" / Unused(2)), {"x": 7}, "x: expected bytes, found 7"),
    "again": (
        layout("x" / Int16, "x" / Again("x", UInt16)),
        {"x": -1},
        "x: expected uint16 (0..65535), found -1",
    ),
}


@pytest.mark.parametrize("case", WRITING)
def test_refused_state(engine: Engine, case: str) -> None:
    """A state that the layout cannot write is refused by path, with what was expected and found."""
    wire, state, message = WRITING[case]
    assert message == refused(engine, wire, state)


# Values in other forms.


@pytest.mark.parametrize("value", [b"ab", bytearray(b"ab"), [97, 98], (97, 98)])
@pytest.mark.parametrize("subcon", [Buffer(2), Array(2, UInt8), Unused(2)])
def test_bytes_in_any_form(engine: Engine, value: object, subcon: Any) -> None:
    """Bytes may be written from bytes or from a list of integers."""
    assert b"ab" == engine.encode(layout("x" / subcon), {"x": value})


def test_tuple_for_a_list(engine: Engine) -> None:
    """A list may be written from a tuple."""
    assert b"\0\1\0\2" == engine.encode(layout("x" / Array(2, UInt16)), {"x": (1, 2)})


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (lambda: Array(2, When("n", UInt8)), "Array: expected an element that is always there, found one if n"),
        (
            lambda: Listed(1, Since(2, UInt8)),
            "Listed: expected an element that is always there, found one if ",
        ),
        (lambda: Listed(0, UInt8), "Listed: expected a marker of 1..255, found 0"),
        (lambda: Listed(300, UInt8), "Listed: expected a marker of 1..255, found 300"),
    ],
)
def test_elements_that_cannot_be(form: Any, found: str) -> None:
    """A condition says of a field whether it is there, not of an element; and 0 ends a list."""
    with pytest.raises(SchemaError) as caught:
        form()
    assert str(caught.value).startswith(found)


@pytest.mark.parametrize(
    ("form", "given"),
    [
        (construct.Bytes(3), {"x": -1}),
        (construct.Enum(construct.Byte, a=1), {"x": []}),
        (construct.Array(3, construct.Int16ub), {"x": 5}),
        (construct.GreedyBytes, {"x": 3}),
        (Array(2, construct.Enum(construct.Byte, a=1)), {"x": [[], []]}),
        (construct.Compressed(construct.GreedyBytes, "zlib"), b"abc"),
    ],
)
def test_constructs_that_stumble(engine: Engine, form: Any, given: Any) -> None:
    """What a construct of the library is given and does not foresee is refused as anything else is."""
    assert "x: " in refused(engine, layout("x" / form), given)
    assert "expected what its construct says, found " in refused(engine, layout("x" / form), given)


def test_what_is_wrong_with_ones_own_construct(engine: Engine) -> None:
    """A mistake in a construct of one's own is not taken for one in the input."""

    class Broken(construct.Construct):  # type: ignore[misc]
        def _parse(self, stream: Any, context: Any, path: Any) -> Any:
            return {}["nothing"]

    with pytest.raises(KeyError):
        engine.decode(layout("x" / Broken()), b"")
