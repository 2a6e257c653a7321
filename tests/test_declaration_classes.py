"""Classes that cannot be declared as they are, and which are declared."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from boards import _Board, _Timer
from conftest import make

import qidl
from qidl import DeclarationError, array, declaration, derived, immutable, is_declared, optional, string, uint8


def test_unannotated_field_is_refused() -> None:
    """A field that has a mark but no annotation has no type."""
    with pytest.raises(DeclarationError, match=r"^Device\.x: no annotation$"):

        @qidl.declare
        class Device:
            x = array(4)


@pytest.mark.parametrize("mark", [array, string, immutable, optional])
def test_fields_beside_one_without_annotation(mark: Any) -> None:
    """A field without annotation is refused: attrs would drop every annotated one that has no mark."""
    with pytest.raises(DeclarationError, match=r"^Device\.y: no annotation$"):

        @qidl.declare
        class Device:
            x: uint8 = 0
            z: uint8 = immutable(0)
            y = mark(4)


def test_unannotated_field_of_a_parent() -> None:
    """A parent that attrs made may have fields without annotation; they have no type either."""

    @attrs.define
    class Plain:
        x = attrs.field(default=0)

    with pytest.raises(DeclarationError, match=r"^Device\.x: no annotation$"):

        @qidl.declare
        class Device(Plain):
            y: uint8 = 0


def test_post_load_that_is_no_function() -> None:
    """A post_load that cannot be called computes nothing."""
    with pytest.raises(DeclarationError, match="needs a post_load"):
        make(bases=(type("Base", (), {"post_load": 3}),), x=(uint8, derived(0)))


def test_errors_of_attrs_name_the_class() -> None:
    """What attrs refuses comes out as an error about the class."""
    with pytest.raises(DeclarationError, match=r"^Device: Can't combine custom __setattr__ with on_setattr hooks"):

        @qidl.declare
        class Device:
            x: uint8 = attrs.field(default=0, on_setattr=attrs.setters.validate)

            def __setattr__(self, name: str, value: object) -> None: ...


@pytest.mark.parametrize("call", [declaration, qidl.declare, qidl.schema])
def test_no_class(call: Any) -> None:
    """What is no class is refused as one that is not declared."""
    with pytest.raises(DeclarationError, match=r"^an object of int: expected a class"):
        call(3)


def test_declared_twice() -> None:
    """A class is declared once; its fields are no longer what they were."""
    with pytest.raises(DeclarationError, match=r"^_Timer: expected a class that is not yet declared$"):
        qidl.declare(_Timer)


@pytest.mark.parametrize("cls", [int, object, type("Plain", (), {})])
def test_undeclared_class(cls: type) -> None:
    """A class that is not declared has no declaration."""
    assert not is_declared(cls)
    with pytest.raises(DeclarationError, match=rf"^{cls.__name__}: expected a class declared with @qidl.declare"):
        declaration(cls)


def test_undeclared_subclass() -> None:
    """A subclass says for itself what travels: its parent's declaration is not its own."""

    class Board(_Board):
        pass

    assert not is_declared(Board)
    with pytest.raises(DeclarationError, match=r"^Board: expected a class declared"):
        declaration(Board)


def test_is_declared() -> None:
    """A declared class is; an object of it is not."""
    assert is_declared(_Board)
    assert not is_declared(_Board())
