"""Strategies: what they draw fits, reaches the limits, and shrinks to what is simple."""

from __future__ import annotations

import enum
import re
from typing import Any

import attrs
import construct
import pytest
from conftest import make
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

import qidl
from qidl import (
    Mark,
    array,
    declaration,
    immutable,
    int8,
    is_declared,
    optional,
    string,
    to_qobject,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.annotations import METADATA
from qidl.declaration import Array, Integer, String, Struct
from qidl.differences import diff
from qidl.errors import DeclarationError, SchemaError
from qidl.levels import LEVELS
from qidl.rules import at_most, check, ring
from qidl.strategies import declarations, objects, qobjects, register, snapshots, states, streams
from qidl.strategies.values import SIMPLEST, Drawing, binary, counts, elements, integers, texts
from qidl.testing import power_on
from qidl.wire.primitives import (
    Again,
    Array as WireArray,
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

few = settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
quick = settings(max_examples=3000, database=None, deadline=None, phases=[Phase.generate])

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
        "entries" / WireArray("count", VMState("entry", version_id=1, fields=["number" / UInt32, "x" / UInt8])),
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


COUNTED = VMState("counted", version_id=1, fields=["count" / Range(UInt32, 1, 20), "data" / WireArray("count", UInt8)])


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
        "pixels" / WireArray(_area, UInt16),
        "model" / UInt8,
        "palette" / WireArray(_table, UInt8),
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


class Decimal(construct.Construct):
    """Two decimal digits in a byte."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        byte = stream.take(1, path, "decimal")[0]
        if byte & 15 > 9 or byte >> 4 > 9:
            raise qidl.WireError("two decimal digits", f"{byte:#x}", path=path)
        return int((byte >> 4) * 10 + (byte & 15))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(bytes([obj // 10 << 4 | obj % 10]))
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 1


class Own(Decimal):
    """One that says itself what it holds."""

    def draw_value(self, draw: Any, state: dict[str, Any]) -> int:
        return int(draw(st.integers(state["a"], 99)))


FOREIGN = VMState(
    "foreign",
    version_id=1,
    fields=[
        "a" / Decimal(),
        "own" / WireArray(20, Own()),
        "little" / construct.Int16ul,
        "flag" / construct.Flag,
        "magic" / construct.Const(b"QE"),
        "text" / construct.PaddedString(4, "ascii"),
    ],
)


@given(states(FOREIGN))
def test_constructs_of_ones_own(state: dict[str, Any]) -> None:
    """A construct that qidl does not know is drawn as what its bytes mean, or as it says itself."""
    assert state == FOREIGN.decode(FOREIGN.encode(state))
    assert b"QE" == state["magic"]
    assert all(state["a"] <= value <= 99 for value in state["own"])


LOOKING_BACK = VMState(
    "looking back",
    version_id=1,
    fields=[
        "n" / UInt8,
        "size.wide" / Range(UInt32, 0, 9),
        "a" / construct.Array(lambda context: context["n"], construct.Byte),
        "b" / construct.Bytes(construct.this.n),
        "c" / WireArray(2, construct.Bytes(lambda context: context.get("size.wide") * context["n"])),
        "d" / construct.Bytes(lambda context: context.state["n"]),
    ],
)


@given(states(LOOKING_BACK))
def test_constructs_that_look_back(state: dict[str, Any]) -> None:
    """A construct is told of the members before it as it is while it reads; what it counts by is not too great."""
    assert state == LOOKING_BACK.decode(LOOKING_BACK.encode(state))
    assert state["n"] == len(state["a"]) == len(state["b"]) == len(state["d"])


def test_limits_of_constructs_that_look_back() -> None:
    """Full ones are drawn, and what matters is left of them."""
    found = find(states(LOOKING_BACK), lambda s: len(s["a"]) > 9 and s["size"]["wide"] > 1, settings=quick)
    assert len(found["c"][0]) == found["n"] * found["size"]["wide"] > 18


def test_constructs_that_do_not_say_enough() -> None:
    """One without a size that does not say what it holds is named, with its field."""
    layout = VMState("vague", version_id=1, fields=["x" / construct.GreedyBytes])
    with pytest.raises(SchemaError, match=r"^vague\.x: expected a construct that has a size .* found <GreedyBytes>"):
        find(states(layout), lambda one: True)
    layout = VMState("vague", version_id=1, fields=["x" / construct.Bytes(lambda context: 1 // 0)])
    with pytest.raises(SchemaError, match=r"^vague\.x: expected <Bytes> to say its size, found ZeroDivisionError: "):
        find(states(layout), lambda one: True)


def _inverse(value: int) -> bool:
    return 10 // value > 2


@pytest.mark.parametrize(
    "strategy",
    [
        qobjects(make("Faulty", x=(uint8, valid(1, check=_inverse)))),
        qobjects(make("Faulty", x=(list[uint8], array(2)), y=(uint8, valid(1, check=_inverse)))),
        states(VMState("Faulty", version_id=1, fields=["x" / Check(UInt8, _inverse)])),
        states(VMState("Faulty", version_id=1, fields=["x" / WireArray(2, Check(UInt8, _inverse))])),
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


RULES = ["1..9", "2", "one of 0, 3, 100", "bits of 0x15", "an even number", "0..4", "a ring of 4 places"]


@few
@given(declarations(), st.data())
def test_declarations(cls: Any, data: st.DataObject) -> None:
    """Drawn classes are declared, and give objects that round-trip."""
    assert is_declared(cls)
    qobject = data.draw(qobjects(cls))
    assert qobject == to_qobject(qidl.from_qobject(cls, qobject))


@pytest.mark.parametrize(
    "condition",
    [
        *(lambda field, mark=mark: field.mark is mark for mark in Mark),
        lambda field: field.has is not None,
        lambda field: field.optional and field.has is None,
        lambda field: isinstance(field.type, Array) and isinstance(field.type.size, str),
        lambda field: isinstance(field.type, Array) and isinstance(field.type.element, Array),
        lambda field: isinstance(field.type, Integer) and field.type.ctype.name == "QEMUTimer",
        lambda field: isinstance(field.type, String) and isinstance(field.type.size, str),
        lambda field: isinstance(field.type, Struct) and field.type.declaration.by_name.get(field.name) is field,
        lambda field: (
            isinstance(field.type, Array) and isinstance(field.type.element, Struct) and field.type.size is None
        ),
        lambda field: isinstance(field.type, Array) and field.mark is Mark.IMMUTABLE,
        lambda field: field.properties and field.properties[0].bit is not None,
        *(lambda field, words=words: words in [rule.expected for rule in field.rules] for words in RULES),
        lambda field: isinstance(field.type, Array) and field.rules,
    ],
)
def test_declarations_of_every_kind(condition: Any) -> None:
    """Every mark, both kinds of optional, sized and nested arrays are drawn."""
    cls: Any = find(
        declarations(depth=0), lambda one: any(condition(f) for f in declaration(one).fields), settings=quick
    )
    assert is_declared(cls)


def _is_required(attribute: Any) -> bool:
    return attribute.default is attrs.NOTHING


def _is_standard(attribute: Any) -> bool:
    marks = attribute.metadata.get(METADATA)
    return marks is not None and Mark.STANDARD in marks.marks and not marks.valid


@pytest.mark.parametrize("condition", [_is_required, _is_standard])
def test_declarations_of_attributes_of_every_kind(condition: Any) -> None:
    """Fields without a default, and those that are marked as what they are anyway, are drawn."""
    cls: Any = find(declarations(depth=0), lambda one: any(map(condition, attrs.fields(one))), settings=quick)
    assert is_declared(cls)


def test_parents() -> None:
    """A drawn class may have a parent, whose fields come first."""
    cls: Any = find(declarations(), lambda one: is_declared(one.__base__), settings=quick)
    parent = [field.name for field in declaration(cls.__base__).fields]
    assert parent == [field.name for field in declaration(cls).fields][: len(parent)]


@pytest.mark.parametrize("level", LEVELS)
@few
@given(st.data())
def test_snapshots(level: str, data: st.DataObject) -> None:
    """A drawn machine is written and read again, section by section."""
    snapshot = data.draw(snapshots(level))
    again = qidl.load(snapshot.to_bytes(), level=level)
    assert level == snapshot.level
    assert [] == list(diff(snapshot, again))


def test_simplest_snapshot() -> None:
    """The simplest machine is the one at power-on."""
    assert power_on("pc-1.2").to_bytes() == find(snapshots("pc-1.2"), lambda one: True, settings=quick).to_bytes()


@pytest.mark.parametrize("level", LEVELS)
@few
@given(st.data())
def test_streams(level: str, data: st.DataObject) -> None:
    """A drawn stream is read, and written as it was."""
    stream = data.draw(streams(level))
    snapshot = qidl.load(stream, level=level)
    assert level in snapshot.possible_levels
    assert stream == snapshot.to_bytes()


def test_machines_are_told_in_words() -> None:
    """Hypothesis reports what of a machine differs from power-on, and does not fill the screen with a stream."""
    first = settings(quick, max_examples=500, suppress_health_check=list(HealthCheck))

    @first
    @given(snapshots("pc-1.2"))
    def changed(snapshot: qidl.Snapshot) -> None:
        assert snapshot.to_bytes() == power_on("pc-1.2").to_bytes()

    @first
    @given(streams("pc-1.2"))
    def trailed(stream: bytes) -> None:
        assert not qidl.load(stream).trailer

    assert re.search(r"(?m)^pc-1\.2 at power-on, but\n    \S+: .+ -> .+$", notes(changed))
    assert re.search(r"(?m)^after its end: [0-9a-f]{2}", notes(trailed))
    assert re.search(r"stream=<stream of \d+ bytes>", notes(trailed))


def notes(test: Any) -> str:
    """What Hypothesis adds to the error of a test that fails."""
    with pytest.raises(AssertionError) as caught:
        test()
    return "\n".join(caught.value.__notes__)


def test_streams_of_every_kind() -> None:
    """Pages, whole and of one byte, in several parts, and bytes after the end are drawn."""
    seen: set[str] = set()

    @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(streams())
    def collect(stream: bytes) -> None:
        snapshot = qidl.load(stream)
        parts = [section.state for section in snapshot if section.idstr == "ram"]
        seen.update(name for name in ("full", "filled") if any(part[name] for part in parts))
        seen.update(["parts"] if len(parts) > 2 else [])
        seen.update(["trailer"] if snapshot.trailer else [])

    collect()
    assert {"full", "filled", "parts", "trailer"} == seen


def test_immutable_has() -> None:
    """Where the has_ bool does not travel, presence is drawn by itself."""
    cls = make("Silent", has_x=(bool, immutable(False)), x=(uint8, optional(0)))
    assert {"x": 0} == find(qobjects(cls), lambda one: "x" in one)
