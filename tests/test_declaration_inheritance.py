"""Declared classes that build on others."""

from __future__ import annotations

import attrs
import pytest
from boards import UINT8, the
from conftest import make

import qidl
from qidl import IRQ, DeclarationError, Mark, array, declaration, derived, optional, standard, uint8, uint32
from qidl.declaration import Array


@qidl.declare
class Base:
    """What others build on."""

    n: uint8 = 0
    data: list[uint8] = array(4, size="n")
    irq: IRQ | None = None

    def post_load(self) -> None:
        self.n += 1


def test_inherited_fields_come_first() -> None:
    """A subclass has its parent's fields, as they were declared, before its own."""

    @qidl.declare(mark=Mark.ELSEWHERE)
    class Device(Base):
        more: list[uint8] = standard(array(2, size="n"))
        other: uint8 = 0

    assert declaration(Base).fields == declaration(Device).fields[:3]
    assert (Mark.STANDARD, Mark.ELSEWHERE) == (the(Device, "more").mark, the(Device, "other").mark)
    assert Array(UINT8, 2, "n") == the(Device, "more").type


def test_field_declared_again() -> None:
    """A subclass may declare a field of its parent's anew."""

    @qidl.declare
    class Device(Base):
        irq: uint32 = 7

    assert Mark.STANDARD is the(Device, "irq").mark
    assert 7 == Device().irq


def test_size_field_declared_again() -> None:
    """A field declared again moves to the end, so what it measures would come first: refused."""
    with pytest.raises(DeclarationError, match=r"^Device\.data: size names 'n', expected an earlier field$"):

        @qidl.declare
        class Device(Base):
            n: uint32 = 0


def test_presence_field_declared_again() -> None:
    """So would a bool that says whether another field is present."""
    base = make("Parent", has_x=(bool, False), x=(uint8, optional(0)))
    with pytest.raises(DeclarationError, match=r"^C\.x: expected an earlier field has_x: bool$"):
        make(bases=(base,), has_x=(bool, True))


def test_inherited_post_load_serves_derived_fields() -> None:
    """A derived field may be computed by the post_load of a parent, which super() reaches."""

    @qidl.declare
    class Device(Base):
        sum: uint32 = derived(0)

        def post_load(self) -> None:
            super().post_load()
            self.sum = self.n

    loaded = qidl.from_qobject(Device, {"n": 1, "data": [0]})
    assert (2, 2) == (loaded.n, loaded.sum)


def test_mixin() -> None:
    """A class that is not declared may bring methods."""

    class Mixin:
        __slots__ = ()

        def post_load(self) -> None:
            self.total = 9

    @qidl.declare
    class Device(Mixin):
        total: uint8 = derived(0)

    assert 9 == qidl.from_qobject(Device, {}).total


def test_attrs_class_as_base() -> None:
    """Fields of an attrs class that is not declared are described with the subclass."""

    @attrs.define
    class Plain:
        x: uint8 = 0

    @qidl.declare
    class Device(Plain):
        y: uint8 = 0

    assert ["x", "y"] == [field.name for field in declaration(Device).serialised]
