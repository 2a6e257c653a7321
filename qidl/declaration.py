"""``@declare``: an annotated class becomes an attrs class that knows how it is serialised."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Set
from typing import Any, NamedTuple, TypeVar, dataclass_transform, overload

import attrs

from qidl import refusals, validation
from qidl.annotations import METADATA, Mark, Marks
from qidl.errors import DeclarationError
from qidl.hints import evaluate, is_opaque, kind_of, strip_none
from qidl.kinds import (
    DECLARATION,
    Array,
    Boolean,
    Declaration,
    Field,
    Integer,
    String,
    Struct,
    Type,
    Unserialised,
    Zeros,
    declaration,
    is_declared,
    zero,
)

__all__ = [
    "DECLARATION",
    "Array",
    "Boolean",
    "Declaration",
    "Field",
    "Integer",
    "String",
    "Struct",
    "Type",
    "Unserialised",
    "declaration",
    "declare",
    "is_declared",
    "zero",
]

C = TypeVar("C", bound=type)


@overload
def declare(cls: C, /) -> C: ...
@overload
def declare(*, mark: Mark = ..., reason: str = ...) -> Callable[[C], C]: ...
@dataclass_transform(kw_only_default=True)
def declare(cls: type | None = None, /, *, mark: Mark = Mark.STANDARD, reason: str = "") -> Any:
    """Make ``cls`` a mutable, slotted attrs class that describes how its fields are serialised.

    Fields are annotated with the types of :mod:`qidl.annotations` and take their marks as
    default values; every argument of ``__init__`` is a keyword.

    :param mark: mark of the fields that carry none; a size, ``string`` and ``optional``
        mean standard, as in C
    :param reason: why they have it
    :raises DeclarationError: a mark contradicts another, a size names no earlier integer
        field that always travels, an optional field can be neither None nor absent, a
        derived field has no ``post_load`` to compute it, a default is not of its field's
        type or shared by all objects, or a serialised field's type cannot be serialised
    """
    # The caller's names, for annotations that are strings and speak of local classes.
    frame = sys._getframe(1)
    made = _declare_and_tell if frame.f_locals is frame.f_globals else _declare
    if cls is None:
        scope = dict(frame.f_locals)
        return lambda cls: made(cls, _Default(mark, reason), scope)
    return made(cls, _Default(mark, reason), frame.f_locals)


class _Default(NamedTuple):
    """What holds of the fields that carry no mark."""

    mark: Mark
    reason: str


def _declare_and_tell(cls: type, default: _Default, scope: Mapping[str, Any]) -> type:
    """Declare a class of a module, which lasts, and tell Hypothesis of it, if that has loaded its plugin."""
    made = _declare(cls, default, scope)
    plugin = sys.modules.get("qidl.hypothesis_plugin")
    if plugin is not None:
        plugin.register(made)
    return made


@attrs.frozen
class _Class:
    """A class while it is declared.

    :ivar described: its declaration, which is completed at the end
    :ivar names: of all its fields
    :ivar earlier: the fields that stand before the one at hand
    """

    cls: type
    described: Declaration
    default: _Default
    scope: Mapping[str, Any]
    names: Set[str]
    earlier: dict[str, Field]


def _declare(cls: type, default: _Default, scope: Mapping[str, Any]) -> type:
    if not isinstance(cls, type):
        raise DeclarationError(f"an object of {type(cls).__name__}: expected a class")
    if is_declared(cls):
        raise DeclarationError(f"{cls.__name__}: expected a class that is not yet declared")
    described = Declaration(cls, cls.__name__, ())
    fields: dict[str, Field] = {}

    def describe(_: type, attributes: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        within = _Class(cls, described, default, scope, {a.name for a in attributes}, fields)
        finished = []
        for attribute in attributes:
            field = _inherited(within, attribute) or _field(within, attribute)
            fields[attribute.name] = field
            finished.append(_finish(attribute, field))
        return finished

    try:
        # Left to guess, attrs would drop all unmarked fields of a class in which a marked one has no annotation.
        made = attrs.define(cls, auto_attribs=True, kw_only=True, field_transformer=describe)
    except attrs.exceptions.UnannotatedAttributeError:
        raise DeclarationError(f"{cls.__name__}.{_unannotated(cls)}: no annotation") from None
    except (TypeError, ValueError) as error:
        raise DeclarationError(f"{cls.__name__}: {error}") from error
    refusals.check_derived(made, fields)
    validation.check_fields(made.__name__, fields)
    described._complete(made, tuple(fields.values()))
    setattr(made, DECLARATION, described)
    return made


def _unannotated(cls: type) -> str:
    annotated = inspect.get_annotations(cls)
    marked = type(attrs.field())
    return next(name for name, value in vars(cls).items() if isinstance(value, marked) and name not in annotated)


def _inherited(within: _Class, attribute: attrs.Attribute[Any]) -> Field | None:
    if not attribute.inherited:  # type: ignore[attr-defined]
        return None
    for base in within.cls.__mro__[1:]:
        if is_declared(base) and attribute.name in declaration(base).by_name:
            field = declaration(base).by_name[attribute.name]
            refusals.check_inherited(f"{within.cls.__name__}.{field.name}", field, within.earlier)
            return field
    return None


def _field(within: _Class, attribute: attrs.Attribute[Any]) -> Field:
    name = attribute.name
    refusals.check_name(within.cls, name)
    marks: Marks = attribute.metadata.get(METADATA, Marks())
    where = f"{within.cls.__name__}.{name}"
    refusals.check_marks(where, marks)
    refusals.check_shared(where, attribute.default)
    mark = _given(marks)
    annotation, unresolved = evaluate(within.cls, attribute.type, within.scope)
    if unresolved and mark in (None, Mark.STANDARD):
        raise DeclarationError(f"{where}: {unresolved}")
    is_pointer, annotation = strip_none(annotation)
    reason = marks.reason
    if mark is None:
        mark, reason = (Mark.IMMUTABLE, "") if is_opaque(annotation) else within.default
    must = mark is Mark.STANDARD
    refusals.check_size(where, marks.size, within.earlier, serialised=must)
    kind: Type = Unserialised(str(attribute.type))
    if not unresolved:
        kind = kind_of(where, annotation, marks, within.described, must=must)
    has = f"has_{name}" if marks.optional and f"has_{name}" in within.names else None
    rules = validation.rules_of(where, name, kind, marks.valid)
    field = Field(name, kind, mark, marks.optional, has, is_pointer, marks.properties, reason, rules)
    refusals.check_presence(where, field, within.earlier)
    refusals.check_structs(where, field, within.described)
    refusals.check_default(where, attribute, field, marks)
    validation.check_default(where, attribute.default, rules)
    return field


def _given(marks: Marks) -> Mark | None:
    """The mark that a field carries itself: in C, q_size, q_string and q_optional are marks too, and mean standard."""
    if marks.marks:
        return marks.marks[0]
    return Mark.STANDARD if marks.optional or marks.is_string or marks.size is not None else None


def _finish(attribute: attrs.Attribute[Any], field: Field) -> attrs.Attribute[Any]:
    """Give an attribute the defaults that C would: zeroed arrays, its own name as argument."""
    changes: dict[str, Any] = {"alias": attribute.name}
    if isinstance(field.type, Array) and attribute.default is None and not _may_be_absent(field):
        changes["default"] = attrs.Factory(Zeros(field.type))
    if field.mark is Mark.ELSEWHERE or (isinstance(field.type, Unserialised) and not field.serialised):
        # A pointer back would make comparing and printing go round in circles.
        changes.update(eq=False, order=False, repr=False)
    return attribute.evolve(**changes)


def _may_be_absent(field: Field) -> bool:
    return field.optional and field.has is None
