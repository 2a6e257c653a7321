"""The checks that users run: each law fails in one sentence, and what qidl itself ships keeps them."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from conftest import make
from hypothesis import HealthCheck, given, settings

import qidl
from qidl import (
    CompatError,
    DeclarationError,
    SchemaError,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int16,
    optional,
    uint8,
    uint16,
    valid,
)
from qidl.compat.chain import STEPS as CHAIN
from qidl.compat.machine import Machine, Part
from qidl.compat.step import Lost, MachineStep, step
from qidl.devices.fdc import FDCtrl
from qidl.devices.hpet import HPETState
from qidl.devices.ide import ISAIDEState
from qidl.devices.mc146818rtc import RTCState
from qidl.devices.serial import ISASerialState
from qidl.levels import LEVELS
from qidl.rules import at_most
from qidl.strategies import declarations
from qidl.testing import check_device, check_layout, check_step, engines
from qidl.wire.layouts.hpet import HPET_V2
from qidl.wire.layouts.i8254 import I8254_V3
from qidl.wire.layouts.mc146818rtc import MC146818RTC_V3
from qidl.wire.layouts.serial import SERIAL_V3
from qidl.wire.primitives import Array, Before, Bool, Buffer, Integer, Range, UInt8, UInt16, When
from qidl.wire.vmstate import VMState

Check = Callable[[], None]


def sentence(check: Check) -> str:
    """What a check says that fails: one line."""
    with pytest.raises(AssertionError) as caught:
        check()
    text = str(caught.value)
    assert 1 == len(text.splitlines())
    assert re.fullmatch(r"\S.*: expected .*, found .*", text)
    return text


@pytest.mark.parametrize(
    ("cls", "layout"),
    [
        (RTCState, MC146818RTC_V3),
        (HPETState, HPET_V2),
        (FDCtrl, None),
        (ISASerialState, SERIAL_V3),
        (ISAIDEState, None),
    ],
    ids=lambda one: str(one),
)
def test_own_devices(cls: type, layout: VMState | None) -> None:
    """Devices of qidl's own keep the laws."""
    check_device(cls, layout, examples=10)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(declarations(depth=1))
def test_any_declaration(cls: type) -> None:
    """A class that only says what it is keeps the laws, whatever its fields."""
    check_device(cls, examples=3)


# Devices that break one rule each.


def _computes_it_once(self: Any) -> None:
    self.total = self.total or self.level + 1


def _spoils_base(self: Any) -> None:
    self.base = 7


def _forgets(self: Any) -> None:
    self.level = 0


def _fails(self: Any) -> None:
    raise ZeroDivisionError("no level")


def _refuses(self: Any) -> None:
    raise SchemaError("never")


def _says_otherwise(self: Any) -> None:
    self.has_error = False


def _counts_wrong(self: Any) -> None:
    self.level = not self.level


def _refuses_what_it_saved(self: Any) -> None:
    if self.saved:
        raise SchemaError("saved")


def _notes_saving(self: Any) -> None:
    self.saved = 1


def _nothing(self: Any) -> None:
    pass


def _empties_in_place(self: Any) -> None:
    self.rom[:] = bytes(4)


def _drops_line(self: Any) -> None:
    self.line = None


def _makes_bus(self: Any) -> None:
    self.bus = object()


def _appends(self: Any) -> None:
    self.data.append(1)


def _cuts(self: Any) -> None:
    self.data = self.data[: self.count - 1]


def _sets_error_alone(self: Any) -> None:
    self.error = self.level


def _adds_up(self: Any) -> None:
    self.log.append(self.level)


def _asks_first(self: Any) -> None:
    if self.level and self.line is not None:
        self.line.lower()
    self.line = None


def _too_great_to_save(self: Any) -> None:
    if self.level > 10:
        raise SchemaError("level: expected at most 10")


def _computes_if_on(self: Any) -> None:
    if self.level > 3:
        self.total = 4


