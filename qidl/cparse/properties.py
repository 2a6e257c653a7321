"""The table of qdev properties that the members of a struct stand for."""

from __future__ import annotations

from typing import Final

import attrs

from qidl.cparse.lexer import spell
from qidl.cparse.meaning import FieldMeaning, StructMeaning, understand
from qidl.cparse.tree import Unit
from qidl.cparse.typenames import schema_type

_POINTERS: Final = {"char": "STRING", "void": "PTR"}


@attrs.frozen
class PropertyEntry:
    """One ``q_property``.

    :ivar name: name of the property
    :ivar kind: suffix of the property macro: ``INT32``, ``BIT``, ``PCI_DEVFN``, ``STRING``; empty if there is none
    :ivar state: the struct
    :ivar field: the member
    :ivar default: the default as it is written, None without one
    :ivar bit: the number of the bit as it is written, None for a whole member
    """

    name: str
    kind: str
    state: str
    field: str
    default: str | None = None
    bit: str | None = None


def properties(unit: Unit) -> dict[str, tuple[PropertyEntry, ...]]:
    """Return the table of every struct, by its name; empty for those with ``skip_properties``.

    As in 2012, public structs that the unit does not implement have none.
    """
    tables = {}
    for meaning in understand(unit):
        if meaning.implementation is None and unit.as_2012:
            continue
        skip = (meaning.implementation or meaning.declaration).skip_properties
        tables[meaning.name] = () if skip else _table(meaning, as_2012=unit.as_2012)
    return tables


def _table(meaning: StructMeaning, *, as_2012: bool) -> tuple[PropertyEntry, ...]:
    entries = []
    for field in meaning.fields:
        for name, *rest in field.properties:
            values = [spell(value) for value in rest]
            bit, default = values[:2] if len(values) > 1 else (None, values[0] if values else None)
            entries.append(
                PropertyEntry(
                    name=spell(name).strip('"'),
                    kind="BIT" if bit is not None else _kind(field, as_2012=as_2012),
                    state=meaning.name,
                    field=field.name,
                    default=default,
                    bit=bit,
                )
            )
    return tuple(entries)


def _kind(field: FieldMeaning, *, as_2012: bool) -> str:
    c_type = field.member.type
    if field.name == "devfn":
        return "PCI_DEVFN"
    if field.member.pointers:
        return _POINTERS.get(c_type, "")
    if as_2012:
        return {"_Bool": "bool"}.get(c_type, c_type.removesuffix("_t")).upper()
    return schema_type(c_type, is_pointer=False).upper()
