"""Layouts that hardly anyone writes, on which the engines must agree all the same."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Engine
from test_compiled import assert_engines_agree_on_payload, assert_engines_agree_on_state
from vmstates import header, layout, refused, subsection

from qidl import SchemaError
from qidl.rules import Rule
from qidl.wire.primitives import Again, Array, Bits, Bool, Buffer, UInt8, UInt16, Unused, When
from qidl.wire.vmstate import VMState

RULED = subsection(
    "a", "x" / UInt16, "z" / Array(2, UInt16), rules=[Rule(("x", "z"), lambda x, z: x != z[0] + 7, "another x")]
)
NESTED = subsection("s", "n" / UInt8, "b" / Buffer("n"))

PAYLOADS: dict[str, tuple[VMState, list[bytes]]] = {
    "a member for a struct that a rule has seen": (
        layout("s" / RULED, "n" / UInt8, "c" / Buffer(lambda state: state["n"]), "s.y" / UInt8),
        [bytes(6) + b"\1\2\3", b"\0\7" + bytes(4) + b"\1\2\3"],
    ),
    "a member for an element that a rule has seen": (
        layout("m" / Array(1, RULED), "n" / UInt8, "c" / Buffer(lambda state: state["n"]), "m[0].y" / UInt8),
        [bytes(6) + b"\1\2\3"],
    ),
    "as many structs with such a rule as are said": (
        layout("n" / UInt8, "m" / Array("n", RULED)),
        [b"\2" + bytes(12), b"\2" + bytes(6) + b"\0\7" + bytes(4)],
    ),
    "a bool that is there again as an integer": (
        layout("a" / Bool, "a" / Again("a", UInt16)),
        [b"\1\0\1", b"\0\0\0", b"\1\0\0"],
    ),
    "no struct with such a rule": (
        layout("n" / UInt8, "m" / Array("n", RULED)),
        [bytes(1), bytes(9)],
    ),
    "a rule on a struct that gets more members": (
        layout("s" / NESTED, "s.x" / UInt8, rules=[Rule(("s",), lambda s: s.get("x") != 1, "no x of 1")]),
        [b"\1\1\1", b"\1\1\2"],
    ),
    "a subsection without fields, within it one of its name": (
        layout("a" / UInt8, subsections=[subsection("dev/on", subsections=[subsection("dev/on/on")])]),
        [b"\1" + header("dev/on") + header("dev/on/on"), b"\1" + header("dev/on")],
    ),
    "a subsection without fields, within it a field of its name": (
        layout("a" / UInt8, subsections=[subsection("dev/on", subsections=[subsection("dev/on/x", "on" / UInt8)])]),
        [b"\1" + header("dev/on") + header("dev/on/x") + b"\1"],
    ),
}

STATES: dict[str, tuple[VMState, list[Any]]] = {
    "a rule on an array of bytes": (
        layout("x" / Array(4, UInt8), rules=[Rule(("x",), lambda x: x != [1, 2, 3, 4], "not 1234")]),
        [{"x": [1, 2, 3, 4]}, {"x": b"\1\2\3\4"}, {"x": [1, 2, 3, 5]}],
    ),
    "a rule on a buffer": (
        layout("x" / Buffer(4), rules=[Rule(("x",), lambda x: x != b"abcd", "not abcd")]),
        [{"x": b"abcd"}, {"x": list(b"abcd")}, {"x": bytearray(b"abcd")}, {"x": list(b"abce")}],
    ),
    "a rule on a buffer that need not be there": (
        layout("a" / UInt8, "x" / When("a", Buffer(2)), rules=[Rule(("x",), lambda x: x != b"ab", "not ab")]),
        [{"a": 1, "x": list(b"ab")}, {"a": 1, "x": b"ac"}, {"a": 0}],
    ),
    "a subsection without fields, within it one of its name": (
        PAYLOADS["a subsection without fields, within it one of its name"][0],
        [{"a": 1, "on": True}, {"a": 1}],
    ),
    "one dict in two places": (
        layout("a" / subsection("p", "p" / UInt8), "b" / subsection("q", "q" / UInt8)),
        [{"a": (shared := {"p": 1, "q": 2}), "b": shared}, {"a": (shared := {"p": 1}), "b": {"q": 2}}],
    ),
    "one dict in two places, where it is whole": (
        layout("a" / Array(2, subsection("p", "p" / UInt8))),
        [{"a": [(shared := {"p": 1}), shared]}],
    ),
}


@pytest.mark.parametrize("case", PAYLOADS)
def test_payloads(case: str) -> None:
    """What is read is the same, or refused in the same words."""
    wire, payloads = PAYLOADS[case]
    for payload in payloads:
        assert_engines_agree_on_payload(wire, payload)


@pytest.mark.parametrize("case", STATES)
def test_states(case: str) -> None:
    """What is written is the same, or refused in the same words."""
    wire, states = STATES[case]
    for state in states:
        assert_engines_agree_on_state(wire, state)


def test_rules_see_what_is_read(engine: Engine) -> None:
    """A rule is given the same of a state as of its payload, in whatever form the state has it."""
    wire = STATES["a rule on a buffer"][0]
    for form in (b"abcd", list(b"abcd")):
        assert "x: expected not abcd" in refused(engine, wire, {"x": form})
    assert "x: offset 0: expected not abcd" in refused(engine, wire, b"abcd")


def test_one_dict_in_two_places(engine: Engine) -> None:
    """A member is not known in one place because it is in another."""
    wire, (state, _) = STATES["one dict in two places"]
    assert "a.q: expected no such member" in refused(engine, wire, state)


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
