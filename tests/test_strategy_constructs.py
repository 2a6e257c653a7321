"""Strategies of layouts whose fields are constructs that qidl does not know."""

from __future__ import annotations

from typing import Any

import construct
import pytest
from examples import quick
from hypothesis import find, given, strategies as st

import qidl
from qidl.errors import SchemaError
from qidl.strategies import states
from qidl.wire.primitives import Array, Range, UInt8, UInt32
from qidl.wire.vmstate import VMState


class Decimal(construct.Construct):
    """Two decimal digits in a byte."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        byte = stream.take(1, path, "decimal")[0]
        if byte & 15 > 9 or byte >> 4 > 9:
            raise qidl.WireError("two decimal digits", f"{byte:#x}", path=path)
        return int((byte >> 4) * 10 + (byte & 15))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(bytes([obj // 10 << 4 | obj % 10]))
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 1


class Own(Decimal):
    """One that says itself what it holds."""

    def draw_value(self, draw: Any, state: dict[str, Any]) -> int:
        return int(draw(st.integers(state["a"], 99)))


FOREIGN = VMState(
    "foreign",
    version_id=1,
    fields=[
        "a" / Decimal(),
        "own" / Array(20, Own()),
        "little" / construct.Int16ul,
        "flag" / construct.Flag,
        "magic" / construct.Const(b"QE"),
        "text" / construct.PaddedString(4, "ascii"),
    ],
)


@given(states(FOREIGN))
def test_constructs_of_ones_own(state: dict[str, Any]) -> None:
    """A construct that qidl does not know is drawn as what its bytes mean, or as it says itself."""
    assert state == FOREIGN.decode(FOREIGN.encode(state))
    assert b"QE" == state["magic"]
    assert all(state["a"] <= value <= 99 for value in state["own"])


LOOKING_BACK = VMState(
    "looking back",
    version_id=1,
    fields=[
        "n" / UInt8,
        "size.wide" / Range(UInt32, 0, 9),
        "a" / construct.Array(lambda context: context["n"], construct.Byte),
        "b" / construct.Bytes(construct.this.n),
        "c" / Array(2, construct.Bytes(lambda context: context.get("size.wide") * context["n"])),
        "d" / construct.Bytes(lambda context: context.state["n"]),
    ],
)


@given(states(LOOKING_BACK))
def test_constructs_that_look_back(state: dict[str, Any]) -> None:
    """A construct is told of the members before it as it is while it reads; what it counts by is not too great."""
    assert state == LOOKING_BACK.decode(LOOKING_BACK.encode(state))
    assert state["n"] == len(state["a"]) == len(state["b"]) == len(state["d"])


def test_limits_of_constructs_that_look_back() -> None:
    """Full ones are drawn, and what matters is left of them."""
    found = find(states(LOOKING_BACK), lambda s: len(s["a"]) > 9 and s["size"]["wide"] > 1, settings=quick)
    assert len(found["c"][0]) == found["n"] * found["size"]["wide"] > 18


def test_constructs_that_do_not_say_enough() -> None:
    """One without a size that does not say what it holds is named, with its field."""
    layout = VMState("vague", version_id=1, fields=["x" / construct.GreedyBytes])
    with pytest.raises(SchemaError, match=r"^vague\.x: expected a construct that has a size .* found <GreedyBytes>"):
        find(states(layout), lambda one: True)
    layout = VMState("vague", version_id=1, fields=["x" / construct.Bytes(lambda context: 1 // 0)])
    with pytest.raises(SchemaError, match=r"^vague\.x: expected <Bytes> to say its size, found ZeroDivisionError: "):
        find(states(layout), lambda one: True)