def _nested() -> Any:
    inner = make("D", x=(uint8, 0), y=(uint8, derived(0)), post_load=_nothing)
    return make("O", d=(inner, embedded(inner)))


BROKEN_RULES = {
    "derived": (
        make("D", level=(uint8, 0), total=(uint16, derived(0)), post_load=_computes_it_once),
        r"D\.total: expected post_load to compute \d+ again, found \d+ from before the load",
    ),
    "derived, nested": (
        _nested(),
        "O.d.y: expected post_load to compute 0 again, found 1 from before the load",
    ),
    "derived list": (
        make("D", level=(uint8, 0), total=(list[uint8], derived(array(2))), post_load=_nothing),
        "D.total: expected post_load to compute [0, 0] again, found [1, 1] from before the load",
    ),
    "derived object": (
        make("D", level=(uint8, 0), total=(object, derived(None)), post_load=_nothing),
        "D.total: expected post_load to compute None again, found what was there before",
    ),
    "immutable": (
        make("D", level=(uint8, 0), base=(uint8, immutable(7)), post_load=_spoils_base),
        "D.base: expected 6, since it is immutable and no load changes it, found 7",
    ),
    "immutable, in place": (
        make("D", level=(uint8, 0), rom=(bytearray, immutable(array(4))), post_load=_empties_in_place),
        r"D\.rom: expected bytearray\(b'(\\x01){4}'\), since it is immutable and no load changes it,"
        r" found bytearray\(b'(\\x00){4}'\)",
    ),
    "immutable object": (
        make("D", level=(uint8, 0), line=(qidl.IRQ | None, None), post_load=_drops_line),
        "D.line: expected the object that was there, since it is immutable and no load changes it, found None",
    ),
    "elsewhere": (
        make("D", level=(uint8, 0), bus=(object, elsewhere()), post_load=_makes_bus),
        r"D\.bus: expected <object .*>, since it is elsewhere and no load changes it, found <object .*>",
    ),
    "derived, if only": (
        make("D", level=(uint8, 0), total=(uint16, derived(0)), post_load=_computes_if_on),
        "D.total: expected post_load to compute 0 again, found 1 from before the load",
    ),
    "derived, added to": (
        make("D", level=(uint8, 0), log=(list[uint8], derived(array())), post_load=_adds_up),
        "D.log: expected post_load to compute [0] again, found [1, 0] from before the load",
    ),
    "derived, looked at": (
        make("D", level=(uint8, 0), line=(qidl.IRQ | None, derived(None)), post_load=_asks_first),
        "D.line: expected post_load to compute anew, whatever was there before,"
        " found AttributeError: 'Stranger' object has no attribute 'lower'",
    ),
    "size, too many": (
        make("D", count=(uint8, 0), data=(list[uint8], array(size="count")), post_load=_appends),
        "D.data: expected 0 elements, as count says, and no more, found 1",
    ),
    "size, more than room": (
        make("D", count=(uint8, 0), data=(list[uint8], array(2, size="count")), post_load=_appends),
        "D.data: expected 2 elements, as the declaration says, and no more, found 3",
    ),
    "size, too few": (
        make("D", count=(uint8, 0), data=(list[uint8], array(4, size="count")), post_load=_cuts),
        "D: expected to be saved after it was loaded from {'count': 1, 'data': [0]},"
        " found D.data: expected 1 elements, found 0",
    ),
    "has_ that denies": (
        make("D", has_error=(bool, False), error=(uint8, optional(0)), post_load=_says_otherwise),
        "D.error: expected has_error to be True, since it holds 1, found has_error False, and it is not saved",
    ),
    "has_ that is forgotten": (
        make("D", level=(uint8, 0), has_error=(bool, False), error=(uint8, optional(0)), pre_save=_sets_error_alone),
        "D.error: expected has_error to be True, since it holds 1, found has_error False, and it is not saved",
    ),
    "refusal to save": (
        make("D", level=(uint8, 0), pre_save=_too_great_to_save),
        "D: expected to be saved after it was loaded from {'level': 11}, found level: expected at most 10",
    ),
    "saving hook": (
        make("D", level=(uint8, 0), pre_save=_fails),
        "D.pre_save: expected to raise QidlErrors alone, of {'level': 0}, found ZeroDivisionError: no level",
    ),
    "converter": (
        make("D", level=(uint8, attrs.field(default=0, converter=lambda value: {0: 0}[value]))),
        "D: expected to load {'level': 1}, or to refuse it with a QidlError, found KeyError: 1",
    ),
    "broken": (
        make("D", level=(uint8, 0), fifo=(uint8, broken(0))),
        "D.fifo: expected a reason beside broken, found none",
    ),
    "lost": (
        make("D", level=(uint8, 0), pre_save=_forgets, post_load=_counts_wrong),
        "D.level: expected 0 after a round trip through a QObject, found True",
    ),
    "hook": (
        make("D", level=(uint8, 0), post_load=_fails),
        "D.post_load: expected to raise QidlErrors alone, of {'level': 0}, found ZeroDivisionError: no level",
    ),
    "refusal": (
        make("D", level=(uint8, 0), post_load=_refuses),
        "D: expected a QObject that it accepts, found none among those drawn",
    ),
    "refusal of what was saved": (
        make("D", saved=(uint8, 0), pre_save=_notes_saving, post_load=_refuses_what_it_saved),
        "D: expected to load what it saved, {'saved': 1}, found saved",
    ),
}


