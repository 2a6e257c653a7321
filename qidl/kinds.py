"""What a declaration says: its fields, and the kinds of value that they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from qidl.annotations import CType, Mark, Property
from qidl.errors import DeclarationError
from qidl.generating.functions import USES_OF_A_CLASS, Generated
from qidl.rules import Rule
from qidl.sentences import shown

DECLARATION: Final = "__qidl__"
"""Class attribute that holds the :class:`Declaration`."""


@attrs.frozen
class Integer:
    """An integer of a C type; a timer is one too."""

    ctype: CType


@attrs.frozen
class Boolean:
    """``bool``."""


@attrs.frozen
class String:
    """Text: ``char *``, or ``char[capacity]``.

    :ivar capacity: bytes that there is room for, with the NUL at the end; None where nothing bounds them
    :ivar size: most bytes in use: a number, or the name of the field that holds it; None for all but the NUL
    """

    capacity: int | None = None
    size: int | str | None = None


@attrs.frozen
class Struct:
    """Another declared class, by value or, where the annotation admits None, by pointer."""

    declaration: Declaration


@attrs.frozen
class Array:
    """Elements of one type, in a list; ``uint8_t`` ones in a bytearray where the annotation says so.

    :ivar capacity: elements that there is room for, None where nothing bounds them
    :ivar size: elements in use: a number, or the name of the field that holds it;
        None for a list that is as long as it is
    """

    element: Integer | Boolean | String | Struct | Array
    capacity: int | None
    size: int | str | None
    is_buffer: bool = False

    @property
    def room(self) -> int:
        """Elements of a new array."""
        return self.capacity if self.capacity is not None else self.size if isinstance(self.size, int) else 0


@attrs.frozen
class Unserialised:
    """A type that qidl need not understand, since its field never travels."""

    name: str


Type = Integer | Boolean | String | Struct | Array | Unserialised


@attrs.frozen
class Field:
    """One field of a declaration.

    :ivar name: C name, and the attribute's
    :ivar type: what it holds
    :ivar mark: how it is serialised
    :ivar optional: serialised only when present
    :ivar has: name of the bool that says whether an optional field is present;
        None where presence is "not None"
    :ivar is_pointer: the annotation admits None
    :ivar properties: qdev properties that set it
    :ivar reason: why it does not travel, where the declaration says so
    :ivar rules: what it is held against when it is loaded; of an array, one on the field alone is one on each
        of its elements
    """

    name: str
    type: Type
    mark: Mark = Mark.STANDARD
    optional: bool = False
    has: str | None = None
    is_pointer: bool = False
    properties: tuple[Property, ...] = ()
    reason: str = ""
    rules: tuple[Rule, ...] = ()

    @property
    def serialised(self) -> bool:
        """Whether the field travels."""
        return self.mark is Mark.STANDARD


@attrs.frozen
class Declaration:
    """What ``@declare`` found out about a class. There is one of each class.

    :ivar cls: the class
    :ivar name: its name, the C type's
    :ivar fields: every field, in the order of the struct
    :ivar functions: what :func:`qidl.compiled.compile_function` makes of it
    """

    cls: type = attrs.field(repr=False)
    name: str
    # A class that has pointers to itself is among its fields' types, so they are not compared.
    fields: tuple[Field, ...] = attrs.field(eq=False)
    serialised: tuple[Field, ...] = attrs.field(init=False, repr=False, eq=False)
    by_name: Mapping[str, Field] = attrs.field(init=False, repr=False, eq=False)
    functions: Generated = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        self._complete(self.cls, self.fields)

    def _complete(self, cls: type, fields: tuple[Field, ...]) -> None:
        """Set what is known only once the class is made; its own fields may speak of the declaration before."""
        object.__setattr__(self, "cls", cls)
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "serialised", tuple(f for f in fields if f.serialised))
        object.__setattr__(self, "by_name", {f.name: f for f in fields})
        object.__setattr__(self, "functions", Generated(self._generate, USES_OF_A_CLASS))

    def _generate(self, what: str) -> Callable[..., Any]:
        from qidl.compiled import compile_function

        return compile_function(self, what)


def declaration(cls: type) -> Declaration:
    """Return the declaration of a class.

    :raises DeclarationError: the class is not declared
    """
    if not isinstance(cls, type):
        raise DeclarationError(f"an object of {type(cls).__name__}: expected a class declared with @qidl.declare")
    found = vars(cls).get(DECLARATION)
    if not isinstance(found, Declaration):
        raise DeclarationError(f"{cls.__name__}: expected a class declared with @qidl.declare")
    return found


def is_declared(cls: object) -> bool:
    """Whether ``cls`` is a declared class."""
    return isinstance(cls, type) and DECLARATION in vars(cls)


@attrs.frozen
class Zeros:
    """Makes new arrays: zeroed, and as long as there is room."""

    array: Array

    def __call__(self) -> bytearray | list[Any]:
        if self.array.is_buffer:
            return bytearray(self.array.room)
        return [zero(self.array.element) for _ in range(self.array.room)]


def zero(kind: Integer | Boolean | String | Struct | Array) -> Any:
    """The value of a type before anything is loaded: what zeroed memory holds, or a struct's defaults."""
    match kind:
        case Integer():
            return 0
        case Boolean():
            return False
        case String():
            return ""
        case Array():
            return Zeros(kind)()
        case Struct():
            return kind.declaration.cls()


Misfit = tuple[str, str] | None
"""What was expected and what was found, or None where a value is as it should be."""


def misfit(kind: Integer | Boolean | String, value: object) -> Misfit:
    """Whether a scalar can hold a value."""
    match kind:
        case Integer(ctype):
            if type(value) is not int or not ctype.minimum <= value <= ctype.maximum:
                return f"{ctype.name} ({ctype.minimum}..{ctype.maximum})", shown(value)
            return None
        case Boolean():
            return None if type(value) is bool else ("bool", shown(value))
        case String(capacity):
            return text_misfit(value, capacity) if isinstance(value, str) else ("str", shown(value))


def text_misfit(value: str, capacity: int | None) -> Misfit:
    """Whether a ``char[capacity]`` can hold text with its terminator."""
    try:
        length = len(value.encode())
    except UnicodeEncodeError:
        return "text", ascii(value[:40])[:40]
    if "\0" in value:
        return "text without NUL", repr(value[:40])[:40]
    if capacity is not None and length >= capacity:
        return f"at most {capacity - 1} bytes of text", f"{length}"
    return None


def struct_within(kind: Type) -> Struct | None:
    """The struct that a field holds, or that its elements are."""
    while isinstance(kind, Array):
        kind = kind.element
    return kind if isinstance(kind, Struct) else None


def structs(
    described: Declaration, wanted: Callable[[Field], bool] = lambda field: field.serialised
) -> Iterator[Declaration]:
    """Yield a declaration, and those of the structs in its fields, each once.

    :param wanted: of which fields; those that it serialises unless given
    """
    found = {described.cls: described}
    waiting = [described]
    while waiting:
        one = waiting.pop()
        yield one
        for field in filter(wanted, one.fields):
            kind = struct_within(field.type)
            if kind is not None and kind.declaration.cls not in found:
                found[kind.declaration.cls] = kind.declaration
                waiting.append(kind.declaration)
