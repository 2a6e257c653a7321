"""Filling objects: what stays, what is made anew, and what fields without a default are given."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from conftest import make
from qobjects import QOBJECT, TIMER, Device, Timer, changed, device, without

import qidl
from qidl import IRQ, array, fill, from_qobject, optional, to_qobject, uint8
from qidl.annotations import Marks


def test_fill_keeps_what_does_not_travel() -> None:
    """Fields that are not serialised keep the values that they have."""
    present = Device(irq=IRQ(), reset_value=99)
    irq = present.irq
    fill(present, QOBJECT)
    assert (irq, 99, 7) == (present.irq, present.reset_value, present.total)
    assert QOBJECT == to_qobject(present)


def test_fill_fills_structs_where_they_are() -> None:
    """Embedded structs and those in arrays stay the same objects; a pointer that is None gets a new one."""
    present = Device()
    timer, timers = present.timer, list(present.timers)
    fill(present, QOBJECT)
    assert present.timer is timer
    assert all(now is before for now, before in zip(present.timers, timers, strict=True))
    assert Timer() == present.parent


def test_fill_keeps_what_lies_beyond_the_size() -> None:
    """Elements beyond an array's size do not travel, so they stay."""
    present = Device(data=[9, 8, 7, 6])
    fill(present, changed(count=1, data=[1]))
    assert [1, 8, 7, 6] == present.data


def test_fill_keeps_bytes_beyond_the_size() -> None:
    """So do bytes."""
    cls = make(n=(uint8, 0), x=(bytearray, array(4, size="n")))
    present = cls(x=bytearray(b"abcd"))
    fill(present, {"n": 2, "x": b"xy"})
    assert bytearray(b"xycd") == present.x


@pytest.mark.parametrize("annotation", [list[uint8], bytearray])
def test_fill_replaces_an_array_without_capacity(annotation: Any) -> None:
    """An array that nothing bounds is as long as its size says."""
    cls = make(n=(uint8, 0), x=(annotation, array(size="n")))
    present = cls(n=3, x=annotation(b"abc"))
    fill(present, {"n": 1, "x": [1]})
    assert [1] == list(present.x)


def test_fill_removes_an_absent_pointer() -> None:
    """An optional pointer that does not come becomes None; a field behind has_ keeps its value."""
    present = device()
    fill(present, without("parent", "backlog"))
    assert (None, False, 5) == (present.parent, present.has_backlog, present.backlog)


def test_loading_restores_capacity() -> None:
    """A list that had lost its room gets it back, zeroed."""
    present = Device(data=[])
    fill(present, changed(count=1, data=[1]))
    assert [1, 0, 0, 0] == present.data


def test_required_fields() -> None:
    """Fields without default are set like any other."""
    cls = make(timer=Timer, x=uint8, grid=(list[Timer], array(1)))
    qobject = {"timer": TIMER, "x": 3, "grid": [TIMER]}
    assert cls(timer=Timer(), x=3) == from_qobject(cls, qobject)


def test_required_field_with_a_validator() -> None:
    """A required field's validator sees the value that came, not None."""
    cls = make(x=(uint8, attrs.field(validator=attrs.validators.instance_of(int))))
    assert 1 == from_qobject(cls, {"x": 1}).x


def test_required_fields_may_be_absent() -> None:
    """A required field that is optional and absent is passed None."""
    cls = make(has_x=bool, x=(uint8, attrs.field(metadata={qidl.METADATA: Marks(optional=True)})))
    assert cls(has_x=False, x=None) == from_qobject(cls, {"has_x": True})
    assert cls(has_x=True, x=3) == from_qobject(cls, {"has_x": False, "x": 3})


def test_optional_bytes_get_their_capacity() -> None:
    """Bytes are filled up to the capacity, as a list is."""
    cls = make(n=(uint8, 0), x=(bytearray | None, optional(array(8, size="n"))))
    assert bytearray(b"ab\0\0\0\0\0\0") == from_qobject(cls, {"n": 2, "x": b"ab"}).x


def test_loading_restores_capacity_of_bytes() -> None:
    """Bytes that had lost their room get it back, zeroed."""
    cls = make(n=(uint8, 0), x=(bytearray, array(4, size="n")))
    present = cls(x=bytearray(b"abc"))
    fill(present, {"n": 1, "x": b"x"})
    assert bytearray(b"xbc\0") == present.x