@pytest.mark.parametrize("rule", BROKEN_RULES)
def test_broken_rules(rule: str) -> None:
    """A device that breaks a rule is told which, in one sentence with class and field."""
    cls, expected = BROKEN_RULES[rule]
    found = sentence(lambda: check_device(cls))
    assert expected == found or re.fullmatch(expected, found)


def test_chance() -> None:
    """A device that fails once and never again is told so."""
    calls = itertools.count()

    def post_load(self: Any) -> None:
        if next(calls) == 3:
            raise ZeroDivisionError("now")

    found = sentence(lambda: check_device(make("D", level=(uint8, 0), post_load=post_load)))
    assert found.startswith("D: expected the same each time that the same is tried, found otherwise: ")


def test_example() -> None:
    """Beneath the sentence is the simplest device that shows it."""
    for rule, wanted in (
        ("hook", "D loaded from: {'level': 0}"),
        ("size, too few", "D loaded from: {'count': 1, 'data': [0]}"),
    ):
        with pytest.raises(AssertionError) as caught:
            check_device(BROKEN_RULES[rule][0])
        assert [wanted] == caught.value.__notes__


def test_not_declared() -> None:
    """What is not declared is refused."""
    with pytest.raises(DeclarationError, match="int: expected a class declared"):
        check_device(int)


def test_kept_rules() -> None:
    """Sizes, optional members of both kinds, hooks that are each other's inverse, and reasons are as they should be."""

    def post_load(self: Any) -> None:
        self.low, self.high = self.both & 15, self.both >> 4

    def pre_save(self: Any) -> None:
        self.both = self.low | self.high << 4

    check_device(
        make(
            "D",
            count=(uint8, 0),
            data=(bytearray, array(4, size="count")),
            rest=(list[uint16], array(size="count")),
            has_error=(bool, False),
            error=(uint8, optional(0)),
            more=(uint8 | None, optional()),
            both=(uint8, 0),
            low=(uint8, derived(0)),
            high=(uint8, derived(0)),
            base=(str, immutable("x")),
            rom=(str | None, immutable(None)),
            bus=(qidl.IRQ | None, None),
            fifo=(uint8, broken(0, reason="a byte is lost")),
            pre_save=pre_save,
            post_load=post_load,
        )
    )


