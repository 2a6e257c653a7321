"""What the fields of a declared class hold at first: zeroed memory, and what else a default may be."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from boards import UINT8, _Board, _Timer
from conftest import make

from qidl import DeclarationError, array, declaration, embedded, immutable, optional, uint8
from qidl.declaration import Array, Boolean, String, Struct, zero


def test_defaults_are_those_of_zeroed_memory() -> None:
    """Arrays are zero at first, as long as their capacity or their literal size."""
    board = _Board()
    assert ([0, 0, 0], [0] * 16, [0] * 4) == (board.fixed, board.sized, board.literal)
    assert ([], []) == (board.pointed, board.linked)
    assert ([[0, 0, 0], [0, 0, 0]], bytearray(4)) == (board.grid, board.config)
    assert [bytearray(3), bytearray(3)] == board.pages
    assert [_Timer(), _Timer()] == board.timers


def test_array_without_capacity_has_its_literal_size() -> None:
    """An array that lies elsewhere and has a literal size is of that length."""
    assert [0, 0, 0] == make(x=(list[uint8], array(size=3)))().x


def test_arrays_are_fresh_for_every_object() -> None:
    """No two objects share an array."""
    first, second = _Board(), _Board()
    first.grid[0][0] = 1
    assert 0 == second.grid[0][0]


def test_optional_array_is_absent_at_first() -> None:
    """An optional array is None at first, unless a bool of its own says whether it is there."""
    assert make(x=(list[uint8] | None, optional(array(4))))().x is None
    assert [0] * 4 == make(has_x=(bool, False), x=(list[uint8], optional(array(4))))().x


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (UINT8, 0),
        (Boolean(), False),
        (String(None), ""),
        (Array(UINT8, 2, 1), [0, 0]),
        (Array(Array(UINT8, 2, 2, is_buffer=True), 2, 2), [bytearray(2), bytearray(2)]),
        (Struct(declaration(_Timer)), _Timer()),
    ],
)
def test_zero(kind: Any, expected: object) -> None:
    """Every type that travels has a value before anything is loaded."""
    assert expected == zero(kind)


@pytest.mark.parametrize("form", ["array", "array in array", "embedded"])
def test_struct_that_cannot_be_made(form: str) -> None:
    """Zeroed memory and embedded structs are made without arguments; a struct that requires some is refused."""
    inner = make("Inner", x=uint8)
    default = embedded(inner) if form == "embedded" else array(2) if form == "array" else array(None, 3, size=1)
    annotation = {"embedded": inner, "array": list[inner], "array in array": list[list[inner]]}[form]
    with pytest.raises(DeclarationError, match=r"^C\.x: Inner cannot be made: missing a required .*argument: 'x'$"):
        make(x=(annotation, default))


def test_struct_that_can_be_made() -> None:
    """A list that is empty at first may be of any struct; an embedded one may be given what it requires."""
    inner = make("Inner", x=uint8)
    cls = make(x=(list[inner], array()), y=(inner, embedded(inner, x=3)), z=(object, immutable(embedded(dict))))
    assert ([], inner(x=3), {}) == (cls().x, cls().y, cls().z)


@pytest.mark.parametrize("default", [None, 300, "text"])
def test_defaults_of_what_does_not_travel(default: object) -> None:
    """A field that is never saved may hold anything."""
    assert default == make(x=(uint8, immutable(default)))().x


def test_default_that_is_converted() -> None:
    """A default that a converter makes right is right."""
    assert 3 == make(x=(uint8, attrs.field(default="3", converter=int)))().x
