"""The schemas of what a C file declares: as dicts, as JSON, and in the text form of 2012."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qidl.cparse.meaning import FieldMeaning, Size, StructMeaning, understand
from qidl.cparse.tree import Unit
from qidl.schema import _text, is_camel_case


def schemas(unit: Unit) -> list[dict[str, Any]]:
    """Return the schema of every struct: ``{"type": name, "data": {field: description}}``.

    As in 2012, public structs that the unit does not implement are left out.
    """
    return [
        {"type": meaning.name, "data": _data(meaning)}
        for meaning in understand(unit)
        if meaning.implementation or not unit.as_2012
    ]


def schemas_json(unit: Unit) -> str:
    """Return the schemas as a JSON list."""
    return json.dumps(schemas(unit), indent=4) + "\n"


def schemas_text(unit: Unit) -> str:
    """Return the schemas as the tool of 2012 wrote them to its schema file: an empty line between two."""
    return "\n".join(_text(schema, "") + "\n" for schema in schemas(unit))


def _data(meaning: StructMeaning) -> dict[str, Any]:
    return {f"*{field.name}" if field.optional else field.name: describe(field) for field in meaning.serialised}


def describe(field: FieldMeaning) -> Any:
    """Return a field's description: a type's name, or a dict for arrays and embedded structs."""
    if field.is_array:
        described: dict[str, Any] = {"type": [field.type], "<annotated>": "true"}
        if field.size is not None:
            described["array_size"] = _plain(field.size)
        if field.capacity is not None:
            described["array_capacity"] = _plain(field.capacity)
        if field.is_string:
            described["is_string"] = "true"
        return described
    if is_camel_case(field.type) and not field.member.pointers:
        return {"type": field.type, "<annotated>": "true", "embedded": "true"}
    return field.type


def _plain(size: Size) -> int | str | Sequence[int | str]:
    return list(size) if isinstance(size, tuple) else size
