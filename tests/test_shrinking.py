"""What Hypothesis reports of a property that fails: the simplest example, and nothing in it that does not matter."""

from __future__ import annotations

import random
from typing import Any

import pytest
from conftest import make
from hypothesis import HealthCheck, Phase, find, settings

from qidl import array, declare, embedded, optional, string, uint8, uint16, uint32, valid
from qidl.differences import diff, diff_states
from qidl.rules import at_most
from qidl.strategies import objects, qobjects, snapshots, states
from qidl.strategies.values import binary, counts, integers, texts
from qidl.testing import power_on
from qidl.wire.primitives import Array, Buffer, Range, UInt8, UInt16, UInt32, When
from qidl.wire.vmstate import VMState

search = settings(
    max_examples=3000,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def simplest(strategy: Any, condition: Any, seed: int | None = None) -> Any:
    """What is reported of a property that fails where the condition holds."""
    return find(strategy, condition, settings=search, random=None if seed is None else random.Random(seed))


VALUES = {
    "unsigned": (integers(0, 2**32 - 1), lambda v: v >= 1000, 1000),
    "wide": (integers(0, 2**64 - 1), lambda v: v >= 2**40 + 77, 2**40 + 77),
    "negative": (integers(-(2**31), 2**31 - 1), lambda v: v <= -1000, -1000),
    "from a bound": (integers(7, 900), lambda v: v >= 100, 100),
    "count": (counts(0, 20), lambda v: v >= 17, 17),
    "great count": (counts(0, 4096), lambda v: v >= 3000, 3000),
    "full": (counts(0, 256), lambda v: v == 256, 256),
    "any byte": (binary(300), lambda v: any(byte >= 7 for byte in v), b"\7" + bytes(299)),
    "one byte": (binary(4096), lambda v: v[1000] >= 7, bytes(1000) + b"\7" + bytes(3095)),
    "every byte": (binary(4096), all, b"\1" * 4096),
    "text": (texts(20), lambda v: len(v) >= 3, "000"),
    "full text": (texts(20), lambda v: len(v.encode()) == 19, "0" * 19),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    """A limit that was drawn on purpose gives way to the value that matters."""
    choice, condition, wanted = VALUES[name]
    assert wanted == simplest(choice.strategy, condition)


PART = make("Part", a=(uint16, 0), b=(list[uint8], array(4)))
DEVICE = make(
    "Device",
    count=(uint8, 0),
    data=(list[uint16], array(16, size="count")),
    registers=(list[uint32], array(300)),
    pointer=(PART | None, optional()),
    has_more=(bool, False),
    more=(PART, optional(embedded(PART))),
    parts=(list[PART], array(30)),
    label=(str, string(16)),
    rest=(list[PART], array()),
)
ZERO = simplest(qobjects(DEVICE), lambda q: True)

OBJECTS = {
    "count": (lambda q: q["count"] >= 12, {"count": 12, "data": [0] * 12}),
    "element": (lambda q: len(q["data"]) > 3 and q["data"][3] >= 300, {"count": 4, "data": [0, 0, 0, 300]}),
    "long array": (lambda q: any(value >= 1000 for value in q["registers"]), {"registers[0]": 1000}),
    "place": (lambda q: q["registers"][150] >= 1000, {"registers[150]": 1000}),
    "pointer": (lambda q: q.get("pointer", {"a": 0})["a"] > 700, {"pointer": {"a": 701, "b": [0] * 4}}),
    "has_": (
        lambda q: q["has_more"] and q["more"]["b"][2] > 8,
        {"has_more": True, "more": {"a": 0, "b": [0, 0, 9, 0]}},
    ),
    "struct": (lambda q: any(part["a"] > 300 for part in q["parts"]), {"parts[0].a": 301}),
    "list": (lambda q: any(part["a"] > 300 for part in q["rest"]), {"rest": [{"a": 301, "b": [0] * 4}]}),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_objects(name: str) -> None:
    """Of a whole device, only what matters differs from zeros."""
    condition, wanted = OBJECTS[name]
    found = simplest(qobjects(DEVICE), condition)
    assert wanted == {path: value for path, _, value in diff_states(ZERO, found)}


@declare
class Node:
    """An element of a linked list, or of a tree."""

    value: uint8 = 0
    next: Node | None = optional()
    children: list[Node] = array()


def test_pointers_to_its_own_kind() -> None:
    """Of a linked list, the elements that matter are left, and nothing hangs on them."""
    end = {"value": 0, "children": []}
    third = {"value": 0, "next": {"value": 3, "children": []}, "children": []}
    assert {"value": 0, "next": third, "children": []} == simplest(
        qobjects(Node), lambda q: q.get("next", end).get("next", end)["value"] > 2
    )


@pytest.mark.parametrize("seed", range(4))
def test_fields_that_bound_each_other(seed: int) -> None:
    """A field that is at most another, which may count something, is lowered together with it."""
    cls = make("Bound", a=(uint8, valid(0, le="b")), b=(uint8, 0))
    found = simplest(objects(cls), lambda one: one.a >= 7, seed)
    assert (7, 7) == (found.a, found.b)
    bound = VMState("bound", version_id=1, fields=["a" / UInt8, "b" / UInt8], rules=[at_most("a", "b")])
    assert {"a": 7, "b": 7} == simplest(states(bound), lambda s: s["a"] >= 7, seed)
    fields = ["a" / UInt8, "b" / UInt8, "data" / Array("b", UInt16)]
    counted = VMState("counted", version_id=1, fields=fields, rules=[at_most("a", "b")])
    assert {"a": 7, "b": 7, "data": [0] * 7} == simplest(states(counted), lambda s: s["a"] >= 7, seed)


LAYOUT = VMState(
    "layout",
    version_id=1,
    fields=[
        "mode" / UInt8,
        "extra" / When("mode", UInt32, equals=77),
        "count" / Range(UInt32, 1, 200),
        "parts" / Array("count", VMState("part", version_id=1, fields=["n" / UInt8, "b" / Buffer("n")])),
    ],
    subsections=[VMState("layout/more", version_id=1, fields=["more" / UInt16])],
)
FIRST = {"mode": 0, "count": 1, "parts": [{"n": 0, "b": b""}]}

STATES = {
    "simplest": (lambda s: True, {}),
    "condition": (lambda s: s.get("extra", 0) >= 1000, {"mode": 77, "extra": 1000}),
    "count": (lambda s: s["count"] >= 150, {"count": 150, "parts": [{"n": 0, "b": b""}] * 150}),
    "subsection": (lambda s: s.get("more", 0) >= 9, {"more": 9}),
}


@pytest.mark.parametrize("name", STATES)
def test_states(name: str) -> None:
    """Of a layout, what hangs together is simple together."""
    condition, wanted = STATES[name]
    assert {**FIRST, **wanted} == simplest(states(LAYOUT), condition)


def test_machines() -> None:
    """A machine differs from power-on in what matters alone."""
    found = simplest(snapshots("pc-1.2"), lambda one: one["i8259", 1].state["imr"] > 3)
    assert [("i8259#1", "imr", 0, 4)] == [
        (one.section, one.path, one.left, one.right) for one in diff(power_on("pc-1.2"), found)
    ]