@qidl.declare
class Lamp:
    """A lamp with what a class of one's own may have: validators, host objects, pointers, parents."""

    level: uint8 = attrs.field(default=0, validator=attrs.validators.le(100))
    warm: uint8 = attrs.field(default=0, converter=lambda value: min(value, 9))
    lock: object = immutable(attrs.Factory(threading.Lock))
    lit: bool = derived(False)
    ramp: object = derived(None)
    next: Lamp | None = optional()

    @level.validator
    def _is_even(self, attribute: Any, value: int) -> None:
        if value % 2:
            raise ValueError("expected an even level")

    @lit.validator
    def _is_lit(self, attribute: Any, value: bool) -> None:
        if value != (self.level > 0):
            raise ValueError("expected it to be lit by its level")

    def post_load(self) -> None:
        self.lit = self.level > 0
        self.ramp = object()


@qidl.declare
class Street(Lamp):
    """Lamps that point back to their street."""

    lamps: list[Lamp] = array(2)
    first: object = elsewhere()

    def post_load(self) -> None:
        Lamp.post_load(self)
        if self.lamps[0].level > 90:
            raise CompatError("expected no glaring lamp")


def test_classes_of_ones_own() -> None:
    """Validators and hooks may refuse, host objects need no copy, and what a hook makes anew need not be equal."""
    check_device(Lamp, examples=20)
    check_device(Street, examples=20)


def test_back_pointers() -> None:
    """What another structure owns may change with it, as long as it is the same."""

    def post_load(self: Any) -> None:
        for child in self.children:
            child.parent = self

    child = make("Child", level=(uint8, 0), parent=(object, elsewhere()))
    check_device(make("Parent", children=(list[child], array(2)), post_load=post_load))


# Devices and layouts that do not fit.

GAUGE = make("Gauge", level=(int16, 0), count=(uint8, 0), data=(list[uint8], array(4, size="count")))


def _gauge(level: Any = UInt16, *more: Any) -> VMState:
    count = "count" / Range(UInt8, 0, 4)
    return VMState("gauge", version_id=1, fields=["level" / level, count, "data" / Array("count", UInt8), *more])


def test_layout_that_fits() -> None:
    """A layout that carries all that the class holds, or checks it, fits."""
    check_device(GAUGE, _gauge(Integer("int16", "h")))
    check_device(
        make("Gauge", level=(int16, 0)),
        VMState("gauge", version_id=1, fields=["level" / Range(Integer("int16", "h"), 0, 9)]),
    )


def test_layout_that_carries_other_integers() -> None:
    """A class that holds what the wire cannot, or cannot hold what the wire brings, is told so."""
    found = {sentence(lambda form=form: check_device(GAUGE, _gauge(form))) for form in (UInt16, UInt8)}
    assert any("Gauge.level: expected" in one or "Gauge: expected to load a state of gauge" in one for one in found)
    narrow = VMState("gauge", version_id=1, fields=["level" / Integer("int8", "b")])
    assert re.match(
        r"Gauge.level: expected no value that gauge cannot carry as int8 .*, found -?\d+",
        sentence(lambda: check_device(make("Gauge", level=(int16, 0)), narrow)),
    )


def test_layout_with_other_members() -> None:
    """A member that the class lacks, or the layout does, is named."""
    assert "Gauge: expected to load a state of gauge version 1" in sentence(
        lambda: check_device(GAUGE, _gauge(Integer("int16", "h"), "more" / UInt8))
    )


def test_members_that_a_layout_lacks() -> None:
    """An optional member that the layout does not have, or that it always has, is named."""
    level = "level" / Integer("int16", "h")
    cls = make("Gauge", level=(int16, 0), note=(uint8 | None, optional()), text=(str | None, optional()))
    found = sentence(lambda: check_device(cls, VMState("gauge", version_id=1, fields=[level])))
    assert found in (
        "Gauge.note: expected no member, since gauge does not carry it, found 0",
        "Gauge.text: expected no member, since gauge does not carry it, found ''",
    )
    cls = make("Gauge", level=(int16, 0), note=(uint8 | None, optional()))
    found = sentence(lambda: check_device(cls, VMState("gauge", version_id=1, fields=[level, "note" / UInt8])))
    assert "Gauge.note: expected a value, since gauge always carries one, found none" == found


