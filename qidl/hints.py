"""From a field's annotation and dimensions to the kind of value that it holds."""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from typing import Any

from qidl.annotations import CType, Marks, Opaque
from qidl.errors import DeclarationError
from qidl.kinds import (
    Array,
    Boolean,
    Declaration,
    Integer,
    String,
    Struct,
    Type,
    Unserialised,
    declaration,
    is_declared,
)


def evaluate(cls: type, annotation: Any, scope: Mapping[str, Any]) -> tuple[Any, str]:
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


def strip_none(annotation: Any) -> tuple[bool, Any]:
    """Whether an annotation admits None, and what it is besides."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return True, rest[0]
    return False, annotation


def is_opaque(annotation: Any) -> bool:
    """Whether an annotation is of a type that is immutable by default, be it by pointer, by value or in an array."""
    _, annotation = strip_none(annotation)
    if typing.get_origin(annotation) is list:
        return is_opaque(typing.get_args(annotation)[0])
    return isinstance(annotation, type) and issubclass(annotation, Opaque)


def kind_of(where: str, annotation: Any, marks: Marks, within: Declaration, *, must: bool) -> Type:
    """Describe an annotation. What need not be serialised (``must`` false) may be anything at all.

    :param where: class and field, for errors
    :param within: declaration of the class itself, to which a field that is serialised may point
    """
    dimensions = list(marks.dimensions)
    itself = within if must else None
    found: Type | None
    if marks.is_string:
        found = String(dimensions[0], marks.size) if annotation is str else None
    elif dimensions or marks.size is not None or marks.is_list:
        found = _array(annotation, dimensions, marks.size, itself)
    else:
        found = _scalar(annotation, itself)
    if found is not None:
        return found
    if must:
        raise DeclarationError(f"{where}: expected a type that can be serialised, found {annotation!r}")
    return Unserialised(getattr(annotation, "__name__", str(annotation)))


def _scalar(annotation: Any, itself: Declaration | None) -> Integer | Boolean | String | Struct | None:
    if typing.get_origin(annotation) is typing.Annotated:
        ctype = next((m for m in annotation.__metadata__ if isinstance(m, CType)), None)
        return Integer(ctype) if ctype else None
    if annotation is bool:
        return Boolean()
    if annotation is str:
        return String()
    if itself is not None and annotation is itself.cls:
        return Struct(itself)
    if is_declared(annotation):
        return Struct(declaration(annotation))
    return None


def _array(
    annotation: Any, dimensions: list[int | None], size: int | str | None, itself: Declaration | None
) -> Array | None:
    capacity = dimensions[0] if dimensions else None
    length = size if size is not None else capacity
    if annotation is bytearray:
        return Array(Integer(_UINT8), capacity, length, is_buffer=True)
    if typing.get_origin(annotation) is not list:
        return None
    (inner,) = typing.get_args(annotation)
    element = _array(inner, dimensions[1:], None, itself) if len(dimensions) > 1 else _scalar(inner, itself)
    return Array(element, capacity, length) if element is not None else None


_UINT8 = CType("uint8", "uint8_t", 1, False)
