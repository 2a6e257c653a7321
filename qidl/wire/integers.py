"""Integers and bools, big-endian."""

from __future__ import annotations

import struct
from typing import Any

import construct

from qidl.errors import WireError
from qidl.sentences import shown
from qidl.wire.reader import Path, Reader


class Integer(construct.FormatField):  # type: ignore[misc]
    """An integer of fixed width, big-endian.

    :ivar kind: name of the kind in descriptions: ``uint8`` … ``int64``, ``timer``
    """

    def __init__(self, kind: str, format: str) -> None:
        super().__init__(">", format)
        self.kind = kind
        self.code = format
        bits = 8 * self.length
        signed = format.islower()
        self.minimum = -(1 << (bits - 1)) if signed else 0
        self.maximum = (1 << (bits - signed)) - 1

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    def fits(self, values: list[Any] | tuple[Any, ...]) -> bool:
        """Whether every value is an integer within the range."""
        if set(map(type, values)) - {int}:
            return False
        return not values or (self.minimum <= min(values) and max(values) <= self.maximum)

    def _parse(self, stream: Reader, context: Any, path: Path) -> int:
        (value,) = struct.unpack(self.fmtstr, stream.take(self.length, path, self.kind))
        return int(value)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if type(obj) is not int or not self.minimum <= obj <= self.maximum:
            raise WireError(f"{self.kind} ({self.minimum}..{self.maximum})", shown(obj), path=path)
        stream.write(struct.pack(self.fmtstr, obj))
        return obj


Int8 = Integer("int8", "b")
Int16 = Integer("int16", "h")
Int32 = Integer("int32", "l")
Int64 = Integer("int64", "q")
UInt8 = Integer("uint8", "B")
UInt16 = Integer("uint16", "H")
UInt32 = Integer("uint32", "L")
UInt64 = Integer("uint64", "Q")
Timer = Integer("timer", "q")
"""Expiry in ns of the timer's clock; -1 when not pending."""


class Boolean(construct.Construct):  # type: ignore[misc]
    """One byte, 0 or 1. QEMU would take any other for true, but never writes one."""

    kind = "bool"

    def _parse(self, stream: Reader, context: Any, path: Path) -> bool:
        byte = stream.take(1, path, self.kind)[0]
        if byte > 1:
            stream.refuse(WireError("0 or 1", str(byte), path=path, offset=stream.offset - 1))
        return bool(byte)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if type(obj) is not bool:
            raise WireError("bool", shown(obj), path=path)
        stream.write(b"\1" if obj else b"\0")
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        return 1


Bool = Boolean()
