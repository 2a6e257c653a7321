"""``@declare``: what a class says of its fields, which names it may speak of, and what attrs gives."""

from __future__ import annotations

import copy
import pickle
from typing import Annotated, Any, ClassVar, Optional

import attrs
import pytest
from boards import UINT8, _Board, _Timer, the
from conftest import INTEGERS, declarations, make, objects
from hypothesis import given, strategies as st

import qidl
from qidl import IRQ, Declaration, Field, Mark, array, declaration, elsewhere, embedded, optional, uint8
from qidl.annotations import CType
from qidl.declaration import Array, Boolean, Integer, String, Struct, Unserialised


def test_fields_in_the_order_of_the_struct() -> None:
    """A declaration lists every field as the class does."""
    assert list(_Board.__annotations__) == [field.name for field in declaration(_Board).fields]


def test_serialised_fields() -> None:
    """What travels is what carries no other mark and is of no opaque type."""
    left_out = {"irq", "region", "rate", "chr"}
    names = [field.name for field in declaration(_Board).serialised]
    assert [name for name in _Board.__annotations__ if name not in left_out] == names


KINDS = {
    "count": UINT8,
    "enabled": Boolean(),
    "label": String(8),
    "prefix": String(8, "count"),
    "model": String(None),
    "fixed": Array(Integer(CType("uint32", "uint32_t", 4, False)), 3, 3),
    "sized": Array(UINT8, 16, "count"),
    "pointed": Array(UINT8, None, "count"),
    "linked": Array(UINT8, None, None),
    "literal": Array(UINT8, 4, 2),
    "grid": Array(Array(Integer(CType("int32", "int32_t", 4, True)), 3, 3), 2, 2),
    "config": Array(UINT8, 4, 4, is_buffer=True),
    "pages": Array(Array(UINT8, 3, 3, is_buffer=True), 2, 2),
    "timer": Struct(declaration(_Timer)),
    "timers": Array(Struct(declaration(_Timer)), 2, 2),
    "rate": Unserialised("float"),
    "region": Unserialised("MemoryRegion"),
    "irq": Unserialised("IRQ"),
    "chr": Unserialised("NoSuchType | None"),
}


@pytest.mark.parametrize("name", KINDS)
def test_kind(name: str) -> None:
    """An annotation and its dimensions make the field's type."""
    assert KINDS[name] == the(_Board, name).type


@pytest.mark.parametrize("name", INTEGERS)
def test_every_integer_type(name: str) -> None:
    """Every integer type is known by its name."""
    field = the(make(x=(INTEGERS[name], 0)))
    assert isinstance(field.type, Integer)
    assert name == field.type.ctype.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("count", Field("count", UINT8)),
        ("spare", Field("spare", Struct(declaration(_Timer)), is_pointer=True)),
        (
            "backlog",
            Field("backlog", Integer(CType("uint32", "uint32_t", 4, False)), optional=True, has="has_backlog"),
        ),
        (
            "late",
            Field("late", Integer(CType("QEMUTimer", "QEMUTimer *", 8, True)), optional=True, is_pointer=True),
        ),
        ("irq", Field("irq", Unserialised("IRQ"), Mark.IMMUTABLE, is_pointer=True)),
        ("region", Field("region", Unserialised("MemoryRegion"), Mark.IMMUTABLE, reason="made again")),
        ("rate", Field("rate", Unserialised("float"), Mark.DERIVED)),
    ],
)
def test_field(name: str, expected: Field) -> None:
    """A field knows its type, mark, presence and reason."""
    assert expected == the(_Board, name)


@pytest.mark.parametrize(
    "annotation",
    [uint8 | None, Optional[uint8], "qidl.uint8 | None"],  # noqa: UP045
)
def test_annotations_that_admit_none(annotation: Any) -> None:
    """However it is written, an annotation that admits None makes a pointer."""
    field = the(make(x=(annotation, None)))
    assert (UINT8, True) == (field.type, field.is_pointer)


def test_ctype_among_other_metadata() -> None:
    """A C type is found among whatever else annotates an int."""
    assert UINT8 == the(make(x=(Annotated[uint8, "in seconds"], 0))).type


