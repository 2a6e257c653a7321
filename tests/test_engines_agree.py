"""Layouts that nobody would write, and input for them: the engines agree on each, whatever is asked of them."""

from __future__ import annotations

import array
from typing import Any, NamedTuple

import construct
import pytest
from vmstates import layout, subsection

from qidl.errors import QidlError
from qidl.limits import LIMITS, Limits
from qidl.rules import Rule
from qidl.wire.primitives import (
    Again,
    Array,
    Bool,
    Buffer,
    Equal,
    Int32,
    Since,
    UInt8,
    UInt16,
    UInt32,
    Unused,
    When,
)
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

PAIR = subsection("p", "a" / UInt8, "b" / UInt8)
INNER = subsection("i", "a" / UInt8)


class Read(NamedTuple):
    """A layout, and a payload."""

    layout: VMState
    data: bytes
    version_id: int | None = None
    limits: Limits = LIMITS


def rule(*names: str, holds: Any) -> dict[str, Any]:
    return {"rules": [Rule(names, holds, "otherwise")]}


def deep(depth: int) -> VMState:
    """A layout with subsections within one another."""
    inner = subsection(f"dev{'/s' * depth}", "x" / UInt8)
    for level in reversed(range(depth)):
        inner = subsection(f"dev{'/s' * level}", f"x{level}" / UInt8, subsections=[inner])
    return inner


def counted(depth: int) -> VMState:
    """A layout with arrays within one another, each as long as a field says."""
    inner: Any = UInt8
    for level in range(depth):
        inner = subsection("c", f"n{level}" / UInt8, f"x{level}" / Array(f"n{level}", inner))
    return layout("c" / inner)


PAYLOADS = {
    "rule on bytes": Read(
        layout("n" / UInt8, "x" / Array(4, UInt8), **rule("n", "x", holds=lambda n, x: n <= len(x))), b"\4abcd"
    ),
    "rule on bytes that is broken": Read(
        layout("n" / UInt8, "x" / Array(4, UInt8), **rule("n", "x", holds=lambda n, x: n <= len(x))), b"\5abcd"
    ),
    "rule on integers": Read(layout("x" / Array(40, UInt16), **rule("x", holds=lambda x: sum(x) == 0)), bytes(80)),
    "rule on integers that is broken": Read(
        layout("x" / Array(40, UInt16), **rule("x", holds=lambda x: sum(x) == 0)), bytes(79) + b"\1"
    ),
    "rule on a bool": Read(
        layout("f" / Bool, "n" / UInt8, **rule("f", "n", holds=lambda f, n: not (f is True and n > 3))), b"\1\7"
    ),
    "rule on a bool that is False": Read(layout("f" / Bool, **rule("f", holds=lambda f: f is not False)), b"\0"),
    "rule on bytes that are skipped": Read(
        layout("a" / UInt8, "u" / Unused(1), **rule("a", "u", holds=lambda a, u: u == b"\1")), b"\1\0"
    ),
    "conditional before a construct": Read(
        layout(
            "n" / UInt8,
            "c" / When("n", UInt8),
            "x" / construct.IfThenElse(lambda context: "c" in context, construct.Byte, construct.Int16ub),
        ),
        b"\1\2\3",
    ),
    "construct that looks where it is": Read(layout("a" / UInt8, "t" / construct.Tell), b"\1"),
    "construct that looks far ahead": Read(
        layout("x" / construct.Select(construct.Bytes(5000), construct.Bytes(2)), "y" / UInt8), b"\1" * 5001
    ),
    "no nesting": Read(layout("a" / UInt8), b"\1", limits=Limits(nesting=0)),
    "nesting within a construct": Read(
        layout("x" / construct.IfThenElse(lambda _: True, INNER, INNER)), b"\1", limits=Limits(nesting=1)
    ),
    "condition on what a version lacks": Read(
        VMState(
            "dev",
            version_id=2,
            minimum_version_id=1,
            fields=["f" / Since(2, UInt8), "x" / When("f", Since(2, UInt8)), "y" / UInt8],
        ),
        b"\5",
        1,
    ),
    "count that is a bool": Read(layout("x" / Array(lambda _: True, UInt32)), b"\0\0\0\1"),
    "length that is a bool": Read(layout("x" / Buffer(True)), b"\1"),
    "element again": Read(layout("c" / Array(9, Int32), "c[4]" / Again("c[4]", Int32), "n" / UInt8), bytes(41)),
    "element of many again": Read(layout("c" / Array(33, Int32), "c[4]" / Again("c[4]", Int32)), bytes(136)),
    "element beyond an array": Read(layout("l" / Array(2, PAIR), "l[3]" / PAIR), bytes(6)),
    "many subsections within one another": Read(deep(55), b"\1"),
    "many arrays within one another": Read(counted(25), b"\1" * 26),
    "NUL in a name": Read(VMState("a\0b", version_id=1, fields=["x" / UInt8]), b"\1"),
}


