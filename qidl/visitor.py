"""The visitor core: walks a declared object, or builds one, and tells a visitor what it meets.

The vocabulary is QAPI's: ``start_struct``, ``start_list``, ``type_uint8``, ``optional``, …
The core knows declarations; a visitor knows one outside form (a QObject, JSON, a hash) and
nothing of devices. An :class:`OutputVisitor` is handed each value; an :class:`InputVisitor`
is asked for it.
"""

from __future__ import annotations

from typing import Any

from qidl.annotations import CType
from qidl.errors import SchemaError
from qidl.hooks import DEEPEST, NOT_DEEPER, pre_save
from qidl.kinds import (
    Array,
    Boolean,
    Declaration,
    Integer,
    Misfit,
    String,
    Struct,
    Type,
    declaration,
    misfit,
    text_misfit,
)
from qidl.loading import build as build, fill as fill
from qidl.sentences import shown
from qidl.sizes import length_of, room_for, size_misfit

Name = str | int | None
"""What a value is called where it stands: a member's name, an element's index, None at the top."""


class OutputVisitor:
    """Is told of every serialised value of an object, in the order of the struct.

    A visitor of one's own overrides what it cares for. Integers of every width reach
    :meth:`type_int` unless their own method (``type_uint8`` …) is defined.
    """

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        """A struct begins; its members follow."""

    def end_struct(self) -> None:
        """The struct that began last is complete."""

    def start_list(self, name: Name, length: int) -> None:
        """A list of ``length`` elements begins; each is visited with its index as name."""

    def end_list(self) -> None:
        """The list that began last is complete."""

    def optional(self, name: Name, present: bool) -> None:
        """An optional member is met; it is visited next if it is present."""

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        """An integer of the C type given; a timer's is its expiry in ns, -1 if not pending."""

    def type_bool(self, name: Name, value: bool) -> None:
        """A ``bool``."""

    def type_str(self, name: Name, value: str) -> None:
        """Text."""

    def type_buffer(self, name: Name, value: bytes) -> None:
        """A ``uint8_t`` array held as bytes; as a list of integers unless overridden."""
        self.start_list(name, len(value))
        for index, byte in enumerate(value):
            self.type_int(index, byte, _UINT8)
        self.end_list()


class InputVisitor:
    """Is asked for every serialised value of a declaration, in the order of the struct.

    Every method may raise :class:`~qidl.errors.SchemaError`; then nothing of the object is changed.
    """

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        """A struct is wanted."""
        raise NotImplementedError

    def end_struct(self) -> None:
        """Nothing more is wanted of the struct that began last."""
        raise NotImplementedError

    def start_list(self, name: Name) -> int:
        """A list is wanted; returns its length."""
        raise NotImplementedError

    def end_list(self) -> None:
        """Nothing more is wanted of the list that began last."""
        raise NotImplementedError

    def optional(self, name: Name) -> bool:
        """Whether an optional member is present; it is asked for next if so."""
        raise NotImplementedError

    def type_int(self, name: Name, ctype: CType) -> int:
        """An integer within the range of the C type."""
        raise NotImplementedError

    def type_bool(self, name: Name) -> bool:
        """A ``bool``."""
        raise NotImplementedError

    def type_str(self, name: Name, capacity: int | None) -> str:
        """Text, of at most ``capacity`` - 1 bytes where that is not None."""
        raise NotImplementedError

    def type_buffer(self, name: Name) -> bytes:
        """A ``uint8_t`` array as bytes."""
        raise NotImplementedError

    def error(self, name: Name, expected: str, found: str) -> SchemaError:
        """The error that says where the input falls short."""
        return SchemaError(f"{name}: expected {expected}, found {found}")


_UINT8 = CType("uint8", "uint8_t", 1, False)


def visit(obj: Any, visitor: OutputVisitor) -> None:
    """Walk a declared object: every ``pre_save`` first, from the outside in, then every serialised field.

    :raises SchemaError: a field does not hold what its declaration says
    :raises DeclarationError: the object's class is not declared
    """
    pre_save(obj, declaration(type(obj)))
    visit_fields(obj, visitor)


def visit_fields(obj: Any, visitor: OutputVisitor) -> None:
    """Walk a declared object whose hooks have run, as :func:`visit` does then.

    :raises SchemaError: as :func:`visit`
    """
    _visit_struct(obj, declaration(type(obj)), visitor, None, type(obj).__name__)


def _visit_struct(obj: Any, described: Declaration, visitor: OutputVisitor, name: Name, path: str) -> None:
    # A path has a point for every struct within another.
    if path.count(".") > DEEPEST:
        raise SchemaError(f"{path.partition('.')[0]}: expected {NOT_DEEPER}, found another")
    visitor.start_struct(name, described)
    for field in described.serialised:
        value = getattr(obj, field.name)
        here = f"{path}.{field.name}"
        if field.optional:
            present = bool(getattr(obj, field.has)) if field.has else value is not None
            visitor.optional(field.name, present)
            if not present:
                continue
        _visit_value(value, field.type, visitor, field.name, here, obj)
    visitor.end_struct()


def _visit_value(value: Any, kind: Type, visitor: OutputVisitor, name: Name, path: str, owner: Any) -> None:
    match kind:
        case Integer(ctype):
            _check(path, misfit(kind, value))
            method = getattr(visitor, f"type_{ctype.name}", None)
            if method is not None:
                method(name, value)
            else:
                visitor.type_int(name, value, ctype)
        case Boolean():
            _check(path, misfit(kind, value))
            visitor.type_bool(name, value)
        case String():
            if not isinstance(value, str):
                raise _wrong(path, "str", value)
            length = length_of(kind, owner)
            _check(path, size_misfit(kind, length))
            _check(path, text_misfit(value, room_for(kind, length)))
            visitor.type_str(name, value)
        case Struct(described):
            # A subclass would be saved with fields that nothing could load.
            if type(value) is not described.cls:
                raise _wrong(path, described.name, value)
            _visit_struct(value, described, visitor, name, path)
        case Array():
            _visit_array(value, kind, visitor, name, path, owner)


def _visit_array(value: Any, kind: Array, visitor: OutputVisitor, name: Name, path: str, owner: Any) -> None:
    length = length_of(kind, owner)
    if length is None and isinstance(value, bytearray | bytes | list):
        length = len(value)
    if kind.is_buffer:
        if not isinstance(value, bytearray | bytes):
            raise _wrong(path, "bytearray", value)
    elif not isinstance(value, list):
        raise _wrong(path, "list", value)
    if not 0 <= length <= len(value):
        raise SchemaError(f"{path}: expected {length} elements, found {len(value)}")
    _check(path, size_misfit(kind, length))
    if kind.is_buffer:
        visitor.type_buffer(name, bytes(value[:length]))
        return
    visitor.start_list(name, length)
    for index in range(length):
        _visit_value(value[index], kind.element, visitor, index, f"{path}[{index}]", owner)
    visitor.end_list()


def _check(path: str, problem: Misfit) -> None:
    if problem is not None:
        raise SchemaError(f"{path}: expected {problem[0]}, found {problem[1]}")


def _wrong(path: str, expected: str, value: object) -> SchemaError:
    return SchemaError(f"{path}: expected {expected}, found {shown(value)}")
