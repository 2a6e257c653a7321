"""``check_device``: what qidl itself ships, and what a class may do, is accepted."""

from __future__ import annotations

import copy
import threading
from fractions import Fraction
from typing import Any

import attrs
import pytest
from conftest import make
from hypothesis import HealthCheck, given, settings

import qidl
from qidl import (
    CompatError,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    optional,
    property_,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.devices.fdc import FDCtrl
from qidl.devices.hpet import HPETState
from qidl.devices.ide import ISAIDEState
from qidl.devices.mc146818rtc import RTCState
from qidl.devices.serial import ISASerialState
from qidl.strategies import declarations
from qidl.testing import check_device
from qidl.wire.layouts.hpet import HPET_V2
from qidl.wire.layouts.mc146818rtc import MC146818RTC_V3
from qidl.wire.layouts.serial import SERIAL_V3
from qidl.wire.vmstate import VMState


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


def test_hooks_that_use_the_host() -> None:
    """A hook may use objects of the host: call them, go through them, hold them."""

    def post_load(self: Any) -> None:
        if self.irq is not None:
            self.irq.set(self.level)
            self.irq.pins[0].level = int(self.irq.level)
            self.irq.copy = copy.copy(self.irq)
        if self.lock is not None:
            with self.lock:
                self.bus = self.bus
        self.irqs = list(self.bus.irqs) if self.bus is not None else []
        while self.bus is not None and self.bus.pending():
            self.bus.take()

    check_device(
        make(
            "D",
            level=(uint8, 0),
            irq=(qidl.IRQ | None, None),
            lock=(object, immutable(None)),
            bus=(qidl.BusState | None, None),
            irqs=(object, derived(None)),
            post_load=post_load,
        )
    )


def test_hooks_that_know_the_host() -> None:
    """A hook may want of an object of the host what only that has."""

    def post_load(self: Any) -> None:
        if self.irq is not None:
            self.irq = self.irq + 1

    check_device(make("D", level=(uint8, 0), irq=(qidl.IRQ | None, None), post_load=post_load))


def test_hooks_that_know_what_is_immutable() -> None:
    """What a field is that no load changes, a hook may count on."""

    def looks_up(self: Any) -> None:
        self.number = {"serial": 1, "parallel": 2}[self.kind]

    check_device(
        make(
            "D",
            level=(uint8, 0),
            kind=(str, property_("kind", "serial")),
            number=(uint8, derived(0)),
            post_load=looks_up,
        )
    )

    def divides(self: Any) -> None:
        self.each = self.level // self.ports

    check_device(make("D", level=(uint8, 0), ports=(uint8, immutable(1)), each=(uint8, derived(0)), post_load=divides))

    def counts(self: Any) -> None:
        self.all = self.level * self.ports & 0xFF

    check_device(make("D", level=(uint8, 0), ports=(uint8, immutable(1)), all=(uint8, 0), pre_save=counts))


@qidl.declare
class Screen:
    """A screen whose hook counts on what its fields can be that no load changes."""

    level: uint8 = 0
    unit: uint8 = immutable(0)
    rows: uint32 = immutable(25)
    columns: uint32 = immutable(80)
    lit: list[bool] = derived(attrs.Factory(list))

    @unit.validator
    def _is_one_of_two(self, attribute: Any, value: int) -> None:
        if value > 1:
            raise ValueError("expected 0 or 1")

    def post_load(self) -> None:
        self.unit %= 2
        self.lit = [False] * (self.rows * self.columns)


def test_hooks_that_know_what_immutable_fields_can_be() -> None:
    """What is immutable is not set to what its validators refuse, nor to what would take a hook too long."""
    check_device(Screen)


MODE = 0x77


def test_values_made_anew() -> None:
    """A hook may set what is immutable to a value that nothing tells from the one that was there."""

    def post_load(self: Any) -> None:
        self.base = (self.base << 1) >> 1
        self.label = "".join(self.label)

    check_device(
        make(
            "D",
            base=(uint32, immutable(1 << 20)),
            label=(str, immutable("lamp 1")),
            post_load=post_load,
            level=(uint8, 0),
        )
    )


def test_hooks_that_normalise() -> None:
    """A hook may clamp, mask, and compute from others; what counts in one mode of many, it may leave out in others."""

    def post_load(self: Any) -> None:
        self.level = min(self.level, 5)
        self.flags &= 0x10
        if self.error == 3:
            self.has_error, self.error = False, 0
        self.sum = self.level * 13 & 0xFFFF
        if self.mode != MODE:
            self.count = 0

    def pre_save(self: Any) -> None:
        self.magic = 3
        self.inner.magic = 4

    inner = make("Inner", magic=(uint16, 0))
    check_device(
        make(
            "D",
            level=(uint8, 0),
            flags=(uint8, 0),
            has_error=(bool, False),
            error=(uint8, optional(0)),
            sum=(uint16, 0),
            mode=(uint16, 0),
            count=(uint8, 0),
            magic=(uint16, 0),
            inner=(inner, embedded(inner)),
            post_load=post_load,
            pre_save=pre_save,
        )
    )


def test_hooks_that_normalise_elements() -> None:
    """A hook may empty elements under a condition, be it that another is the one selected, and small values."""

    def post_load(self: Any) -> None:
        for place in range(8):
            if place != self.selected:
                self.levels[place] = 0
            if place >= self.used:
                self.tones[place] = 0
        self.mode = self.mode and 1
        self.warm = self.warm and self.lit

    check_device(
        make(
            "D",
            selected=(uint8, 0),
            used=(uint8, 0),
            levels=(list[uint16], array(8)),
            tones=(bytearray, array(8)),
            mode=(uint8, valid(0, range=(0, 2))),
            lit=(bool, False),
            warm=(bool, False),
            post_load=post_load,
        )
    )


def test_few_values_that_a_hook_normalises() -> None:
    """Of a class that can hold little, all is tried: what one of the values keeps is held."""

    def post_load(self: Any) -> None:
        self.mode = self.mode and 1
        self.warm = self.warm and self.lit

    mode = (uint8, valid(0, range=(0, 2)))
    check_device(make("D", mode=mode, lit=(bool, False), warm=(bool, False), post_load=post_load))


def test_dicts_of_any_keys() -> None:
    """What a hook makes may be a dict by any keys."""

    def post_load(self: Any) -> None:
        self.by_pair = {(self.level, None): object()}

    check_device(make("D", level=(uint8, 0), by_pair=(object, derived(None)), post_load=post_load))


class Fifo:
    """An object that is brought up to date, never made anew."""

    def set(self, level: int) -> None:
        """Hold a level."""
        self.level = level

    def close(self) -> None:
        """Hold nothing."""


IN_PLACE: dict[str, tuple[Any, Any]] = {
    "dict": (attrs.Factory(dict), lambda self: (self.made.clear(), self.made.update(a=self.level))),
    "dict of the same keys": (attrs.Factory(dict), lambda self: self.made.update(a=self.level)),
    "dict of all kinds": (
        attrs.Factory(dict),
        lambda self: self.made.update(lit=self.level > 0, name=str(self.level), none="", more=[{}, 0.5]),
    ),
    "list": (attrs.Factory(list), lambda self: self.made.__setitem__(slice(None), [self.level] * 2)),
    "list of objects": (attrs.Factory(list), lambda self: self.made.__setitem__(slice(None), [object()])),
    "object": (attrs.Factory(Fifo), lambda self: self.made.set(self.level)),
    "object, released": (None, lambda self: (self.made and self.made.close(), setattr(self, "made", Fifo()))),
    "object, compared": (Fraction(1), lambda self: (self.made < 3, setattr(self, "made", Fraction(self.level)))),
    "function": (None, lambda self: setattr(self, "made", lambda: self.level)),
    "functions": (None, lambda self: setattr(self, "made", {"read": [lambda: self.level]})),
}


@pytest.mark.parametrize("what", IN_PLACE)
def test_derived_objects(what: str) -> None:
    """A hook may rebuild a container where it is, release what it replaces, and make functions."""
    default, compute = IN_PLACE[what]

    def post_load(self: Any) -> None:
        compute(self)

    check_device(make("D", level=(uint8, 0), made=(object, derived(default)), post_load=post_load))
