"""Strategies: what they draw fits, reaches the limits, and shrinks to what is simple."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import make
from examples import few, quick
from hypothesis import find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

import qidl
from qidl import array, immutable, int8, optional, string, to_qobject, uint8, uint16, valid
from qidl.errors import DeclarationError, SchemaError
from qidl.rules import check
from qidl.strategies import objects, qobjects, register, states
from qidl.strategies.values import SIMPLEST, Drawing, binary, counts, elements, integers, texts
from qidl.wire.primitives import Array, Check, UInt8
from qidl.wire.vmstate import VMState

THING = make(
    "Thing",
    count=(uint8, 0),
    data=(bytearray, array(4, size="count")),
    more=(list[uint16], array(40, size="count")),
    level=(int8, 0),
    label=(str, string(4)),
    has_error=(bool, False),
    error=(uint8, optional(0)),
    note=(uint8 | None, optional()),
    registers=(list[uint8], array(300)),
)


WIDE = make(
    "Wide",
    size=(uint8, 0),
    text=(str, string(16, size="size")),
    short=(str, string(16, size=3)),
    big=(uint16, 0),
    page=(bytearray, array(4096, size="big")),
    free=(uint8, 0),
    rest=(list[uint8], array(size="free")),
)


def found(condition: Any) -> dict[str, Any]:
    """The simplest QObject of a thing that meets a condition."""
    qobject: dict[str, Any] = find(qobjects(THING), condition, settings=quick)
    return qobject


@pytest.mark.parametrize(
    "condition",
    [
        lambda q: q["count"] == 0,
        lambda q: q["count"] == 4,
        lambda q: q["level"] == -128,
        lambda q: q["level"] == 127,
        lambda q: q["label"] == "",
        lambda q: len(q["label"].encode()) == 3,
        lambda q: "error" in q and "note" not in q,
        lambda q: "error" not in q and "note" in q,
        lambda q: len(set(q["registers"])) > 1,
    ],
)
def test_limits_are_reached(condition: Any) -> None:
    """Both ends of a size, of an integer, of text, and both kinds of presence are drawn."""
    assert condition(found(condition))


@pytest.mark.parametrize(
    "condition",
    [
        lambda q: len(q["text"]) == q["size"] == 16 - 1,
        lambda q: q["size"] == 16,
        lambda q: len(q["short"]) == 3,
        lambda q: q["big"] == len(q["page"]) == 4096,
        lambda q: q["free"] == len(q["rest"]) == 255,
        lambda q: len(set(q["page"])) > 100,
    ],
)
def test_great_limits_are_reached(condition: Any) -> None:
    """Text is as long as its size allows, an array is full to its capacity, or to all that its size can say."""
    assert condition(find(qobjects(WIDE), condition, settings=quick))


@given(qobjects(WIDE))
def test_text_follows_its_size(qobject: dict[str, Any]) -> None:
    """Text has at most as many bytes as its size says, and leaves room for the NUL."""
    assert len(qobject["text"].encode()) <= min(qobject["size"], 15)
    assert qobject == to_qobject(qidl.from_qobject(WIDE, qobject))


def test_names_in_reports() -> None:
    """Hypothesis reports a strategy by the call that makes it."""
    assert "objects(Thing) qobjects(Thing)" == f"{objects(THING)} {qobjects(THING)}"


@qidl.declare
class Node:
    """Points to its own kind in every way that there is."""

    value: uint8 = 0
    next: Node | None = optional()
    has_other: bool = False
    other: Node | None = optional()
    children: list[Node] = array()
    count: uint8 = 0
    counted: list[Node] = array(size="count")


@few
@given(qobjects(Node))
def test_pointers_to_its_own_kind(qobject: dict[str, Any]) -> None:
    """Lists and trees of a class's own kind end."""
    assert qobject == to_qobject(qidl.from_qobject(Node, qobject))


def test_shrinks() -> None:
    """The simplest QObject is of zeros and nothing."""
    simplest = {
        "count": 0,
        "data": b"",
        "more": [],
        "level": 0,
        "label": "",
        "has_error": False,
        "registers": [0] * 300,
    }
    assert simplest == found(lambda q: True)


@given(qobjects(THING))
def test_qobjects_are_those_of_objects(qobject: dict[str, Any]) -> None:
    """What is drawn is what an object would be saved to: sizes and presence agree."""
    assert qobject["count"] == len(qobject["data"]) == len(qobject["more"])
    assert qobject["has_error"] == ("error" in qobject)
    assert qobject == to_qobject(qidl.from_qobject(THING, qobject))


