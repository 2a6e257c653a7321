"""Strategies of layouts: rules, counts, conditions, subsections, and fields that are written twice."""

from __future__ import annotations

from typing import Any

import pytest
from examples import quick
from hypothesis import HealthCheck, find, given, settings

from qidl.rules import at_most, check, ring
from qidl.strategies import states
from qidl.wire.primitives import (
    Again,
    Array,
    Bits,
    Buffer,
    Check,
    Int32,
    OneOf,
    Range,
    Since,
    UInt8,
    UInt16,
    UInt32,
    Unused,
    When,
)
from qidl.wire.vmstate import VMState


def _is_entry(entries: list[dict[str, Any]], table: int) -> bool:
    return all(table >> entry["number"] & 1 for entry in entries if entry["number"] < 32) and all(
        entry["number"] < 32 for entry in entries
    )


def _is_below(place: int, length: int) -> bool:
    return 0 <= place < max(length, 1)


RULED = VMState(
    "ruled",
    version_id=1,
    fields=[
        "mode" / OneOf(UInt32, 0, 7, 0x8000_0000),
        "flags" / Bits(UInt16, 0x8100),
        "even" / Check(Range(UInt8, 2, 250), lambda value: value % 2 == 0),
        "least" / UInt8,
        "most" / Range(UInt16, 0, 99),
        "length" / UInt32,
        "place" / Int32,
        "data" / Buffer("length"),
        "head" / Int32,
        "tail" / Int32,
        "taken" / Int32,
        "table" / UInt32,
        "count" / UInt8,
        "entries" / Array("count", VMState("entry", version_id=1, fields=["number" / UInt32, "x" / UInt8])),
    ],
    rules=[
        at_most("least", "most"),
        check(_is_below, "place", "length", expected="an index below length"),
        ring(head="head", tail="tail", count="taken", capacity=16),
        check(_is_entry, "entries", "table", expected="numbers of bits of table"),
    ],
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(states(RULED))
def test_rules_of_layouts(state: dict[str, Any]) -> None:
    """What is drawn keeps the rules of its layout, those of several fields and those of one."""
    assert state == RULED.decode(RULED.encode(state))


@pytest.mark.parametrize(
    "condition",
    [
        lambda s: s["mode"] == 0x8000_0000,
        lambda s: s["flags"] == 0x8100,
        lambda s: s["even"] == 250,
        lambda s: s["least"] == s["most"] == 99,
        lambda s: 1 < s["place"] == s["length"] - 1,
        lambda s: s["head"] == 15 and s["taken"] == 16,
        lambda s: s["tail"] == 15,
        lambda s: len(s["entries"]) > 1 and s["entries"][0]["number"] > 0,
    ],
)
def test_limits_of_rules(condition: Any) -> None:
    """The ends of what rules leave are reached."""
    assert condition(find(states(RULED), condition, settings=quick))


COUNTED = VMState("counted", version_id=1, fields=["count" / Range(UInt32, 1, 20), "data" / Array("count", UInt8)])


@pytest.mark.parametrize("count", [1, 20])
def test_counts_of_layouts(count: int) -> None:
    """A count that a layout bounds is drawn at both its bounds."""
    state = find(states(COUNTED), lambda one: one["count"] == count)
    assert {"count": count, "data": [0] * count} == state


def _area(state: dict[str, Any]) -> int:
    return int(state["size"]["width"] * state["size"]["height"])


def _table(state: dict[str, Any]) -> int:
    return {0: 3, 1: 5, 7: 9}[state["model"]]


PICTURE = VMState(
    "picture",
    version_id=1,
    fields=[
        "size.width" / UInt32,
        "size.height" / UInt32,
        "pixels" / Array(_area, UInt16),
        "model" / UInt8,
        "palette" / Array(_table, UInt8),
        "mode" / UInt32,
        "extra" / When("mode", UInt8, equals=0x12345678),
        "left" / Range(UInt16, 1, 9),
        "rest" / Buffer(lambda state: state["left"] - 1),
    ],
    subsections=[
        VMState(
            "picture/maybe",
            version_id=1,
            fields=["maybe" / When("model", UInt8)],
            subsections=[VMState("picture/maybe/more", version_id=1, fields=["more" / UInt8])],
        ),
        VMState("picture/unused", version_id=1, fields=["unused" / Unused(3)]),
        VMState("picture/marker", version_id=1),
    ],
)


@pytest.mark.parametrize(
    "condition",
    [
        lambda s: len(s["pixels"]) > 100,
        lambda s: len(s["palette"]) == 5,
        lambda s: "extra" in s,
        lambda s: len(s["rest"]) == 8,
        lambda s: "more" in s,
        lambda s: "marker" in s,
    ],
)
def test_couplings_of_layouts(condition: Any) -> None:
    """Functions that count, values that a condition asks for, and subsections within each other are all met with."""
    assert condition(find(states(PICTURE), condition, settings=quick))


@given(states(PICTURE))
def test_coupled_states(state: dict[str, Any]) -> None:
    """What is drawn, the layout writes and reads; a subsection within another is only there with it."""
    assert state == PICTURE.decode(PICTURE.encode(state))
    assert "maybe" in state or "more" not in state


AGAIN = VMState(
    "again",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "a" / UInt32,
        "b" / Range(UInt32, 0, 900),
        "c" / Int32,
        "a" / Since(2, Again("a", UInt8)),
        "b" / Again("b", Range(UInt16, 3, 1000)),
        "c" / Again("c", UInt16),
    ],
    rules=[at_most("b", "a")],
)


@given(states(AGAIN))
def test_fields_written_again(state: dict[str, Any]) -> None:
    """What is written twice is drawn of what both forms hold."""
    assert state == AGAIN.decode(AGAIN.encode(state))


def test_limits_of_fields_written_again() -> None:
    """All of it, in a version that writes it but once."""
    assert {"a": 255, "b": 255, "c": 65535} == find(
        states(AGAIN), lambda s: s["a"] == s["b"] == 255 and s["c"] == 65535, settings=quick
    )
    assert 2**32 - 1 == find(states(AGAIN, 1), lambda s: s["a"] == 2**32 - 1, settings=quick)["a"]