def test_declaration_repr() -> None:
    """A declaration shows its name and fields, each once."""
    expected = "Declaration(name='C', fields=(Field(name='x', type=Boolean(), mark=<Mark.STANDARD: 'standard'>, "
    assert repr(declaration(make(x=(bool, False)))).startswith(expected)


# Scopes.


def test_local_names_in_annotations() -> None:
    """A class declared in a function may speak of that function's names, and of itself."""

    @qidl.declare
    class Inner:
        x: uint8 = 0
        parent: Outer | None = elsewhere()

    byte = uint8

    @qidl.declare(mark=Mark.STANDARD)
    class Outer:
        inner: Inner = embedded(Inner)
        size: byte = 0
        before: Outer | None = elsewhere()

    assert Struct(declaration(Inner)) == the(Outer, "inner").type
    assert UINT8 == the(Outer, "size").type
    assert Unserialised("Outer | None") == the(Inner, "parent").type


def test_pointer_to_itself() -> None:
    """A class may point to itself, where the pointer may be absent, and hold lists of itself that may be empty."""

    @qidl.declare
    class Node:
        next: Node | None = optional()
        has_first: bool = False
        first: Node = optional()
        children: list[Node] = array()
        parent: Node | None = elsewhere()

    itself = Struct(declaration(Node))
    assert (itself, itself) == (the(Node, "next").type, the(Node, "first").type)
    assert Array(itself, None, None) == the(Node, "children").type
    assert Unserialised("Node") == the(Node, "parent").type
    assert declaration(Node).cls is Node
    assert "type=Struct(declaration=...)" in repr(declaration(Node))
    assert hash(itself) == hash(Struct(declaration(Node)))
    assert Node(next=Node()) != Node()


def test_class_variables_are_no_fields() -> None:
    """A ClassVar belongs to the class and does not travel."""

    @qidl.declare
    class Device:
        instances: ClassVar[int] = 3
        x: uint8 = 0

    assert ["x"] == [field.name for field in declaration(Device).fields]


# What attrs gives.


def test_arguments_are_keywords() -> None:
    """Every argument of a declared class is a keyword, under the field's own name."""
    assert 3 == _Timer(_tn=3)._tn
    with pytest.raises(TypeError):
        _Timer(3)


def test_objects_are_slotted() -> None:
    """A name that is no field cannot be assigned."""
    with pytest.raises(AttributeError):
        _Timer().tm = 3


def test_equality_and_repr() -> None:
    """Objects compare and print by their fields, save pointers back and host objects."""
    board, timer = _Board(), _Timer(_tn=1)
    timer.owner = board
    assert _Timer(_tn=1) == timer
    assert "_Timer(_tn=1, expires=-1)" == repr(timer)
    assert _Board(irq=IRQ()) == _Board(irq=IRQ())
    assert _Board(count=1) != _Board()


def test_unhashable() -> None:
    """An object that changes has no hash."""
    with pytest.raises(TypeError):
        hash(_Timer())


def test_attrs_tools_work() -> None:
    """Objects can be evolved, copied and pickled, and fields carry their marks as metadata."""
    board = attrs.evolve(_Board(), count=2)
    assert (2, board) == (board.count, copy.deepcopy(board))
    assert board == pickle.loads(pickle.dumps(board))
    assert (16,) == attrs.fields(_Board).sized.metadata[qidl.METADATA].dimensions


@given(st.data())
def test_random_classes(data: st.DataObject) -> None:
    """Whatever is declared is described field by field, and its objects compare equal to their copies."""
    cls = data.draw(declarations(rich=True))
    described = declaration(cls)
    assert isinstance(described, Declaration)
    assert [a.name for a in attrs.fields(cls)] == [field.name for field in described.fields]
    assert {field.name: field for field in described.fields} == described.by_name
    assert tuple(field for field in described.fields if field.mark is Mark.STANDARD) == described.serialised
    obj = data.draw(objects(cls))
    assert obj == copy.deepcopy(obj)