def _odd(self: Any) -> None:
    if self.level % 2 == 0:
        raise SchemaError("level: expected an odd number")


def test_refused_objects_are_left_out() -> None:
    """Objects that post_load refuses are not drawn."""
    cls = make("Odd", level=(uint8, 1), post_load=_odd)
    assert 1 == find(objects(cls), lambda one: True).level
    with pytest.raises(NoSuchExample):
        find(objects(cls), lambda one: one.level == 2, settings=settings(max_examples=50, database=None))


def _fails(self: Any) -> None:
    raise ZeroDivisionError("no level")


def test_faulty_hooks_are_not_hidden() -> None:
    """What is no refusal comes out: a hook that fails is not taken for a class that accepts nothing."""
    with pytest.raises(ZeroDivisionError):
        find(objects(make("Faulty", level=(uint8, 1), post_load=_fails)), lambda one: True)


@given(st.data())
def test_values(data: st.DataObject) -> None:
    """The parts are within what they are asked for."""
    least, most = sorted((data.draw(st.integers(-300, 300)), data.draw(st.integers(-300, 300))))
    fixed = data.draw(st.booleans())
    for choice in (integers(least, most), integers(least, most, (7, 900)), counts(least, most)):
        assert least <= data.draw(choice.strategy) <= most
        assert least <= choice.simplest <= most
    length = data.draw(st.integers(0, 100))
    assert length == len(data.draw(binary(length, fixed=fixed).strategy))
    assert bytes(length) == binary(length, fixed=fixed).simplest
    assert len(data.draw(texts(length + 1).strategy).encode()) <= length
    for draw in (Drawing(data.draw), SIMPLEST):
        drawn = elements(draw, length, lambda draw: {"x": [draw(integers(0, 9))]}, fixed=fixed)
        assert length == len(drawn)
        assert length == len({id(one["x"]) for one in drawn})


def test_register() -> None:
    """Declared classes are drawn by their type once they are registered: one, or all that there are."""
    cls = make("Lamp", level=(uint8, 0), colours=(list[uint8], array(2)))
    other = make("Other", level=(uint8, 0), colours=(list[uint8], array(2)))

    def shine(lamp: cls) -> Any:  # type: ignore[valid-type]
        return lamp

    shine.__annotations__["lamp"] = cls
    register(cls)
    for strategy in (st.from_type(cls), st.builds(shine)):
        assert [0, 0] == find(strategy, lambda lamp: True).colours
    register()
    assert [0, 0] == find(st.from_type(other), lambda lamp: True).colours
    with pytest.raises(DeclarationError, match="int: expected a class declared"):
        register(int)


def _inverse(value: int) -> bool:
    return 10 // value > 2


@pytest.mark.parametrize(
    "strategy",
    [
        qobjects(make("Faulty", x=(uint8, valid(1, check=_inverse)))),
        qobjects(make("Faulty", x=(list[uint8], array(2)), y=(uint8, valid(1, check=_inverse)))),
        states(VMState("Faulty", version_id=1, fields=["x" / Check(UInt8, _inverse)])),
        states(VMState("Faulty", version_id=1, fields=["x" / Array(2, Check(UInt8, _inverse))])),
        states(VMState("Faulty", version_id=1, fields=["x" / UInt8], rules=[check(_inverse, "x", expected="a few")])),
    ],
)
def test_checks_that_fail(strategy: Any) -> None:
    """A check that raises, rather than saying no, is named by its field, and the value that it was asked about."""
    error = r"^Faulty\.[xy]: expected a check that accepts or refuses 0, found ZeroDivisionError: [^\n]*(?m:$)"
    with pytest.raises(SchemaError, match=error):
        find(strategy, lambda one: True)


def test_states_of_what_is_no_layout() -> None:
    """What is not a layout is named."""
    with pytest.raises(SchemaError, match=r"^states: expected a VMState, found 3(?m:$)"):
        find(states(3), lambda one: True)  # type: ignore[arg-type]
    with pytest.raises(DeclarationError, match=r"^int: expected a class declared with @qidl\.declare(?m:$)"):
        find(objects(int), lambda one: True)


def test_immutable_has() -> None:
    """Where the has_ bool does not travel, presence is drawn by itself."""
    cls = make("Silent", has_x=(bool, immutable(False)), x=(uint8, optional(0)))
    assert {"x": 0} == find(qobjects(cls), lambda one: "x" in one)
