"""Subsections: where they are, what is refused, and data that looks like one."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Engine, check_layout
from vmstates import header, layout, refused, subsection

from qidl.wire.primitives import Array, Buffer, UInt8, When
from qidl.wire.vmstate import VMState

DEVICE = layout(
    "x" / UInt8,
    subsections=[
        subsection("dev/first", "a" / UInt8, "b" / UInt8, version_id=2),
        subsection("dev/flag"),
        subsection(
            "dev/deep",
            "c" / UInt8,
            subsections=[subsection("dev/deep/er", "d" / UInt8), subsection("dev/deep/flag2")],
        ),
        subsection("dev/only", subsections=[subsection("dev/only/child", "e" / UInt8)]),
        subsection("device", "f" / UInt8),
    ],
)

PRESENT: dict[str, tuple[dict[str, Any], bytes]] = {
    "none": ({}, b""),
    "first": ({"a": 1, "b": 2}, header("dev/first", 2) + b"\1\2"),
    "without fields": ({"flag": True}, header("dev/flag")),
    "parent alone": ({"c": 3}, header("dev/deep") + b"\3"),
    "child": ({"c": 3, "d": 4}, header("dev/deep") + b"\3" + header("dev/deep/er") + b"\4"),
    "children": (
        {"c": 3, "d": 4, "flag2": True},
        header("dev/deep") + b"\3" + header("dev/deep/er") + b"\4" + header("dev/deep/flag2"),
    ),
    "child of one without fields": (
        {"only": True, "e": 5},
        header("dev/only") + header("dev/only/child") + b"\5",
    ),
    "name without a slash": ({"f": 6}, header("device") + b"\6"),
    "all": (
        {"a": 1, "b": 2, "flag": True, "c": 3, "d": 4, "flag2": True, "only": True, "e": 5, "f": 6},
        header("dev/first", 2)
        + b"\1\2"
        + header("dev/flag")
        + header("dev/deep")
        + b"\3"
        + header("dev/deep/er")
        + b"\4"
        + header("dev/deep/flag2")
        + header("dev/only")
        + header("dev/only/child")
        + b"\5"
        + header("device")
        + b"\6",
    ),
}


@pytest.mark.parametrize("case", PRESENT)
def test_subsections(engine: Engine, case: str) -> None:
    """A subsection is there if the state has its members, and comes in the order of the layout."""
    state, data = PRESENT[case]
    check_layout(engine, DEVICE, {"x": 9} | state, b"\x09" + data)


def test_subsections_of_nested_structs(engine: Engine) -> None:
    """Every struct has its own subsections, after each element."""
    element = subsection("element", "a" / UInt8, subsections=[subsection("element/more", "b" / UInt8)])
    wire = layout("l" / Array(3, element), "z" / UInt8)
    state = {"l": [{"a": 1, "b": 2}, {"a": 3}, {"a": 4, "b": 5}], "z": 6}
    data = b"\1" + header("element/more") + b"\2\3\4" + header("element/more") + b"\5\6"
    check_layout(engine, wire, state, data)


def test_subsection_of_what_was_read_before(engine: Engine) -> None:
    """A subsection may take its count and its condition from the parent's members, and add to its structs."""
    more = subsection("dev/more", "y" / Array("n", UInt8), "w" / When("n", UInt8), "s.b" / UInt8)
    wire = layout("n" / UInt8, "s.a" / UInt8, subsections=[more])
    state = {"n": 2, "s": {"a": 1, "b": 6}, "y": [3, 4], "w": 5}
    check_layout(engine, wire, state, b"\2\1" + header("dev/more") + b"\3\4\5\6")


SUBSECTIONS_REFUSED: dict[str, tuple[bytes, str]] = {
    "unknown": (
        header("dev/none") + b"\1",
        "offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev/none'",
    ),
    "unknown without a slash": (
        header("dev2"),
        "offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev2'",
    ),
    "unknown and not ASCII": (
        b"\5\4dev\xff",
        r"offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev\xff'",
    ),
    "child of another": (
        header("dev/deep/er") + b"\4",
        "offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev/deep/er'",
    ),
    "unknown child": (
        header("dev/deep") + b"\3" + header("dev/deep/no"),
        "offset 16: expected dev/deep/er, dev/deep/flag2, found 'dev/deep/no'",
    ),
    "child of one without children": (
        header("dev/flag") + header("dev/flag/x"),
        "offset 15: expected no subsection, found 'dev/flag/x'",
    ),
    "twice": (
        header("dev/flag") * 2,
        "offset 15: expected subsections once each and in order, found dev/flag",
    ),
    "twice with fields": (
        (header("device") + b"\1") * 2,
        "offset 14: expected subsections once each and in order, found device",
    ),
    "out of order": (
        header("dev/flag") + header("dev/first", 2) + b"\1\2",
        "offset 15: expected subsections once each and in order, found dev/first",
    ),
    "child twice": (
        header("dev/deep") + b"\3" + (header("dev/deep/er") + b"\4") * 2,
        "offset 34: expected subsections once each and in order, found dev/deep/er",
    ),
    "newer version": (header("dev/flag", 2), "offset 1: expected dev/flag version 1, found 2"),
    "older version": (header("dev/first", 1) + b"\1\2", "offset 1: expected dev/first version 2, found 1"),
    "cut in the version": (
        header("dev/flag")[:-1],
        "offset 11: expected 4 bytes (subsection version), found 3",
    ),
    "cut in the fields": (
        header("dev/first", 2) + b"\1",
        "b: offset 17: expected 1 bytes (uint8), found 0",
    ),
    "rest": (header("dev/flag") + b"\5", "offset 15: expected the end after 15 bytes, found 16 bytes"),
}


