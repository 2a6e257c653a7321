"""QIDL for Python: device state that says how it is serialised, and the wire of QEMU's PC machines."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from qidl.errors import (
    BlockNotFound,
    CompatError,
    DeclarationError,
    EndOfInput,
    FileCutShort,
    QidlError,
    SchemaError,
    SectionNotFound,
    UnknownSectionWarning,
    WireError,
)

if TYPE_CHECKING:
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
        valid,
    )
    from qidl.declaration import Declaration, Field, declaration, declare, is_declared
    from qidl.differences import Difference, diff
    from qidl.limits import Limits
    from qidl.payload import from_payload, to_payload
    from qidl.qobject import fill, from_json, from_qobject, to_json, to_qobject
    from qidl.schema import schema, schema_text
    from qidl.section import Section
    from qidl.snapshot import Snapshot, load
    from qidl.visitor import InputVisitor, OutputVisitor, visit

__version__ = "0.1.0"

# Whoever declares devices needs no wire, and whoever reads a stream no declarations: each name's module is
# imported when the name is first used.
_NAMES = {
    "annotations": (
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "size_t", "target_ulong"),
        *("QEMUTimer", "Opaque", "IRQ", "MemoryRegion", "MemoryRegionIoeventfd", "Notifier"),
        *("DeviceState", "BusState", "DMAContext", "SysBusDevice"),
        *("array", "string", "embedded", "standard", "immutable", "derived", "elsewhere", "broken", "optional"),
        *("property_", "properties", "Property", "Mark", "METADATA", "valid"),
    ),
    "declaration": ("Declaration", "Field", "declaration", "declare", "is_declared"),
    "differences": ("Difference", "diff"),
    "limits": ("Limits",),
    "payload": ("from_payload", "to_payload"),
    "qobject": ("fill", "from_json", "from_qobject", "to_json", "to_qobject"),
    "schema": ("schema", "schema_text"),
    "section": ("Section",),
    "snapshot": ("Snapshot", "load"),
    "visitor": ("InputVisitor", "OutputVisitor", "visit"),
}
_LAZY = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "IRQ",
    "METADATA",
    "BlockNotFound",
    "BusState",
    "CompatError",
    "DMAContext",
    "Declaration",
    "DeclarationError",
    "DeviceState",
    "Difference",
    "EndOfInput",
    "Field",
    "FileCutShort",
    "InputVisitor",
    "Limits",
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
    "from_payload",
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
    "to_payload",
    "to_qobject",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "valid",
    "visit",
]


if not TYPE_CHECKING:
    # Hidden from type checkers, which would take any name for one that there is.
    def __getattr__(name: str) -> Any:
        if name not in _LAZY:
            raise AttributeError(f"module 'qidl' has no attribute {name!r}")
        value = getattr(importlib.import_module(f"qidl.{_LAZY[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """The package, in which ``schema`` and ``declaration`` are the functions, not the modules that hold them."""

    def __setattr__(self, name: str, value: object) -> None:
        # What imports a module sets it as an attribute of its package.
        is_hidden = isinstance(value, ModuleType) and _LAZY.get(name) == name
        super().__setattr__(name, getattr(value, name) if is_hidden else value)


sys.modules[__name__].__class__ = _Package
