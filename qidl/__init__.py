"""QIDL for Python: device state that says how it is serialised, and the wire of QEMU's PC machines."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from qidl.annotations import (
    IRQ,
    METADATA,
    BusState,
    DeviceState,
    DMAContext,
    Mark,
    MemoryRegion,
    MemoryRegionIoeventfd,
    Notifier,
    Opaque,
    Property,
    QEMUTimer,
    SysBusDevice,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int8,
    int16,
    int32,
    int64,
    optional,
    properties,
    property_,
    size_t,
    standard,
    string,
    target_ulong,
    uint8,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import Declaration, Field, declaration, declare, is_declared
from qidl.errors import CompatError, DeclarationError, FileCutShort, QidlError, SchemaError, SectionNotFound, WireError
from qidl.schema import schema, schema_text

if TYPE_CHECKING:
    from qidl.differences import Difference, diff
    from qidl.qobject import fill, from_json, from_qobject, to_json, to_qobject
    from qidl.section import Section
    from qidl.snapshot import Snapshot, UnknownSectionWarning, load
    from qidl.visitor import InputVisitor, OutputVisitor, visit

__version__ = "0.1.0"

# Declaring a class costs no more than attrs; the rest is imported when it is first used.
_LAZY = {
    "Difference": "differences",
    "diff": "differences",
    "fill": "qobject",
    "from_json": "qobject",
    "from_qobject": "qobject",
    "to_json": "qobject",
    "to_qobject": "qobject",
    "Section": "section",
    "Snapshot": "snapshot",
    "UnknownSectionWarning": "snapshot",
    "load": "snapshot",
    "InputVisitor": "visitor",
    "OutputVisitor": "visitor",
    "visit": "visitor",
}

__all__ = [
    "IRQ",
    "METADATA",
    "BusState",
    "CompatError",
    "DMAContext",
    "Declaration",
    "DeclarationError",
    "DeviceState",
    "Difference",
    "Field",
    "FileCutShort",
    "InputVisitor",
    "Mark",
    "MemoryRegion",
    "MemoryRegionIoeventfd",
    "Notifier",
    "Opaque",
    "OutputVisitor",
    "Property",
    "QEMUTimer",
    "QidlError",
    "SchemaError",
    "Section",
    "SectionNotFound",
    "Snapshot",
    "SysBusDevice",
    "UnknownSectionWarning",
    "WireError",
    "__version__",
    "array",
    "broken",
    "declaration",
    "declare",
    "derived",
    "diff",
    "elsewhere",
    "embedded",
    "fill",
    "from_json",
    "from_qobject",
    "immutable",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_declared",
    "load",
    "optional",
    "properties",
    "property_",
    "schema",
    "schema_text",
    "size_t",
    "standard",
    "string",
    "target_ulong",
    "to_json",
    "to_qobject",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "visit",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'qidl' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"qidl.{_LAZY[name]}"), name)
    globals()[name] = value
    return value