def test_rules_of_either_side() -> None:
    """A class may be valid in fewer ways than its layout, and a layout may have rules that the class has not."""
    cls = make(
        "Gauge", level=(uint8, valid(0, range=(0, 9))), raw=(bytearray, valid(array(2), bits=3)), most=(uint8, 0)
    )
    fields = ["level" / UInt8, "raw" / Buffer(2), "most" / UInt8]
    check_device(cls, VMState("gauge", version_id=1, fields=fields))
    check_device(cls, VMState("gauge", version_id=1, fields=fields, rules=[at_most("level", "most")]))
    outer = make("Outer", gauge=(cls, embedded(cls)), gauges=(list[cls], array(2)))  # type: ignore[valid-type]
    inner = VMState("gauge", version_id=1, fields=fields)
    check_device(outer, VMState("outer", version_id=1, fields=["gauge" / inner, "gauges" / Array(2, inner)]))
    narrow = VMState("gauge", version_id=1, fields=[*fields[:2], "most" / Integer("int8", "b")])
    assert "Gauge.most: expected no value that gauge cannot carry as int8 (-128..127), found 128" == sentence(
        lambda: check_device(cls, narrow)
    )


def test_hooks_behind_a_layout() -> None:
    """A class may refuse what a layout carries, but not fail over it, nor change it."""
    fails = make("Gauge", level=(int16, 0), post_load=lambda self: self.level > 5 and {}["level"])
    layout = VMState("gauge", version_id=1, fields=["level" / Integer("int16", "h")])
    assert sentence(lambda: check_device(fails, layout)).startswith("Gauge.post_load: expected to raise QidlErrors")

    def refuses(self: Any) -> None:
        if self.level > 5:
            raise SchemaError("level: expected at most 5")

    def clamps(self: Any) -> None:
        self.level = min(self.level, 5)

    check_device(make("Gauge", level=(int16, 0), post_load=refuses), layout)
    found = sentence(lambda: check_device(make("Gauge", level=(int16, 0), post_load=clamps), layout))
    assert "Gauge.level: expected 6 when a state of gauge version 1 is loaded and saved, found 5" == found


# Layouts.


@pytest.mark.parametrize("layout", [MC146818RTC_V3, I8254_V3], ids=lambda layout: layout.name)
def test_own_layouts(layout: VMState) -> None:
    """Layouts of qidl's own keep the laws."""
    check_layout(layout, examples=20)


class Careless(Integer):
    """An integer that forgets a bit, or reads past the end, or never comes back."""

    def __init__(self, fault: str) -> None:
        super().__init__("uint8", "B")
        self.fault = fault

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        if self.fault == "crash":
            return int(stream.read(1)[0])
        value = super()._parse(stream, context, path)
        if self.fault == "refuse":
            raise qidl.WireError("nothing", str(value), path=path)
        return value & 0xFE if self.fault == "forget" else value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if self.fault == "cannot":
            raise qidl.WireError("nothing", str(obj), path=path)
        return super()._build(obj, stream, context, path)


