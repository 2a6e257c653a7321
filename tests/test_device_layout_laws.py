"""``check_device`` with a layout: what does not fit is named."""

from __future__ import annotations

import re
from typing import Any

from conftest import make
from sentences import sentence

from qidl import (
    SchemaError,
    array,
    embedded,
    int16,
    optional,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.rules import at_most
from qidl.testing import check_device
from qidl.wire.primitives import Array, Before, Buffer, Integer, Range, Since, UInt8, UInt16, Unused, When
from qidl.wire.vmstate import VMState

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


def test_layout_with_bytes_for_integers() -> None:
    """Elements of one byte may be bytes in the class and integers in the layout, or the other way round."""
    raw = make("Raw", data=(bytearray, array(8)))
    numbers = make("Numbers", data=(list[uint8], array(8)))
    for cls, form in ((raw, Array(8, UInt8)), (numbers, Buffer(8))):
        check_device(cls, VMState("raw", version_id=1, fields=["data" / form]), examples=10)
        outer = make("Outer", inner=(cls, embedded(cls)), all=(list[cls], array(2)))  # type: ignore[valid-type]
        inner = VMState("inner", version_id=1, fields=["data" / form])
        check_device(
            outer, VMState("outer", version_id=1, fields=["inner" / inner, "all" / Array(2, inner)]), examples=10
        )

    def empties(self: Any) -> None:
        self.data[7] &= 0x7F

    lossy = make("Lossy", data=(bytearray, array(8)), post_load=empties)
    layout = VMState("raw", version_id=1, fields=["data" / Array(8, UInt8)])
    assert "Lossy.data[7]: expected 128 when a state of raw version 1 is loaded and saved, found 0" == sentence(
        lambda: check_device(lossy, layout)
    )


def test_layout_with_a_struct_for_an_integer() -> None:
    """What a class's rule cannot even look at is none that it refuses."""
    layout = VMState("gauge", version_id=1, fields=["level.low" / UInt8])
    assert "Gauge: expected to load a state of gauge version 1, {'level': {'low': 0}}, found " in sentence(
        lambda: check_device(make("Gauge", level=(uint8, valid(0, range=(0, 9)))), layout)
    )


def test_members_called_unused() -> None:
    """A member may have any name; bytes that are skipped mean nothing to a class, whatever they are called."""
    check_device(make("Lamp", unused_irqs=(uint8, 0)), VMState("lamp", version_id=1, fields=["unused_irqs" / UInt8]))
    check_device(
        make("Lamp", level=(uint8, 0)), VMState("lamp", version_id=1, fields=["level" / UInt8, "pad" / Unused(3)])
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


def test_arrays_of_other_lengths() -> None:
    """An array that may be longer than the layout can count, or shorter than it has elements, does not fit."""

    def dev(*fields: Any) -> VMState:
        return VMState("dev", version_id=1, fields=fields)

    counted = make("D", n=(uint16, 0), data=(list[uint8], array(size="n")))
    layout = dev("n" / UInt8, "data" / Array("n", UInt8))
    expected = "D.n: expected no value that dev cannot carry as uint8 (0..255), found 256"
    assert expected == sentence(lambda: check_device(counted, layout))
    raw = make("D", n=(uint32, 0), data=(bytearray, array(size="n")))
    assert expected == sentence(lambda: check_device(raw, dev("n" / UInt8, "data" / Buffer("n"))))
    point = make("Point", x=(uint8, 7))
    points = make("D", n=(uint16, 0), data=(list[point], array(size="n")))  # type: ignore[valid-type]
    form = VMState("point", version_id=1, fields=["x" / UInt8])
    assert expected == sentence(lambda: check_device(points, dev("n" / UInt8, "data" / Array("n", form))))
    outer = make("O", d=(counted, embedded(counted)))
    assert expected.replace("D.n", "O.d.n") == sentence(
        lambda: check_device(outer, VMState("outer", version_id=1, fields=["d" / layout]))
    ).replace("outer", "dev")

    def refuses(self: Any) -> None:
        if self.n > 200:
            raise SchemaError("n: expected at most 200")

    check_device(make("D", n=(uint16, 0), data=(list[uint8], array(size="n")), post_load=refuses), layout, examples=5)
    check_device(
        make("D", n=(uint16, valid(0, range=(0, 200))), data=(list[uint8], array(size="n"))), layout, examples=5
    )
    listed = make("D", data=(list[uint8], array()))
    assert "D.data: expected no value that dev cannot carry as 3 elements, found 0" == sentence(
        lambda: check_device(listed, dev("data" / Array(3, UInt8)))
    )


def test_members_under_conditions() -> None:
    """Of a member that a layout carries now and then, it says when."""
    level = "level" / UInt8
    cls = make("D", level=(uint8, 0), note=(uint8 | None, optional()))
    layout = VMState("dev", version_id=1, fields=[level, "note" / When("level", UInt8)])
    assert sentence(lambda: check_device(cls, layout)) in (
        "D.note: expected a value, since dev carries one if level, found none",
        "D.note: expected no member, since dev carries one if level, found 0",
    )
    cls = make("D", level=(uint8, 0), a=(uint8 | None, optional()), b=(uint8 | None, optional()))
    more = VMState("dev/more", version_id=1, fields=["a" / UInt8, "b" / UInt8])
    assert "D.a: expected a value, since dev/more carries all of its members or none, found none" == sentence(
        lambda: check_device(cls, VMState("dev", version_id=1, fields=[level], subsections=[more]))
    )
    cls = make("D", level=(uint8, 0), note=(uint8 | None, optional()))
    layout = VMState(
        "dev", version_id=2, minimum_version_id=1, fields=[level, "note" / Before(2, UInt8), "note" / Since(3, UInt8)]
    )
    assert "D.note: expected no member, since dev does not carry it, found 0" == sentence(
        lambda: check_device(cls, layout)
    )


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
    wide = make(
        "Gauge", level=(uint8, valid(0, range=(0, 9))), raw=(bytearray, valid(array(2), bits=3)), most=(uint16, 0)
    )
    assert "Gauge.most: expected no value that gauge cannot carry as uint8 (0..255), found 256" == sentence(
        lambda: check_device(wide, inner)
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