@pytest.mark.parametrize("case", SUBSECTIONS_REFUSED)
def test_refused_subsection(engine: Engine, case: str) -> None:
    """A subsection unknown, repeated, out of order, of another version or cut short is refused."""
    data, message = SUBSECTIONS_REFUSED[case]
    assert message == refused(engine, DEVICE, b"\x09" + data)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a": 1}, "b: expected a value, found no such member"),
        ({"flag": False}, "flag: expected True or no member, found False"),
        ({"flag": 1}, "flag: expected True or no member, found 1"),
        ({"d": 4}, "d: expected no such member, found 4"),
        ({"e": 4}, "e: expected no such member, found 4"),
        ({"only": None, "e": 4}, "only: expected True or no member, found None"),
    ],
)
def test_subsection_members_refused(engine: Engine, members: dict[str, Any], message: str) -> None:
    """A subsection comes whole, and its children with it."""
    assert message == refused(engine, DEVICE, {"x": 9} | members)


# Look-ahead: ordinary data that looks like a subsection.

INNER = subsection("inner", "a" / UInt8, subsections=[subsection("inner/sub", "s" / UInt8)])

IMITATIONS: dict[str, bytes] = {
    "no marker": b"\4\x09inner/sub\0\0\0\1",
    "shorter name": b"\5\4inne\0\0\0\1",
    "parent's own name": b"\5\5inner\0\0\0\1",
    "other prefix": b"\5\x0aouter/more\0\0\0\1",
    "another case": b"\5\x09Inner/sub\0\0\0\1",
    "no name": b"\5\0\0\0\0\0",
    "marker alone": b"\5",
    "marker and length alone": b"\5\x09",
    "name beyond the end": b"\5\x0finner/sub",
    "longest name beyond the end": b"\5\xffinner/sub\0\0\0\1",
}


@pytest.mark.parametrize("case", IMITATIONS)
def test_imitation(engine: Engine, case: str) -> None:
    """What only looks like a subsection is ordinary data of the enclosing struct."""
    data = IMITATIONS[case]
    wire = layout("i" / INNER, "rest" / Buffer(len(data)))
    check_layout(engine, wire, {"i": {"a": 1}, "rest": data}, b"\1" + data)


@pytest.mark.parametrize("case", IMITATIONS)
def test_imitation_at_the_end(engine: Engine, case: str) -> None:
    """At the end of a payload it is what should not be there."""
    data = b"\1" + IMITATIONS[case]
    found = refused(engine, VMState("inner", version_id=1, fields=INNER.fields, subsections=INNER.subsections), data)
    assert f"offset 1: expected the end after 1 bytes, found {len(data)} bytes" == found


def test_matching_prefix_is_no_data(engine: Engine) -> None:
    """As in QEMU, data that spells the parent's name and more is taken for a subsection, and refused if unknown."""
    data = b"\5\x0binner/other"
    wire = layout("i" / INNER, "rest" / Buffer(len(data)))
    assert "i: offset 1: expected inner/sub, found 'inner/other'" == refused(engine, wire, b"\1" + data)


def test_subsection_before_data(engine: Engine) -> None:
    """A subsection of a nested struct ends where its fields do; data follows."""
    wire = layout("i" / INNER, "rest" / Buffer(2))
    check_layout(engine, wire, {"i": {"a": 1, "s": 2}, "rest": b"\5\5"}, b"\1" + header("inner/sub") + b"\2\5\5")


def test_outer_subsection_after_an_inner_struct(engine: Engine) -> None:
    """The enclosing struct's subsection is not the inner one's, for its name begins otherwise."""
    wire = layout("i" / INNER, subsections=[subsection("dev/more", "m" / UInt8)])
    both = b"\1" + header("inner/sub") + b"\2" + header("dev/more") + b"\3"
    check_layout(engine, wire, {"i": {"a": 1}, "m": 3}, b"\1" + header("dev/more") + b"\3")
    check_layout(engine, wire, {"i": {"a": 1, "s": 2}, "m": 3}, both)


def test_inner_struct_named_as_the_outer_one_begins(engine: Engine) -> None:
    """Where the inner name is how the outer one's subsection begins, the inner struct claims it, as in QEMU."""
    wire = layout("i" / subsection("d", "a" / UInt8), subsections=[subsection("dev/more", "m" / UInt8)])
    found = refused(engine, wire, b"\1" + header("dev/more") + b"\3")
    assert "i: offset 1: expected no subsection, found 'dev/more'" == found


def test_old_style_struct_looks_for_no_subsections(engine: Engine) -> None:
    """A struct that C reads by hand leaves the subsection to the struct around it."""
    inner = subsection("d", "a" / UInt8, old_style=True)
    wire = layout("i" / inner, subsections=[subsection("dev/more", "m" / UInt8)])
    check_layout(engine, wire, {"i": {"a": 1}, "m": 3}, b"\1" + header("dev/more") + b"\3")
