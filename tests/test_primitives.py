"""What a VMState is made of: every kind of field, both ways and at its limits."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import construct
import pytest
from conftest import Engine, check_layout
from hypothesis import given, strategies as st

from qidl import SchemaError, WireError
from qidl.wire.primitives import (
    Again,
    Array,
    AtLeast,
    Before,
    Bool,
    Buffer,
    Checked,
    Conditional,
    Equal,
    Int8,
    Int16,
    Int32,
    Int64,
    Integer,
    Listed,
    Only,
    Range,
    Reader,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Unused,
    When,
    as_bytes,
    function_name,
    measure,
    minimum_size,
    shown,
)
from qidl.wire.vmstate import VMState

INTEGERS = {"b": Int8, "h": Int16, "i": Int32, "q": Int64, "B": UInt8, "H": UInt16, "I": UInt32, "Q": UInt64}
"""By the letter that Python's own struct has for each."""

PAIR = VMState("pair", version_id=1, fields=["a" / UInt8, "b" / UInt16])


def layout(*fields: Any, **more: Any) -> VMState:
    return VMState("dev", version_id=1, fields=fields, **more)


def refused(engine: Engine, wire: VMState, given: bytes | dict[str, Any]) -> str:
    """The message with which an engine refuses a payload or a state; it is one line."""
    with pytest.raises(WireError) as caught:
        engine.decode(wire, given) if isinstance(given, bytes) else engine.encode(wire, given)
    assert 1 == len(str(caught.value).splitlines())
    return str(caught.value)


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


# Unused bytes.


@pytest.mark.parametrize(
    ("length", "found"), [("n", "'n'"), (len, "builtin_function_or_method"), (-1, "-1"), (1.5, "1.5"), (None, "None")]
)
def test_unused_of_no_number(length: Any, found: str) -> None:
    """How many bytes are skipped is a number, and nothing else."""
    with pytest.raises(SchemaError) as caught:
        layout("n" / UInt8, "unused" / Unused(length))
    assert f"Unused: expected a number of bytes, found {found}" == str(caught.value)


@pytest.mark.parametrize("length", [1, 4, 300])
def test_unused(engine: Engine, length: int) -> None:
    """Unused bytes are no member while they are zeros; others are kept."""
    wire = layout("a" / UInt8, "unused" / Unused(length), "b" / UInt8)
    check_layout(engine, wire, {"a": 1, "b": 2}, b"\1" + bytes(length) + b"\2")
    stray = bytes(length - 1) + b"\x80"
    check_layout(engine, wire, {"a": 1, "b": 2, "unused": stray}, b"\1" + stray + b"\2")


# Counts.


