"""The JSON Schema (draft 2020-12) of the QObjects of a declaration."""

from __future__ import annotations

from typing import Any, Final

from qidl.declaration import Array, Boolean, Declaration, Field, Integer, String, Struct, Type, declaration

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_BYTE: Final = {"type": "integer", "minimum": 0, "maximum": 255}


def json_schema(cls: type) -> dict[str, Any]:
    """Return the JSON Schema that the QObjects of a declared class, written as JSON, satisfy.

    Integers have the range of their C type, bytes are arrays of 0..255, optional members may
    be missing, and there are no members but those declared. Every struct stands in ``$defs``.

    JSON Schema says less than the declaration where it has no words: that an array has as
    many elements as another member tells (here: at most its capacity), or that the capacity of a string counts
    bytes (here: characters).

    :raises DeclarationError: the class is not declared
    """
    definitions = _Definitions()
    reference = definitions.reference(declaration(cls))
    return {"$schema": DIALECT, "title": cls.__name__, **reference, "$defs": definitions.schemas}


class _Definitions:
    """The structs met so far, each under a name of its own."""

    def __init__(self) -> None:
        self.schemas: dict[str, dict[str, Any]] = {}
        self._names: dict[type, str] = {}

    def reference(self, described: Declaration) -> dict[str, Any]:
        name = self._names.get(described.cls)
        if name is None:
            name = described.name
            while name in self._names.values():
                name += "_"
            self._names[described.cls] = name
            # The place is kept before the members are looked at: outer structs come first.
            self.schemas[name] = {}
            self.schemas[name].update(self._object(described))
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, described: Declaration) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object"}
        summary = (described.cls.__doc__ or "").strip().partition("\n")[0]
        if summary:
            schema["description"] = summary
        schema["properties"] = {field.name: self._member(field) for field in described.serialised}
        schema["required"] = [field.name for field in described.serialised if not field.optional]
        schema["additionalProperties"] = False
        return schema

    def _member(self, field: Field) -> dict[str, Any]:
        """A field's schema, within the bounds that its rules set."""
        schema = self._value(field.type)
        number = schema
        while "items" in number:
            number = number["items"]
        for rule in field.rules:
            if field.name in rule.bounds:
                least, most = rule.bounds[field.name]
                number["minimum"], number["maximum"] = max(number["minimum"], least), min(number["maximum"], most)
        return schema

    def _value(self, kind: Type) -> dict[str, Any]:
        match kind:
            case Integer(ctype):
                return {"type": "integer", "minimum": ctype.minimum, "maximum": ctype.maximum}
            case Boolean():
                return {"type": "boolean"}
            case String(capacity):
                room = {} if capacity is None else {"maxLength": max(0, capacity - 1)}
                return {"type": "string", "pattern": "^[^\\u0000]*$", **room}
            case Struct(described):
                return self.reference(described)
            case Array():
                return self._array(kind)
        raise AssertionError(kind)

    def _array(self, kind: Array) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "array",
            "items": dict(_BYTE) if kind.is_buffer else self._value(kind.element),
        }
        if isinstance(kind.size, int):
            schema["minItems"] = kind.size
        most = kind.size if isinstance(kind.size, int) else kind.capacity
        if most is not None:
            schema["maxItems"] = most
        return schema
