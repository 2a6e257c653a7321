"""Marks of fields, and the mark that a struct has for those which carry none."""

from __future__ import annotations

from typing import Any

import pytest
from boards import the
from conftest import make

import qidl
from qidl import (
    IRQ,
    DeclarationError,
    Mark,
    MemoryRegion,
    array,
    broken,
    declaration,
    elsewhere,
    immutable,
    optional,
    standard,
    string,
    uint8,
)


@pytest.mark.parametrize("mark", list(Mark))
def test_default_mark_of_a_struct(mark: Mark) -> None:
    """A struct's default mark is that of fields which carry none; one that they carry overrides it."""

    @qidl.declare(mark=mark)
    class Device:
        plain: uint8 = 0
        kept: uint8 = standard(0)
        left: uint8 = broken(0)
        irq: IRQ | None = None

        def post_load(self) -> None: ...

    assert [mark, Mark.STANDARD, Mark.BROKEN, Mark.IMMUTABLE] == [f.mark for f in declaration(Device).fields]


@pytest.mark.parametrize("mark", [Mark.IMMUTABLE, Mark.DERIVED])
def test_size_and_optional_override_the_default_mark(mark: Mark) -> None:
    """size, string and optional are explicit marks: they override the struct's default (the documented intent)."""
    cls = make(
        mark=mark,
        n=(uint8, standard(0)),
        x=(list[uint8], array(4, size="n")),
        s=(str, string(4)),
        o=(uint8 | None, optional()),
        post_load=lambda self: None,
    )
    assert ["n", "x", "s", "o"] == [field.name for field in declaration(cls).serialised]


def test_brackets_do_not_override_the_default_mark() -> None:
    """The dimensions of an array are no mark, in C either."""
    assert Mark.IMMUTABLE is the(make(mark=Mark.IMMUTABLE, x=(list[uint8], array(4)))).mark


def test_reason_of_the_default_mark() -> None:
    """A mark for all fields that carry none has one reason; what carries a mark has its own, or none."""

    @qidl.declare(mark=Mark.BROKEN, reason="it falls silent")
    class Speaker:
        """Nothing of it travels."""

        volume: uint8 = 0
        rate: uint8 = broken(0, reason="as it was made")
        pitch: uint8 = broken(0)
        irq: IRQ | None = None

    fields = declaration(Speaker).by_name
    assert [(Mark.BROKEN, "it falls silent"), (Mark.BROKEN, "as it was made"), (Mark.BROKEN, "")] == [
        (fields[name].mark, fields[name].reason) for name in ("volume", "rate", "pitch")
    ]
    assert (Mark.IMMUTABLE, "") == (fields["irq"].mark, fields["irq"].reason)


@pytest.mark.parametrize("mark", [immutable, elsewhere, broken])
def test_marks_override_a_size(mark: Any) -> None:
    """What is sized or text need not travel, if a mark says so."""
    cls = make(n=(uint8, immutable(0)), x=(bytearray, mark(array(4, size="n"))), s=(str, mark(string(4))))
    assert () == declaration(cls).serialised


@pytest.mark.parametrize(
    "annotation", [list[IRQ], list[MemoryRegion], list[IRQ | None], list[IRQ] | None, list[list[IRQ]]]
)
def test_array_of_an_immutable_type(annotation: Any) -> None:
    """An array of an immutable type is immutable, as in C (pointer, array or value)."""
    assert Mark.IMMUTABLE is the(make(x=(annotation, array(2)))).mark


def test_standard_overrides_an_immutable_type() -> None:
    """An opaque type that is marked standard has to be one that can travel, and is not."""
    with pytest.raises(DeclarationError, match=r"^C\.x: expected a type that can be serialised, found .*IRQ"):
        make(x=(IRQ | None, standard()))


def test_same_mark_twice() -> None:
    """Saying a mark twice contradicts nothing."""
    assert Mark.IMMUTABLE is the(make(x=(uint8, immutable(immutable(0))))).mark


def test_standard_optional() -> None:
    """Standard and optional stand together."""
    field = the(make(x=(uint8 | None, standard(optional()))))
    assert (True, Mark.STANDARD) == (field.optional, field.mark)
