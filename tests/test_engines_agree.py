"""Layouts that nobody would write, and input for them: the engines agree on each, whatever is asked of them."""

from __future__ import annotations

import array
from typing import Any, NamedTuple

import construct
import pytest
from conftest import Engine
from vmstates import layout, refused, subsection

from qidl.errors import QidlError, SchemaError
from qidl.limits import LIMITS, Limits
from qidl.rules import Rule
from qidl.wire.primitives import (
    Again,
    Array,
    Bits,
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


RULED = subsection(
    "a", "x" / UInt16, "z" / Array(2, UInt16), rules=[Rule(("x", "z"), lambda x, z: x != z[0] + 7, "another x")]
)
NESTED = subsection("s", "n" / UInt8, "b" / Buffer("n"))


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
    "member for a struct that a rule has seen": Read(
        layout("s" / RULED, "n" / UInt8, "c" / Buffer(lambda state: state["n"]), "s.y" / UInt8), bytes(6) + b"\1\2\3"
    ),
    "member for a struct that breaks a rule": Read(
        layout("s" / RULED, "n" / UInt8, "c" / Buffer(lambda state: state["n"]), "s.y" / UInt8),
        b"\0\7" + bytes(4) + b"\1\2\3",
    ),
    "member for an element that a rule has seen": Read(
        layout("m" / Array(1, RULED), "n" / UInt8, "c" / Buffer(lambda state: state["n"]), "m[0].y" / UInt8),
        bytes(6) + b"\1\2\3",
    ),
    "rule on each of some structs": Read(layout("n" / UInt8, "m" / Array("n", RULED)), b"\2" + bytes(12)),
    "rule on each of no structs": Read(layout("n" / UInt8, "m" / Array("n", RULED)), bytes(1)),
    "rule that one of some structs breaks": Read(
        layout("n" / UInt8, "m" / Array("n", RULED)), b"\2" + bytes(6) + b"\0\7" + bytes(4)
    ),
    "rule on a struct that gets more members": Read(
        layout("s" / NESTED, "s.x" / UInt8, **rule("s", holds=lambda s: s.get("x") != 1)), b"\1\1\2"
    ),
    "rule that a later member of a struct breaks": Read(
        layout("s" / NESTED, "s.x" / UInt8, **rule("s", holds=lambda s: s.get("x") != 1)), b"\1\1\1"
    ),
    "bool again, as an integer": Read(layout("a" / Bool, "a" / Again("a", UInt16)), b"\1\0\1"),
    "bool again, as another integer": Read(layout("a" / Bool, "a" / Again("a", UInt16)), b"\1\0\0"),
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


TWO_STRUCTS = layout("a" / subsection("p", "p" / UInt8), "b" / subsection("q", "q" / UInt8))
SHARED = {"p": 1, "q": 2}
ONE = {"a": 1}

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
    **{
        f"rule on an array of bytes, which are {x!r}": (
            layout("x" / Array(4, UInt8), **rule("x", holds=lambda x: x != [1, 2, 3, 4])),
            {"x": x},
        )
        for x in ([1, 2, 3, 4], b"\1\2\3\4", [1, 2, 3, 5])
    },
    **{
        f"rule on a buffer, which is {x!r}": (
            layout("x" / Buffer(4), **rule("x", holds=lambda x: x != b"abcd")),
            {"x": x},
        )
        for x in (b"abcd", list(b"abcd"), bytearray(b"abcd"), list(b"abce"))
    },
    **{
        f"rule on a buffer under a condition: {state}": (
            layout("a" / UInt8, "x" / When("a", Buffer(2)), **rule("x", holds=lambda x: x != b"ab")),
            state,
        )
        for state in ({"a": 1, "x": list(b"ab")}, {"a": 1, "x": b"ac"}, {"a": 0})
    },
    "one dict in two places": (TWO_STRUCTS, {"a": SHARED, "b": SHARED}),
    "one dict in two places of an array": (layout("a" / Array(2, INNER)), {"a": [ONE, ONE]}),
}


@pytest.mark.parametrize("case", STATES)
def test_state(case: str) -> None:
    """A state becomes the same bytes, or is refused in the same words."""
    wire, state = STATES[case]
    wire.compile_now()
    assert outcome(REFERENCE.encode, wire, state) == outcome(wire.encode, state)


def test_rules_see_what_is_read(engine: Engine) -> None:
    """A rule is given the same of a state as of its payload, in whatever form the state has it."""
    wire = layout("x" / Buffer(4), rules=[Rule(("x",), lambda x: x != b"abcd", "not abcd")])
    for form in (b"abcd", list(b"abcd")):
        assert "x: expected not abcd" in refused(engine, wire, {"x": form})
    assert "x: offset 0: expected not abcd" in refused(engine, wire, b"abcd")


def test_one_dict_in_two_places(engine: Engine) -> None:
    """A member is not known in one place because it is in another."""
    assert "a.q: expected no such member" in refused(engine, TWO_STRUCTS, {"a": SHARED, "b": SHARED})


@pytest.mark.parametrize(
    "fields",
    [
        ["u" / Unused(2), "u" / Unused(2), "n" / UInt8],
        ["s" / Array(0, Bits(UInt8, 3)), "s" / Array(2, Bits(UInt8, 3))],
        ["a" / UInt8, "b" / UInt8, "a" / UInt16],
    ],
)
def test_two_fields_of_one_path(fields: list[Any]) -> None:
    """A path stands for one value."""
    with pytest.raises(SchemaError, match=r"^dev: expected each path once, found \w again$"):
        layout(*fields)


@pytest.mark.parametrize(
    ("fields", "subsections"),
    [
        ([], [subsection("dev/on", subsections=[subsection("dev/on/on")])]),
        ([], [subsection("dev/on", subsections=[subsection("dev/on/x", "on" / UInt8)])]),
        ([], [subsection("dev/on"), subsection("dev/x", "on.off" / UInt8)]),
        (["on" / UInt8], [subsection("dev/on")]),
    ],
)
def test_subsection_without_a_member_of_its_own(fields: list[Any], subsections: list[VMState]) -> None:
    """A member that stands for a subsection without fields tells of nothing else whether it is there."""
    with pytest.raises(SchemaError, match=r"^dev/on: expected a member of its own, found on again$"):
        layout("a" / UInt8, *fields, subsections=subsections)


@pytest.mark.parametrize(
    ("wire", "payload", "found"),
    [
        (layout("f" / UInt8, "n" / When("f", UInt8), "x" / Array("n", UInt8)), b"\0\0", "n: expected one of f, "),
        (layout("n" / UInt8, "x" / Array("n", UInt8), "y" / When("x[3]", UInt8)), b"\1\1\1", "x[3]: expected "),
        (layout("n" / Buffer(1), "x" / Array("n", UInt8)), b"\1\1", "n: expected a number, found bytes of 1"),
    ],
)
def test_field_that_is_asked_for_but_not_there(engine: Engine, wire: VMState, payload: bytes, found: str) -> None:
    """What a field asks of an earlier one may not be there: that is wrong with the bytes, and told as such."""
    assert f"expected what its layout asks for, found {found}" in refused(engine, wire, payload)


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
