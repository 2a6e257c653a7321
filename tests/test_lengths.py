"""How long arrays, buffers and gaps are: by a number, a path or a function, and never more than there is."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import construct
import pytest
from conftest import Engine, check_layout
from vmstates import layout, refused

from qidl import SchemaError, WireError
from qidl.wire.primitives import (
    Array,
    Buffer,
    Int8,
    Int16,
    Int32,
    Int64,
    Integer,
    Listed,
    Range,
    Since,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Unused,
    measure,
)
from qidl.wire.vmstate import VMState

PAIR = VMState("pair", version_id=1, fields=["a" / UInt8, "b" / UInt16])


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


def test_negative_length(engine: Engine) -> None:
    """A buffer whose length the input says to be negative is refused."""
    wire = layout("n" / Int32, "x" / Buffer("n"))
    with pytest.raises(WireError, match=r"^x: offset 4: expected a length \(buffer\), found -1$"):
        engine.decode(wire, b"\xff\xff\xff\xffabc")


def test_array_of_nothing(engine: Engine) -> None:
    """Elements that take no room are as many as the layout says, at the end of the payload too."""
    wire = layout("n" / UInt8, "x" / Array(2, Buffer("n")))
    check_layout(engine, wire, {"n": 0, "x": [b"", b""]}, b"\0")
