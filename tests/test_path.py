"""Stringified field paths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from qidl import SchemaError
from qidl.wire import path as paths

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
STEPS = st.tuples(NAMES, st.lists(NAMES | st.integers(0, 5), max_size=4)).map(lambda drawn: (drawn[0], *drawn[1]))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ()),
        ("count", ("count",)),
        ("_x", ("_x",)),
        ("bus[0].ifs[1].status", ("bus", 0, "ifs", 1, "status")),
        ("current_tm.tm_sec", ("current_tm", "tm_sec")),
        ("grid[1][2]", ("grid", 1, 2)),
        ("[3].x", (3, "x")),
        ("mac_reg[0x1a][010]", ("mac_reg", 26, 10)),
        ("regs[R_SSP_CR0]", ("regs", "R_SSP_CR0")),
    ],
)
def test_parse(path: str, expected: tuple[Any, ...]) -> None:
    """A path is member names and indexes; a spelled index is a name."""
    assert expected == paths.parse(path)


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("a b", " b"),
        ("a..b", "..b"),
        ("a.", "."),
        ("a[", "["),
        ("a[]", "[]"),
        ("a[-1]", "[-1]"),
        ("a[0]b", "b"),
        ("a.0", ".0"),
        ("0", "0"),
        ("a-b", "-b"),
    ],
)
def test_parse_refuses(path: str, rest: str) -> None:
    """Text that is no path is refused, with the place."""
    with pytest.raises(SchemaError) as caught:
        paths.parse(path)
    assert f"{path}: expected a field path such as bus[0].ifs[1].status, found {rest!r}" == str(caught.value)


def test_index_of_many_digits() -> None:
    """An index that no list has is refused, before Python refuses to read it."""
    with pytest.raises(SchemaError) as caught:
        paths.parse(f"bus[0].ifs[{'9' * 5000}].status")
    assert "bus[0].ifs[…]: expected an index of at most 20 digits, found 5000 digits" == str(caught.value)
    assert ("grid", 10**19) == paths.parse(f"grid[{10**19}]")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), ""),
        (("", "a"), "a"),
        (("a", ""), "a"),
        (("a", 0, "b"), "a[0].b"),
        ((0, "b"), "[0].b"),
        (("bus[0]", "ifs[1].status"), "bus[0].ifs[1].status"),
        (("a", "[1]"), "a[1]"),
    ],
)
def test_join(parts: tuple[str | int, ...], expected: str) -> None:
    """Paths, names and indexes are put together."""
    assert expected == paths.join(*parts)


@given(STEPS)
def test_parse_undoes_join(steps: tuple[str | int, ...]) -> None:
    """What was joined falls into the same parts."""
    assert steps == paths.parse(paths.join(*steps))


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is a path or is refused."""
    try:
        steps = paths.parse(text)
    except SchemaError:
        return
    assert all(isinstance(step, str | int) for step in steps)


STATE: dict[str, Any] = {"n": 3, "bus": [{"x": 1}, {"x": 2}], "data": b"\7\x08", "empty": {}, "z": [1, 2]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", STATE), ("n", 3), ("bus[1].x", 2), ("bus[0]", {"x": 1}), ("data[1]", 8), ("z[0]", 1)],
)
def test_get(path: str, expected: object) -> None:
    """A path reaches a member, an element, a byte."""
    assert expected == paths.get(STATE, path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("m", "m: expected one of n, bus, data, empty, z, found 'm'"),
        ("bus[2]", "bus[2]: expected an index below 2, found 2"),
        ("data[2]", "data[2]: expected an index below 2, found 2"),
        ("bus[0].y", "bus[0].y: expected one of x, found 'y'"),
        ("empty.x", "empty.x: expected one of no member, found 'x'"),
        ("bus.x", "bus.x: expected an index below 2, found 'x'"),
        ("n.x", "n.x: expected a struct, found int"),
        ("n[0]", "n[0]: expected a list, found int"),
        ("data.x", "data.x: expected an index below 2, found 'x'"),
        ("[0]", "[0]: expected one of n, bus, data, empty, z, found 0"),
    ],
)
def test_get_refuses(path: str, message: str) -> None:
    """Where nothing lies, the error says what there is."""
    with pytest.raises(SchemaError) as caught:
        paths.get(STATE, path)
    assert message == str(caught.value)


def test_get_shows_some_of_many_names() -> None:
    """A struct of many members is not listed whole."""
    with pytest.raises(SchemaError) as caught:
        paths.get({f"member{number}": 0 for number in range(1000)}, "x")
    assert 250 > len(str(caught.value))


@pytest.mark.parametrize(
    ("before", "path", "value", "expected"),
    [
        ({}, "a", 1, {"a": 1}),
        ({"a": 0}, "a", 1, {"a": 1}),
        ({}, "a.b", 1, {"a": {"b": 1}}),
        ({}, "a[0]", 1, {"a": [1]}),
        ({}, "a[2]", 1, {"a": [0, 0, 1]}),
        ({"a": [0, 0, 1]}, "a[0]", 5, {"a": [5, 0, 1]}),
        ({}, "a[1].b", 1, {"a": [{}, {"b": 1}]}),
        ({}, "a[1][1]", 1, {"a": [[], [0, 1]]}),
        ({"a": {"b": 1}}, "a.c", 2, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, "a", {"c": 2}, {"a": {"b": 1, "c": 2}}),
        ({"a": [{"b": 1}]}, "a", [{"c": 2}, {"c": 3}], {"a": [{"b": 1, "c": 2}, {"c": 3}]}),
        ({"a": [1, 2, 3]}, "a", [4], {"a": [4]}),
        ({"a": [1]}, "a", [4, 5], {"a": [4, 5]}),
        ({"a": {"b": 1}}, "a", 2, {"a": 2}),
    ],
)
def test_put(before: dict[str, Any], path: str, value: object, expected: dict[str, Any]) -> None:
    """Putting makes the structs and lists on the way, and merges structs that meet."""
    paths.put(before, path, value)
    assert expected == before


@given(STEPS)
def test_get_after_put(steps: tuple[str | int, ...]) -> None:
    """What was put at a path lies there, and stays when its neighbour is put."""
    last = steps[-1]
    first = paths.join(*steps)
    neighbour = paths.join(*steps[:-1], last + 1 if isinstance(last, int) else f"{last}_")
    state: dict[str, Any] = {}
    paths.put(state, first, 1)
    assert 1 == paths.get(state, first)
    paths.put(state, neighbour, 2)
    assert (1, 2) == (paths.get(state, first), paths.get(state, neighbour))


@pytest.mark.parametrize(
    ("path", "whole", "is_within"),
    [
        ("a", "a", True),
        ("a.b", "a", True),
        ("a[0].b", "a", True),
        ("a[0].b", "a[0]", True),
        ("a", "", True),
        ("", "", True),
        ("ab", "a", False),
        ("a", "a.b", False),
        ("", "a", False),
    ],
)
def test_within(path: str, whole: str, is_within: bool) -> None:
    """A path leads into itself, and into all that it begins with, step by step."""
    assert is_within == paths.is_within(path, whole)