@pytest.mark.parametrize("kind", [Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_count_by_path(engine: Engine, kind: Integer, count: int) -> None:
    """An earlier field of any width holds an array's count, or a buffer's length."""
    wire = layout("n" / kind, "x" / Array("n", UInt16), "y" / Buffer("n"))
    state = {"n": count, "x": [7] * count, "y": b"z" * count}
    check_layout(engine, wire, state, struct.pack(kind.fmtstr, count) + b"\0\7" * count + b"z" * count)


def test_count_by_nested_path(engine: Engine) -> None:
    """A count may lie within a struct or an array that was read before."""
    wire = layout("head" / PAIR, "sizes" / Array(2, UInt8), "x" / Array("head.a", UInt8), "y" / Buffer("sizes[1]"))
    state = {"head": {"a": 2, "b": 0}, "sizes": [9, 1], "x": [5, 6], "y": b"z"}
    check_layout(engine, wire, state, b"\2\0\0\x09\1\5\6z")


def test_count_by_function(engine: Engine) -> None:
    """A count may be computed from the state read so far."""
    wire = layout("n" / UInt8, "x" / Array(lambda state: state["n"] * 2, UInt8), "y" / Buffer(lambda state: 1))
    check_layout(engine, wire, {"n": 1, "x": [2, 3], "y": b"z"}, b"\1\2\3z")


def test_count_within_a_struct(engine: Engine) -> None:
    """A count belongs to the struct in which it stands, not to the whole."""
    inner = VMState("inner", version_id=1, fields=["n" / UInt8, "x" / Array("n", UInt8)])
    wire = layout("n" / UInt8, "inner" / Array(2, inner), "x" / Buffer("n"))
    state = {"n": 1, "inner": [{"n": 2, "x": [8, 9]}, {"n": 0, "x": []}], "x": b"z"}
    check_layout(engine, wire, state, b"\1\2\x08\x09\0z")


HUGE: dict[str, tuple[VMState, bytes]] = {
    "integers": (layout("n" / UInt32, "x" / Array("n", UInt64)), b"\xff" * 12),
    "bytes": (layout("n" / UInt32, "x" / Buffer("n")), b"\xff" * 12),
    "bytes as a list": (layout("n" / UInt32, "x" / Array("n", UInt8)), b"\xff" * 12),
    "64-bit count": (layout("n" / UInt64, "x" / Array("n", UInt8)), b"\xff" * 12),
    "structs": (layout("n" / UInt32, "x" / Array("n", PAIR)), b"\xff" * 12),
    "arrays": (layout("n" / UInt32, "x" / Array("n", Array(3, UInt8))), b"\xff" * 12),
    "checked": (layout("n" / UInt32, "x" / Array("n", Range(UInt8, 0, 1))), b"\xff" * 12),
    "lists": (layout("n" / UInt32, "x" / Array("n", Listed(1, UInt8))), b"\xff" * 4 + b"\0" * 9),
    "buffers of unknown length": (
        layout("n" / UInt32, "m" / UInt8, "x" / Array("n", Buffer("m"))),
        b"\xff" * 4 + b"\0" * 9,
    ),
    "structs that may be empty": (
        layout("n" / UInt32, "x" / Array("n", VMState("e", version_id=1, fields=["y" / Since(2, UInt8)]))),
        b"\xff" * 12,
    ),
    "struct with a count of its own": (
        layout("x" / Array(2, VMState("e", version_id=1, fields=["n" / UInt32, "y" / Array("n", UInt8)]))),
        b"\xff" * 12,
    ),
}


@pytest.mark.parametrize("case", HUGE)
def test_huge_count(engine: Engine, case: str) -> None:
    """A count that the input cannot hold is refused before anything is allocated for it."""
    wire, data = HUGE[case]
    tracemalloc.start()
    try:
        refused(engine, wire, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1 << 20 > peak


@pytest.mark.parametrize("length", [1000, 100_000])
def test_memory_in_proportion(engine: Engine, length: int) -> None:
    """Reading takes memory in proportion to the input."""
    wire = layout("n" / UInt32, "x" / Array("n", UInt8), "rest" / Listed(1, UInt8))
    data = struct.pack(">I", length) + bytes(length) + b"\1\1" * length + b"\0"
    tracemalloc.start()
    try:
        engine.decode(wire, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 64 * len(data) + (1 << 18) > peak


# Conditions and their words.


@pytest.mark.parametrize(
    ("conditional", "expected"),
    [
        (Since(2, UInt8), "version ≥ 2"),
        (Before(3, UInt8), "version < 3"),
        (Only(2, UInt8), "version = 2"),
        (When("n", UInt8), "n"),
        (When("n", UInt8, equals=3), "n = 3"),
    ],
)
def test_condition_in_words(conditional: Conditional, expected: str) -> None:
    """A condition says when its field is there."""
    assert expected == conditional.condition
    assert "uint8" == conditional.kind


def test_condition_of_a_function() -> None:
    """A condition that is a function is called by the function's name."""

    def _has_backlog(state: dict[str, Any]) -> bool:
        return False

    assert "has backlog" == When(_has_backlog, UInt8).condition


def test_function_without_a_name() -> None:
    """What has no name of its own shows as Python shows it."""

    class Test:
        def __call__(self) -> None: ...

        def __repr__(self) -> str:
            return "a_test"

    assert "a test" == function_name(Test())


def test_conditional_has_to_say() -> None:
    """A condition of one's own defines when, and the words."""
    bare = Conditional(UInt8)
    with pytest.raises(NotImplementedError):
        bare.present(1, {})
    with pytest.raises(NotImplementedError):
        _ = bare.condition


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (Checked(UInt8, 3, 3), "3"),
        (Checked(UInt8, 3, 255), "at least 3"),
        (Checked(UInt8, 0, 1), "0..1"),
        (Checked(Int32, -2, 2), "-2..2"),
    ],
)
def test_bounds_in_words(checked: Checked, expected: str) -> None:
    """Bounds say what a loading QEMU accepts."""
    assert expected == checked.accepted


# Sizes.


@pytest.mark.parametrize(
    ("subcon", "least", "size"),
    [
        (UInt32, 4, 4),
        (Timer, 8, 8),
        (Bool, 1, 1),
        (Buffer(5), 5, 5),
        (Buffer("n"), 0, None),
        (Unused(7), 7, 7),
        (Array(3, UInt16), 6, 6),
        (Array("n", UInt16), 0, None),
        (Array(2, Array("n", UInt8)), 0, None),
        (Listed(1, UInt16), 1, None),
        (Range(UInt16, 0, 1), 2, 2),
        (Again("n", UInt16), 2, 2),
        (Since(2, UInt16), 0, None),
        ("x" / UInt16, 2, 2),
        ("x" / Since(2, UInt16), 0, None),
        (PAIR, 3, 3),
        (Array(2, PAIR), 6, 6),
        (VMState("v", version_id=1, fields=["n" / UInt8, "x" / Array("n", UInt8)]), 1, None),
        (construct.Int16ub, 2, 2),
        (construct.GreedyBytes, 0, None),
    ],
)
def test_sizes(subcon: Any, least: int, size: int | None) -> None:
    """A construct takes so many bytes at the least, and exactly so many where that is fixed."""
    assert least == minimum_size(subcon)
    if size is None:
        with pytest.raises(construct.SizeofError):
            subcon.sizeof()
    else:
        assert size == subcon.sizeof()


@pytest.mark.parametrize(
    ("subcon", "expected"),
    [
        (Timer, "timer"),
        (Bool, "bool"),
        (Buffer(1), "buffer"),
        (Unused(1), "unused_buffer"),
        (Array(1, UInt8), "uint8"),
        (Array(1, PAIR), "struct"),
        (Array(1, construct.Int8ub), "struct"),
        (Listed(1, UInt8), "list"),
        (Equal(UInt16, 1), "uint16"),
        (Again("x", UInt16), "uint16"),
        (Since(2, Bool), "bool"),
        (PAIR, "struct"),
    ],
)
def test_kinds(subcon: Any, expected: str) -> None:
    """Every construct knows what descriptions call it."""
    assert expected == subcon.kind


# Helpers.


@pytest.mark.parametrize(
    ("length", "expected"),
    [(3, 3), ("n", 5), ("s.m", 6), (lambda state: state["n"] + 1, 6)],
)
def test_measure(length: Any, expected: int) -> None:
    """A count is a number, a path or a function."""
    assert expected == measure(length, construct.Container(state={"n": 5, "s": {"m": 6}}))


def test_measure_without_the_field() -> None:
    """A path that leads nowhere is the layout's fault."""
    with pytest.raises(SchemaError, match=r"^m: expected one of n, found 'm'$"):
        measure("m", construct.Container(state={"n": 5}))


@pytest.mark.parametrize("value", [b"ab", bytearray(b"ab"), [97, 98], (97, 98)])
def test_as_bytes(value: object) -> None:
    """Bytes are taken from whatever says the same."""
    assert b"ab" == as_bytes(value, "x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        ("a\nb", r"'a\nb'"),
        ("x" * 50, "'" + "x" * 36 + "..."),
        (b"abc", "bytes of 3"),
        (bytearray(2), "bytearray of 2"),
        ([1, 2], "list of 2"),
        ((), "tuple of 0"),
        ({}, "dict"),
        (object(), "object"),
    ],
)
def test_shown(value: object, expected: str) -> None:
    """An error shows a value short and on one line."""
    assert expected == shown(value)


def test_reader() -> None:
    """A reader is what construct takes for a stream, over bytes that it does not copy."""
    reader = Reader(memoryview(b"abcdef"), 1)
    assert (b"bc", 3, 3) == (reader.read(2), reader.tell(), reader.remaining)
    assert (b"def", 0, b"") == (reader.read(), reader.remaining, reader.read(1))
    assert (2, b"c") == (reader.seek(2), reader.read(1))
    assert (4, b"ef") == (reader.seek(1, 1), reader.read(9))
    assert (5, b"f") == (reader.seek(-1, 2), reader.read(1))


def test_reader_takes_all_or_nothing() -> None:
    """Taking more than there is raises, and moves nothing."""
    reader = Reader(memoryview(b"abc"))
    with pytest.raises(WireError, match=r"^x\.y: offset 0: expected 4 bytes \(what\), found 3$"):
        reader.take(4, "x.y", "what")
    assert b"abc" == reader.take(3, "", "")


def test_negative_length(engine: Engine) -> None:
    """A buffer whose length the input says to be negative is refused."""
    wire = layout("n" / Int32, "x" / Buffer("n"))
    with pytest.raises(WireError, match=r"^x: offset 4: expected a length \(buffer\), found -1$"):
        engine.decode(wire, b"\xff\xff\xff\xffabc")


def test_array_of_nothing(engine: Engine) -> None:
    """Elements that take no room are as many as the layout says, at the end of the payload too."""
    wire = layout("n" / UInt8, "x" / Array(2, Buffer("n")))
    check_layout(engine, wire, {"n": 0, "x": [b"", b""]}, b"\0")
