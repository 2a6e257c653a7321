"""The QAPI schema of a declaration, as the QIDL of 2012 printed it."""

from __future__ import annotations

import re
from typing import Any

from qidl.kinds import Array, Boolean, Field, Integer, String, Struct, Type, declaration


def schema(cls: type) -> dict[str, Any]:
    """Return the QAPI schema of a declared class: ``{"type": name, "data": {field: description}}``.

    Fields that are not serialised are left out, as are those whose type has no serialisable
    field of its own. A description is a type name, or a dict that marks an embedded struct
    or gives an array's ``array_size`` (a number or a field's name) and ``array_capacity``.
    The key of an optional field begins with ``*``.

    :raises DeclarationError: the class is not declared
    """
    described = declaration(cls)
    data: dict[str, Any] = {}
    for field in described.serialised:
        if not _is_ignored(field.type):
            data[f"*{field.name}" if field.optional else field.name] = _description(field)
    return {"type": described.name, "data": data}


def _is_ignored(kind: Type) -> bool:
    if isinstance(kind, Array):
        return _is_ignored(kind.element)
    return isinstance(kind, Struct) and not kind.declaration.serialised


def _description(field: Field) -> Any:
    kind = field.type
    described: dict[str, Any]
    if isinstance(kind, Array) and kind.size is None:
        return [_name(kind.element)]
    if isinstance(kind, Array):
        element, dimensions = _flatten(kind)
        sizes: list[int | str | None] = list(dimensions)
        size = sizes[0] if len(sizes) == 1 else sizes
        described = {"type": [_name(element)], "<annotated>": "true", "array_size": size}
        if kind.capacity is not None and kind.capacity != kind.size:
            described["array_capacity"] = kind.capacity
        return described
    if isinstance(kind, String) and kind.capacity is not None:
        described = {"type": ["uint8"], "<annotated>": "true", "array_size": kind.capacity}
        if kind.size is not None:
            described |= {"array_size": kind.size, "array_capacity": kind.capacity}
        return {**described, "is_string": "true"}
    if isinstance(kind, Struct) and is_camel_case(kind.declaration.name) and not field.is_pointer:
        return {"type": _name(kind), "<annotated>": "true", "embedded": "true"}
    return _name(kind)


def _flatten(array: Array) -> tuple[Type, list[int | str | None]]:
    dimensions = [array.size]
    element: Type = array.element
    while isinstance(element, Array):
        dimensions.append(element.size)
        element = element.element
    return element, dimensions


def _name(kind: Type) -> str:
    match kind:
        case Integer(ctype):
            return ctype.name
        case Boolean():
            return "bool"
        case String():
            return "str"
        case Struct(described):
            return described.name
    raise AssertionError(kind)


def is_camel_case(name: str) -> bool:
    """QAPI's test for a type of its own: begins with a capital and has no underscore.

    Lower-casing with ``_`` before every capital but the first, and joining the words again
    with capitals, has to give the name back.
    """
    words = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower().split("_")
    return "".join(word[:1].upper() + word[1:] for word in words) == name


def schema_text(cls: type) -> str:
    """The schema in the text form of the 2012 tool: single quotes, four spaces, a comma after every member."""
    return _text(schema(cls), "") + "\n"


def _text(value: Any, indent: str) -> str:
    inner = indent + "    "
    if isinstance(value, dict):
        members = "".join(f"{inner}'{key}': {_text(member, inner)},\n" for key, member in value.items())
        return f"{{\n{members}{indent}}}"
    if isinstance(value, list):
        return "[\n" + "".join(f"{inner}{_text(element, inner)},\n" for element in value) + f"{indent}]"
    return str(value) if isinstance(value, int) else f"'{value}'"
