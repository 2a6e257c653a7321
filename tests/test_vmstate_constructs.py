"""VMStates as constructs, and other constructs as their fields."""

from __future__ import annotations

from typing import Any

import construct
import pytest
from conftest import Engine, check_layout
from vmstates import layout, refused

from qidl import SchemaError
from qidl.wire.layouts.hpet import HPET_TIMER, HPET_V2
from qidl.wire.primitives import Array, UInt8

# Constructs of others.


class Nibbles(construct.Adapter):  # type: ignore[misc]
    """Two halves of a byte, as a list."""

    def _decode(self, obj: Any, context: Any, path: str) -> list[int]:
        return [obj.high, obj.low]

    def _encode(self, obj: Any, context: Any, path: str) -> dict[str, int]:
        return {"high": obj[0], "low": obj[1]}


HALVES = construct.BitStruct("high" / construct.Nibble, "low" / construct.Nibble)


def test_struct_of_construct(engine: Engine) -> None:
    """A struct of construct's own serves within an adapter; it may look at the members before it."""
    wire = layout("n" / UInt8, "x" / Nibbles(HALVES), "y" / construct.Array(construct.this.n, construct.Byte))
    check_layout(engine, wire, {"n": 2, "x": [3, 5], "y": [1, 2]}, b"\2\x35\1\2")


def test_bare_struct_of_construct() -> None:
    """By itself it gives what is no QObject."""
    for bare in (HALVES, construct.Struct("a" / construct.Byte), Array(2, construct.Struct("a" / construct.Byte))):
        with pytest.raises(
            SchemaError, match="x: expected a VMState, or an adapter around it, found a construct.Struct"
        ):
            layout("x" / bare)


# Constructs of construct's own.

FOREIGN = layout("a" / construct.Int16ub, "b" / construct.Const(b"ok"), "c" / construct.Bytes(1))


def test_constructs_own_fields(engine: Engine) -> None:
    """A layout may use what construct brings."""
    check_layout(engine, FOREIGN, {"a": 1, "b": b"ok", "c": b"z"}, b"\0\1okz")


@pytest.mark.parametrize("given", [b"\0\1noz", b"\0", {"a": 1, "b": b"no", "c": b"z"}, {"a": -1, "b": b"", "c": b""}])
def test_errors_of_constructs_own(engine: Engine, given: Any) -> None:
    """Its errors come out as any other."""
    assert "expected what its construct says, found " in refused(engine, FOREIGN, given)


def test_sizeof() -> None:
    """A VMState is a construct: it has a size if its fields have."""
    assert 33 + 9 == HPET_TIMER.sizeof()
    with pytest.raises(construct.SizeofError):
        HPET_V2.sizeof()