def outcome(function: Any, *arguments: Any, **named: Any) -> object:
    try:
        return function(*arguments, **named)
    except QidlError as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize("case", PAYLOADS)
@pytest.mark.parametrize("behind", [b"", bytes(3), b"\1" * 9000])
def test_payload(case: str, behind: bytes) -> None:
    """A payload alone, or in a stream: its state, and where it ends, with the same error if there is one."""
    wire, data, version_id, limits = PAYLOADS[case]
    wire.compile_now(version_id)
    whole = data + behind
    for payload in (data, whole):
        expected = outcome(REFERENCE.decode, wire, payload, version_id, limits=limits)
        assert repr(expected) == repr(outcome(wire.decode, payload, version_id, limits=limits))
        if isinstance(expected, dict):
            again = outcome(REFERENCE.encode, wire, expected, version_id)
            assert again == outcome(wire.encode, expected, version_id)
            if "beyond" not in case:
                assert payload == again
    view = memoryview(b"\5" + whole)
    expected = outcome(REFERENCE.decode_at, wire, view, 1, version_id, limits=limits)
    assert repr(expected) == repr(outcome(wire.decode_at, view, 1, version_id, limits=limits))
    end = expected if isinstance(expected, tuple) and isinstance(expected[0], str) else expected[1]  # type: ignore[index]
    assert end == outcome(wire.find_end, view, 1, version_id, limits=limits)


STATES: dict[str, tuple[VMState, dict[str, Any]]] = {
    "two of one name, and one more": (
        layout("n" / UInt8, "c" / When("n", UInt16), "c" / When("n", UInt8, equals=1)),
        {"n": 1, "c": 1, "bogus": 5},
    ),
    "two of one name": (
        layout("n" / UInt8, "c" / When("n", UInt16), "c" / When("n", UInt8, equals=1)),
        {"n": 1, "c": 1},
    ),
    "conditional before a construct": (
        layout(
            "n" / UInt8,
            "c" / When("n", UInt8),
            "x" / construct.IfThenElse(lambda context: "c" in context, construct.Byte, construct.Int16ub),
        ),
        {"n": 1, "c": 2, "x": 3},
    ),
    "count that is a bool": (layout("x" / Array(lambda _: True, UInt32)), {"x": [1]}),
    "rule on bytes that are skipped": (
        layout("a" / UInt8, "u" / Unused(1), **rule("a", "u", holds=lambda a, u: u == b"\1")),
        {"a": 1},
    ),
    "element again": (
        layout("c" / Array(9, Int32), "c[4]" / Again("c[4]", Int32), "n" / UInt8),
        {"c": list(range(9)), "n": 1},
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_state(case: str) -> None:
    """A state becomes the same bytes, or is refused in the same words."""
    wire, state = STATES[case]
    wire.compile_now()
    assert outcome(REFERENCE.encode, wire, state) == outcome(wire.encode, state)


def test_views_of_wider_items() -> None:
    """The bytes of any memory are read, whatever its items are."""
    wire = layout("a" / Array(4, UInt8))
    data = memoryview(array.array("I", [0x0101_0101]))
    assert {"a": [1] * 4} == REFERENCE.decode(wire, data)
    wire.compile_now()
    assert {"a": [1] * 4} == wire.decode(data)


def test_no_more_is_copied_than_is_read() -> None:
    """What a stream holds behind a section costs nothing, not where it is refused either."""
    import tracemalloc

    data = memoryview(b"\7" * 5 + bytes(1 << 24))
    for wire in (
        layout("a" / Bool),
        layout("n" / UInt32, "x" / Array("n", PAIR)),
        layout("n" / UInt32, "x" / Buffer("n")),
        layout("n" / UInt8, "x" / Array("n", UInt16), "y" / Equal(UInt8, 1)),
    ):
        wire.compile_now()
        tracemalloc.start()
        with pytest.raises(QidlError):
            wire.find_end(data, 0)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1 << 17