FAULTS = {
    "forget": "careless version 1 on the reference engine: x: expected ",
    "refuse": "careless version 1 on the reference engine: expected to read what it wrote of {'x': 0}, found x: ",
    "cannot": "careless version 1: expected to write the state {'x': 0}, found x: expected nothing, found 0",
    "crash": "careless version 1 on the reference engine: expected a state or a WireError of '', found IndexError",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_careless_layouts(fault: str) -> None:
    """A construct of one's own that breaks a law is found out."""
    layout = VMState("careless", version_id=1, fields=["x" / Careless(fault)])
    assert sentence(lambda: check_layout(layout)).startswith(FAULTS[fault])


def test_older_versions_are_altered() -> None:
    """A fault that only an older version has is found out."""
    forgetful = VMState("careless", version_id=2, minimum_version_id=1, fields=["x" / Before(2, Careless("crash"))])
    assert sentence(lambda: check_layout(forgetful)).startswith("careless version 1 on the reference engine: expected ")


def test_layout_that_cannot_be_drawn() -> None:
    """A condition that asks for what is not read yet is told so."""
    layout = VMState("early", version_id=1, fields=["x" / When(lambda state: state["y"], UInt8), "y" / UInt8])
    assert "early: expected a state that can be drawn, found KeyError: 'y'" == sentence(lambda: check_layout(layout))


def test_layout_that_cannot_be_described() -> None:
    """A construct that describes itself as no JSON is found out."""

    class Odd(Integer):
        def describe(self) -> dict[str, Any]:
            return {"accepted": b""}

    layout = VMState("odd", version_id=1, fields=["x" / Odd("uint8", "B")])
    assert sentence(lambda: check_layout(layout)).startswith("odd: expected a description in JSON, found ")


def test_engines() -> None:
    """There is a reference, and whatever else there is agrees with it."""
    assert "reference" == next(iter(engines()))
    for engine in engines().values():
        assert {"level": 1, "count": 0, "data": []} == engine.decode(_gauge(), b"\0\1\0")
        assert b"\0\1\0" == engine.encode(_gauge(), {"level": 1, "count": 0, "data": []})


# Steps.

OLD = VMState("lamp", version_id=1, fields=["level" / UInt8])
NEW = VMState("lamp", version_id=2, fields=["level" / UInt16, "lit" / Bool, "left" / When("lit", UInt8)])
LAYOUTS = {"pc-1.2": OLD, "pc-1.3": NEW}


def _down(state: dict[str, Any]) -> Any:
    if state["level"] > 255:
        raise CompatError("level: expected 255 at most")
    for name in ("lit", "left"):
        if name in state:
            yield Lost(name, state.pop(name), "it is new")


def _up(state: dict[str, Any]) -> None:
    state["lit"] = False


def _step(down: Any = _down, up: Any = _up) -> Any:
    return step("lamp", newer="pc-1.3", older="pc-1.2")(type("Lamp", (), {"down": down, "up": up}))


def test_step_that_keeps_the_laws() -> None:
    """A step that reports what it loses, refuses what it cannot take, and has a way back keeps the laws."""
    check_step(_step(), LAYOUTS)
    check_step(_step(lambda state, machine: _down(state)), LAYOUTS)


def _silent(state: dict[str, Any]) -> None:
    list(_down(state))


def _lies(state: dict[str, Any]) -> Any:
    for lost in _down(state):
        yield Lost(lost.path, "something", lost.reason)


def _elsewhere(state: dict[str, Any]) -> Any:
    list(_down(state))
    yield Lost("colour", 1, "it is new")


def _crashes(state: dict[str, Any]) -> None:
    raise KeyError("colour")


def _returns_another(state: dict[str, Any]) -> Any:
    return {"level": 0}


def _always_refuses(state: dict[str, Any]) -> None:
    raise CompatError("never")


STEPS = {
    "returns": (
        _step(_returns_another),
        ": expected the state to be edited in place, and Lost for each value that is not kept, found 'level' as a loss",
    ),
    "silent": (_step(_silent), r" and back: l\w+: expected \S+, or a Lost for it, found \w+"),
    "lies": (_step(_lies), r": l\w+: expected a Lost with the value that was there, \S+, found 'something'"),
    "elsewhere": (_step(_elsewhere), r": colour: expected a Lost .*, absent, found 1"),
    "crashes": (_step(_crashes), r": expected a state or a CompatError of .*, found KeyError: 'colour'"),
    "stays": (_step(lambda state: None), r": expected a state that pc-1.2 can hold of .*"),
}


@pytest.mark.parametrize("fault", STEPS)
def test_steps_that_break_a_law(fault: str) -> None:
    """A step that breaks a law is told which, in one sentence with levels and path."""
    found, pattern = STEPS[fault]
    assert re.fullmatch("lamp from pc-1.3 to pc-1.2" + pattern, sentence(lambda: check_step(found, LAYOUTS)))


def test_step_that_always_refuses() -> None:
    """A step that takes nothing is told so."""
    found = sentence(lambda: check_step(_step(_always_refuses), LAYOUTS))
    assert "lamp: expected a state that the way down takes, found none among those drawn" == found


@step(newer="pc-1.3", older="pc-1.2")
class Silent:
    """Drops a section without a word."""

    @staticmethod
    def down(machine: Machine) -> None:
        for part in machine.find("serial"):
            machine.remove(part)


@step(newer="pc-1.3", older="pc-1.2")
class Spoils:
    """Changes what it should leave."""

    @staticmethod
    def down(machine: Machine) -> None:
        machine.find("timer")[0].state["dummy"] = 7


@step(newer="pc-1.3", older="pc-1.2")
class Renames:
    """Has no way back."""

    @staticmethod
    def down(machine: Machine) -> None:
        machine.rename_block("pc.ram", "ram")


@step(newer="pc-1.3", older="pc-1.2")
class Fails:
    """Does not work."""

    @staticmethod
    def down(machine: Machine) -> None:
        {}["pc.ram"]


@step(newer="pc-1.3", older="pc-1.2")
class Invents:
    """Loses what was not there."""

    @staticmethod
    def down(machine: Machine) -> None:
        machine.lose(Part("piano", 0, 1, {}), [Lost("", {}, "it is too loud")])


MACHINE_STEPS = {
    Silent: "machine from pc-1.3 to pc-1.2 and back: serial: expected the section, found none",
    Spoils: "machine from pc-1.3 to pc-1.2 and back: timer: dummy: expected 0, or a Lost for it, found 7",
    Renames: "machine from pc-1.3 to pc-1.2 and back: memory block pc.ram: expected 16777216 bytes, found none",
    Fails: "machine from pc-1.3 to pc-1.2: expected a machine or a CompatError, found KeyError: 'pc.ram'",
    Invents: "machine from pc-1.3 to pc-1.2: expected a loss of a section that was there, found one of piano",
}


@pytest.mark.parametrize("found", MACHINE_STEPS, ids=["silent", "spoils", "renames", "fails", "invents"])
def test_machine_steps_that_break_a_law(found: object) -> None:
    """A step on the machine that breaks a law is told which section or block it is about."""
    assert MACHINE_STEPS[found] == sentence(lambda: check_step(found, examples=5))


def test_step_between_unknown_levels() -> None:
    """A level that qidl does not know has no machine, and no layouts."""
    with pytest.raises(SchemaError, match="expected levels among pc-1.0, .*, found 'pc-9'"):
        check_step(step(newer="pc-9", older="pc-1.3")(type("Later", (), {})))
    with pytest.raises(SchemaError, match="lamp: expected its layouts by level, since qidl has none of pc-1.3"):
        check_step(_step())


def test_what_is_no_step() -> None:
    """What is no step on a section, and a level without a layout, are refused."""
    with pytest.raises(SchemaError, match="expected a step, made by @step, found 1"):
        check_step(1, LAYOUTS)
    with pytest.raises(SchemaError, match="lamp: expected the layout of pc-1.2, found those of pc-1.3"):
        check_step(_step(), {"pc-1.3": NEW})


def test_own_step() -> None:
    """A step of qidl's own keeps the laws."""
    from qidl.compat.pc_1_0 import STEPS

    found = next(one for one in STEPS if getattr(one, "section", "") == "hpet")
    levels = {name: LEVELS[name].layouts("hpet")[0] for name in ("pc-1.0", "pc-1.1")}
    check_step(found, levels)
    check_step(found, examples=10)


@pytest.mark.parametrize("found", [one for one in CHAIN if isinstance(one, MachineStep)], ids=lambda one: one.why[:20])
def test_own_machine_steps(found: MachineStep) -> None:
    """Steps of qidl's own on the machine keep the laws."""
    check_step(found, examples=15)
