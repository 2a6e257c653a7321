"""Strategies where fields bound each other, or say how long something is: what is drawn keeps all bounds at once."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from conftest import make
from hypothesis import HealthCheck, find, given, seed, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable

from qidl import array, declare, from_qobject, optional, to_qobject, uint8, uint16, valid
from qidl.rules import at_most, in_range
from qidl.strategies import qobjects, states
from qidl.wire.primitives import Array, Buffer, OneOf, UInt8, UInt32, When
from qidl.wire.vmstate import VMState

quick = settings(max_examples=1000, database=None, deadline=None)


def drawn(strategy: Any, count: int = 60, start: int = 0) -> list[Any]:
    """What a strategy draws from some start, which may not leave out too much."""
    found: list[Any] = []

    @seed(start)
    @settings(max_examples=count, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(strategy)
    def collect(one: Any) -> None:
        found.append(one)

    collect()
    return found


def reaches(strategy: Any, count: int) -> bool:
    """Whether a strategy ever draws an ``n`` of that count: from several starts, the same on every machine."""
    return any(one["n"] == count for start in range(40) for one in drawn(strategy, start=start))


CHAIN = make(
    "Chain",
    a=(uint8, valid(0, le="b")),
    b=(uint8, valid(0, le="c")),
    c=(uint8, valid(0, le="d")),
    d=(uint8, valid(0, range=(0, 3))),
)
BACKWARDS = make(
    "Backwards",
    d=(uint8, valid(200, range=(200, 255))),
    c=(uint8, valid(200, le="b")),
    b=(uint8, valid(200, le="a")),
    a=(uint8, 200),
    low=(uint8, valid(0, le="last")),
    last=(uint8, attrs.field(default=0, validator=attrs.validators.le(4))),
)
ABSENT = make("Absent", a=(uint8, valid(0, le="b")), b=(uint8 | None, optional(valid(None, range=(0, 3)))))


@pytest.mark.parametrize("cls", [CHAIN, BACKWARDS, ABSENT])
def test_chains_of_fields(cls: Any) -> None:
    """Fields of which each is at most the next are drawn within the bounds of the last."""
    for qobject in drawn(qobjects(cls)):
        assert qobject == to_qobject(from_qobject(cls, qobject))


def test_ends_of_chains() -> None:
    """Both ends of a chain are reached, in whatever order its fields are drawn."""
    assert 3 == find(qobjects(CHAIN), lambda q: q["a"] == 3, settings=quick)["d"]
    assert 0 == find(qobjects(CHAIN), lambda q: q["d"] == 3, settings=quick)["a"]
    assert 255 == find(qobjects(BACKWARDS), lambda q: q["c"] == 255, settings=quick)["a"]


CHAINED = VMState(
    "chained",
    version_id=1,
    fields=["a" / UInt8, "b" / UInt8, "c" / When("a", UInt8), "size.d" / OneOf(UInt32, 0, 7, 1000)],
    rules=[at_most("a", "b"), in_range("b", 0, 3), at_most("c", "b"), at_most("b", "size.d")],
)


def test_chains_of_layouts() -> None:
    """The rules of a layout are kept together, whether each names a bound or another field."""
    for state in drawn(states(CHAINED)):
        assert state == CHAINED.decode(CHAINED.encode(state))
    assert 3 == find(states(CHAINED), lambda s: s.get("c") == 3, settings=quick)["b"]


COUNTED = {
    "few": (valid(0, range=(0, 100)), 0, 100),
    "many": (valid(500, range=(500, 600)), 500, 600),
    "too many": (valid(5000, range=(5000, 9000)), 5000, 5000),
    "choices": (valid(7, enum=(30, 7, 60000)), 7, 30),
    "validator": (attrs.field(default=20, validator=attrs.validators.and_(attrs.validators.ge(20))), 20, 25),
    "list of a validator": (attrs.field(default=40, validator=attrs.validators.in_([40, 20])), 20, 40),
    "another field": (valid(0, le="room"), 0, 70),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counts_that_are_bounded(name: str) -> None:
    """A count is drawn at both its bounds, or where there has to be more than there is room for, at the least."""
    default, least, most = COUNTED[name]
    cls = make(
        "Counted", room=(uint8, valid(0, range=(0, 70))), n=(uint16, default), xs=(list[uint16], array(None, size="n"))
    )
    for end in (least, most):
        assert reaches(qobjects(cls), end)
    for qobject in drawn(qobjects(cls)):
        assert least <= qobject["n"] == len(qobject["xs"]) <= most


RULES = {
    "far": (UInt32, [in_range("n", 100000, 100010)], 100000, 100000),
    "near": (UInt32, [in_range("n", 10, 90)], 10, 90),
    "another field": (UInt32, [at_most("room", "n"), in_range("room", 7, 7), in_range("n", 0, 30)], 7, 30),
    "choices": (OneOf(UInt32, 9, 3, 1 << 30), [], 3, 9),
}


@pytest.mark.parametrize("name", RULES)
def test_counts_of_layouts(name: str) -> None:
    """A count is drawn at the bounds that rules set, too."""
    form, rules, least, most = RULES[name]
    for length in ("n", lambda state: state["n"]):
        fields = ["room" / UInt8, "n" / form, "data" / Buffer(length)]
        layout = VMState("counted", version_id=1, fields=fields, rules=rules)
        for end in (least, most):
            assert reaches(states(layout), end)
        for state in drawn(states(layout)):
            assert least <= state["n"] == len(state["data"])


@declare
class Endless:
    """Has to hold at least one of its own kind."""

    n: uint8 = valid(1, range=(1, 3))
    next: list[Endless] = array(None, size="n")


def test_counts_without_end() -> None:
    """Where every struct needs another, nothing is drawn."""
    with pytest.raises((NoSuchExample, Unsatisfiable)):
        find(qobjects(Endless), lambda q: True, settings=quick)


def structs(one: dict[str, Any]) -> int:
    """How many structs there are in one, itself included."""
    return 1 + sum(structs(element) for element in one["xs"] if isinstance(element, dict))


def test_arrays_of_arrays() -> None:
    """Arrays within one another have as many elements together as one alone may have, and still some each."""
    cls = make("Leaf", n=(uint8, 0), xs=(list[uint8], array(None, size="n")))
    layout = VMState("level", version_id=1, fields=["n" / UInt8, "xs" / Array("n", UInt8)])
    for _ in range(3):
        cls = make("Level", n=(uint8, 0), xs=(list[cls], array(None, size="n")))
        layout = VMState("level", version_id=1, fields=["n" / UInt8, "xs" / Array("n", layout)])
    for strategy in (qobjects(cls), states(layout)):
        assert max(structs(one) for one in drawn(strategy, 40)) < 3 * 4096
        found = find(strategy, lambda q: q["n"] > 1 and q["xs"][0]["n"] > 1, settings=quick)
        assert 2 == found["n"] == found["xs"][0]["n"]
