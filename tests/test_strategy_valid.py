"""Strategies of classes whose fields say what is valid: in words of their own, or by validators of attrs."""

from __future__ import annotations

import enum
from typing import Any

import attrs
import pytest
from conftest import make
from examples import quick
from hypothesis import HealthCheck, find, given, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable

import qidl
from qidl import array, to_qobject, uint8, uint16, uint32, valid
from qidl.strategies import qobjects


def _even(self: Any, attribute: Any, value: int) -> None:
    if value % 2:
        raise ValueError("expected an even number")


def _fewer(self: Any, attribute: Any, value: int) -> None:
    if value > self.room:
        raise ValueError("expected no more than there is room for")


def test_validators_of_all_kinds() -> None:
    """Text, bools, elements, functions, and fields that look at earlier ones: what is drawn is accepted."""
    checks = attrs.validators
    cls = make(
        "Checked",
        mode=(str, attrs.field(default="on", validator=checks.in_(["on", "off"]))),
        label=(str, attrs.field(default="ab", validator=checks.matches_re(r"[ab]+"))),
        short=(str, attrs.field(default="", validator=checks.max_len(2))),
        fixed=(bool, attrs.field(default=True, validator=checks.in_([True]))),
        even=(uint8, attrs.field(default=2, validator=[_even, checks.gt(1.5)])),
        room=(uint8, 0),
        used=(uint8, attrs.field(default=0, validator=checks.optional(_fewer))),
        count=(uint8, attrs.field(default=1, validator=checks.and_(checks.ge(1), checks.le(3)))),
        data=(list[uint8], array(8, size="count")),
    )
    drawn: list[Any] = []

    @settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(qobjects(cls))
    def collect(qobject: dict[str, Any]) -> None:
        drawn.append(qidl.from_qobject(cls, qobject))

    collect()
    assert {"on", "off"} == {one.mode for one in drawn}
    assert {1, 2, 3} == {one.count for one in drawn}
    assert len({one.even for one in drawn}) > 3


def test_validators_that_accept_nothing() -> None:
    """Bounds that contradict each other leave nothing to draw."""
    checks = attrs.validators
    for validator in ([checks.gt(3), checks.lt(3)], checks.in_([])):
        cls = make("Checked", level=(uint8, attrs.field(default=3, validator=validator)))
        with pytest.raises((NoSuchExample, Unsatisfiable)):
            find(qobjects(cls), lambda one: True)


def _is_rare(value: int) -> bool:
    return value % 1000 == 7


VALID = make(
    "Valid",
    mode=(uint32, valid(0, enum=(0, 0x1000, 0x8000_0000))),
    flags=(uint32, valid(0, bits=0x8000_0001)),
    used=(uint16, valid(0, le="room")),
    room=(uint16, valid(0, range=(0, 300))),
    left=(uint16, valid(0, le="used")),
    count=(uint8, valid(1, range=(1, 4))),
    data=(list[uint8], valid(array(8, size="count"), enum=(0, 9))),
    raw=(bytearray, valid(array(40), bits=0x0F)),
    rare=(uint32, valid(7, check=_is_rare)),
    head=(uint8, 0),
    tail=(uint8, 0),
    taken=(uint8, 0),
    ring=(list[uint16], valid(array(4), ring=("head", "tail", "taken"))),
)


class Speed(enum.IntEnum):
    """What a field is one of."""

    SLOW = 0
    FAST = 9


@pytest.mark.parametrize("choices", [Speed, (value for value in (0, 9))], ids=["enumeration", "generator"])
def test_choices_of_any_kind(choices: Any) -> None:
    """The members of an enumeration are drawn, and what a generator gives; as plain integers."""
    cls = make("Motor", speed=(uint8, valid(0, enum=choices)))
    for wanted in (0, 9):
        found = find(qobjects(cls), lambda q, wanted=wanted: q["speed"] == wanted)["speed"]
        assert type(found) is int


@given(qobjects(VALID))
def test_valid_fields(qobject: dict[str, Any]) -> None:
    """What a field is valid for is drawn from, not tried and thrown away."""
    assert qobject == to_qobject(qidl.from_qobject(VALID, qobject))


@pytest.mark.parametrize(
    "condition",
    [
        lambda q: q["mode"] == 0x8000_0000,
        lambda q: q["flags"] == 0x8000_0001,
        lambda q: 0 < q["left"] == q["used"] == q["room"],
        lambda q: q["data"] == [9, 9, 9, 9],
        lambda q: 15 in q["raw"],
        lambda q: (q["head"], q["tail"], q["taken"]) == (3, 3, 4),
    ],
)
def test_limits_of_valid_fields(condition: Any) -> None:
    """The ends of what is valid are reached."""
    assert condition(find(qobjects(VALID), condition, settings=quick))


VALIDATORS = {
    "in": (attrs.validators.in_([3, 200, 999]), {3, 200}),
    "bounds": (attrs.validators.and_(attrs.validators.ge(7), attrs.validators.lt(9)), {7, 8}),
    "other bounds": (attrs.validators.and_(attrs.validators.gt(7), attrs.validators.le(9)), {8, 9}),
    "something else": (attrs.validators.instance_of(int), None),
}


@pytest.mark.parametrize("name", VALIDATORS)
def test_validators_are_kept(name: str) -> None:
    """Choices and bounds of attrs validators are drawn from, not tried and thrown away."""
    validator, wanted = VALIDATORS[name]
    drawn: set[int] = set()
    cls = make("Checked", level=(uint8, attrs.field(default=7, validator=validator)))

    @settings(max_examples=60, database=None)
    @given(qobjects(cls))
    def collect(qobject: dict[str, Any]) -> None:
        drawn.add(qobject["level"])

    collect()
    assert wanted == drawn if wanted else len(drawn) > 10
