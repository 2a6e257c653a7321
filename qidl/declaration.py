"""``@declare``: an annotated class becomes an attrs class that knows how it is serialised."""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Callable, Mapping, Set
from typing import Any, Final, TypeVar, dataclass_transform, overload

import attrs

from qidl.annotations import METADATA, CType, Mark, Marks, Opaque, Property
from qidl.errors import DeclarationError

C = TypeVar("C", bound=type)

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
    """Text: ``char *``, or ``char[capacity]``."""

    capacity: int | None = None


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
    """

    name: str
    type: Type
    mark: Mark = Mark.STANDARD
    optional: bool = False
    has: str | None = None
    is_pointer: bool = False
    properties: tuple[Property, ...] = ()
    reason: str = ""

    @property
    def serialised(self) -> bool:
        """Whether the field travels."""
        return self.mark is Mark.STANDARD


@attrs.frozen
class Declaration:
    """What ``@declare`` found out about a class.

    :ivar cls: the class
    :ivar name: its name, the C type's
    :ivar fields: every field, in the order of the struct
    """

    cls: type = attrs.field(repr=False)
    name: str
    fields: tuple[Field, ...]
    serialised: tuple[Field, ...] = attrs.field(init=False, repr=False)
    by_name: Mapping[str, Field] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "serialised", tuple(f for f in self.fields if f.serialised))
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})


def declaration(cls: type) -> Declaration:
    """Return the declaration of ``cls`` (or of an object's class).

    :raises DeclarationError: the class is not declared
    """
    found = vars(cls).get(DECLARATION)
    if not isinstance(found, Declaration):
        raise DeclarationError(f"{cls.__name__}: expected a class declared with @qidl.declare")
    return found


def is_declared(cls: object) -> bool:
    """Whether ``cls`` is a declared class."""
    return isinstance(cls, type) and DECLARATION in vars(cls)


@overload
def declare(cls: C, /) -> C: ...
@overload
def declare(*, mark: Mark = ...) -> Callable[[C], C]: ...
@dataclass_transform(kw_only_default=True)
def declare(cls: type | None = None, /, *, mark: Mark = Mark.STANDARD) -> Any:
    """Make ``cls`` a mutable, slotted attrs class that describes how its fields are serialised.

    Fields are annotated with the types of :mod:`qidl.annotations` and take their marks as
    default values; every argument of ``__init__`` is a keyword.

    :param mark: mark of the fields that carry none
    :raises DeclarationError: a mark contradicts another, a size names no earlier integer
        field, an optional field can be neither None nor absent, a derived field has no
        ``post_load`` to compute it, or a serialised field's type cannot be serialised
    """
    # The caller's names, for annotations that are strings and speak of local classes.
    frame = sys._getframe(1)
    if cls is None:
        scope = dict(frame.f_locals)
        return lambda cls: _declare(cls, mark, scope)
    return _declare(cls, mark, frame.f_locals)


def _declare(cls: type, default_mark: Mark, scope: Mapping[str, Any]) -> type:
    fields: dict[str, Field] = {}

    def describe(_: type, attributes: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        described = []
        names = {attribute.name for attribute in attributes}
        for attribute in attributes:
            inherited = _inherited(cls, attribute.name) if attribute.inherited else None  # type: ignore[attr-defined]
            field = inherited or _field(cls, attribute, default_mark, fields, names, scope)
            fields[attribute.name] = field
            described.append(_finish(cls, attribute, field))
        return described

    try:
        made = attrs.define(cls, kw_only=True, field_transformer=describe)
    except (TypeError, ValueError) as error:
        raise DeclarationError(f"{cls.__name__}: {error}") from error
    _check_derived(made, fields)
    setattr(made, DECLARATION, Declaration(made, made.__name__, tuple(fields.values())))
    return made


def _inherited(cls: type, name: str) -> Field | None:
    for base in cls.__mro__[1:]:
        if is_declared(base) and name in declaration(base).by_name:
            return declaration(base).by_name[name]
    return None


def _field(
    cls: type,
    attribute: attrs.Attribute[Any],
    default_mark: Mark,
    earlier: Mapping[str, Field],
    names: Set[str],
    scope: Mapping[str, Any],
) -> Field:
    marks: Marks = attribute.metadata.get(METADATA, Marks())
    where = f"{cls.__name__}.{attribute.name}"
    given = dict.fromkeys(marks.marks)
    if len(given) > 1:
        raise DeclarationError(f"{where}: contradictory marks {' and '.join(mark.value for mark in given)}")
    mark = next(iter(given), None)
    if marks.optional and mark not in (None, Mark.STANDARD):
        raise DeclarationError(f"{where}: contradictory marks optional and {mark.value}")
    annotation, unresolved = _evaluate(cls, attribute.type, scope)
    if unresolved and mark in (None, Mark.STANDARD):
        raise DeclarationError(f"{where}: {unresolved}")
    is_pointer, annotation = _strip_none(annotation)
    if mark is None:
        opaque = isinstance(annotation, type) and issubclass(annotation, Opaque)
        mark = Mark.IMMUTABLE if opaque else default_mark
    if mark is Mark.STANDARD or not unresolved:
        kind = _type(where, annotation, marks, earlier, must=mark is Mark.STANDARD)
    else:
        kind = Unserialised(str(attribute.type))
    has = f"has_{attribute.name}" if marks.optional and f"has_{attribute.name}" in names else None
    if marks.optional and has is None and not is_pointer:
        raise DeclarationError(f"{where}: expected a type that admits None, or a bool has_{attribute.name}")
    if has is not None:
        _check_has(where, has, earlier)
    if mark is not Mark.STANDARD and attribute.default is attrs.NOTHING:
        raise DeclarationError(f"{where}: a field that is not serialised needs a default")
    return Field(attribute.name, kind, mark, marks.optional, has, is_pointer, marks.properties, marks.reason)


def _check_has(where: str, has: str, earlier: Mapping[str, Field]) -> None:
    """The bool has to come first: a reader meets it before the field that it announces."""
    if has not in earlier or not isinstance(earlier[has].type, Boolean):
        raise DeclarationError(f"{where}: expected an earlier field {has}: bool")


def _check_derived(cls: type, fields: Mapping[str, Field]) -> None:
    for field in fields.values():
        if field.mark is Mark.DERIVED and not callable(getattr(cls, "post_load", None)):
            raise DeclarationError(f"{cls.__name__}.{field.name}: a derived field needs a post_load that computes it")


def _evaluate(cls: type, annotation: Any, scope: Mapping[str, Any]) -> tuple[Any, str]:
    """Turn an annotation that is text into what it stands for; the second result says why it could not be."""
    if annotation is None:
        return None, "no annotation"
    if not isinstance(annotation, str):
        return annotation, ""
    module = vars(sys.modules.get(cls.__module__, types.ModuleType("")))
    try:
        return eval(annotation, dict(module), {**scope, cls.__name__: cls}), ""
    except Exception as error:
        return annotation, f"annotation {annotation!r}: {error}"


def _strip_none(annotation: Any) -> tuple[bool, Any]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return True, rest[0]
    return False, annotation


def _type(where: str, annotation: Any, marks: Marks, earlier: Mapping[str, Field], *, must: bool) -> Type:
    """Describe an annotation. What need not be serialised (``must`` false) may be anything at all."""
    dimensions = list(marks.dimensions)
    if marks.is_string:
        return String(dimensions[0])
    if dimensions or marks.size is not None or marks.is_list:
        _check_size(where, marks.size, earlier)
        array = _array(annotation, dimensions, marks.size)
        if array is not None:
            return array
    else:
        scalar = _scalar(annotation)
        if scalar is not None:
            return scalar
    if must:
        raise DeclarationError(f"{where}: expected a type that can be serialised, found {annotation!r}")
    return Unserialised(getattr(annotation, "__name__", str(annotation)))


def _scalar(annotation: Any) -> Integer | Boolean | String | Struct | None:
    if typing.get_origin(annotation) is typing.Annotated:
        ctype = next((m for m in annotation.__metadata__ if isinstance(m, CType)), None)
        return Integer(ctype) if ctype else None
    if annotation is bool:
        return Boolean()
    if annotation is str:
        return String()
    if is_declared(annotation):
        return Struct(declaration(annotation))
    return None


def _array(annotation: Any, dimensions: list[int | None], size: int | str | None) -> Array | None:
    capacity = dimensions[0] if dimensions else None
    length = size if size is not None else capacity
    if annotation is bytearray:
        return Array(Integer(_UINT8), capacity, length, is_buffer=True)
    if typing.get_origin(annotation) is not list:
        return None
    (inner,) = typing.get_args(annotation)
    element = _array(inner, dimensions[1:], None) if len(dimensions) > 1 else _scalar(inner)
    return Array(element, capacity, length) if element is not None else None


_UINT8 = CType("uint8", "uint8_t", 1, False)


def _check_size(where: str, size: int | str | None, earlier: Mapping[str, Field]) -> None:
    if not isinstance(size, str):
        return
    if size not in earlier:
        raise DeclarationError(f"{where}: size names {size!r}, expected an earlier field")
    if not isinstance(earlier[size].type, Integer):
        raise DeclarationError(f"{where}: size names {size!r}, expected an integer field")


def _finish(cls: type, attribute: attrs.Attribute[Any], field: Field) -> attrs.Attribute[Any]:
    """Give an attribute the defaults that C would: zeroed arrays, its own name as argument."""
    changes: dict[str, Any] = {"alias": attribute.name}
    if isinstance(field.type, Array) and attribute.default is None and not _may_be_absent(field):
        changes["default"] = attrs.Factory(_zeros(field.type))
    if field.mark is Mark.ELSEWHERE or (isinstance(field.type, Unserialised) and not field.serialised):
        # A pointer back would make comparing and printing go round in circles.
        changes.update(eq=False, order=False, repr=False)
    return attribute.evolve(**changes)


def _may_be_absent(field: Field) -> bool:
    return field.optional and field.has is None


def _zeros(array: Array) -> Callable[[], Any]:
    length = array.capacity if array.capacity is not None else array.size if isinstance(array.size, int) else 0
    if array.is_buffer:
        return lambda: bytearray(length)
    element = array.element
    return lambda: [zero(element) for _ in range(length)]


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
            return _zeros(kind)()
        case Struct():
            return kind.declaration.cls()
