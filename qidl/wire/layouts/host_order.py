"""Integers in the byte order of an x86 host: structs that QEMU writes as they are in memory."""

from __future__ import annotations

import struct
from typing import Any

import construct

from qidl.errors import WireError
from qidl.sentences import shown
from qidl.wire.primitives import Array, Integer, Reader, UInt32, UInt64


class LittleEndian(construct.FormatField):  # type: ignore[misc]
    """An integer as an x86 host has it in memory.

    :ivar kind: name of the kind in descriptions: ``uint32_le``, ``uint64_le``
    """

    def __init__(self, integer: Integer) -> None:
        super().__init__("<", integer.code)
        self.kind = f"{integer.kind}_le"
        self.minimum = integer.minimum
        self.maximum = integer.maximum

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    def _parse(self, stream: Reader, context: Any, path: str) -> int:
        (value,) = struct.unpack(self.fmtstr, stream.take(self.length, path, self.kind))
        return int(value)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if type(obj) is not int or not self.minimum <= obj <= self.maximum:
            raise WireError(f"{self.kind} ({self.minimum}..{self.maximum})", shown(obj), path=path)
        stream.write(struct.pack(self.fmtstr, obj))
        return obj

    def fits(self, values: list[Any]) -> bool:
        """Whether every value is an integer within the range."""
        if set(map(type, values)) - {int}:
            return False
        return not values or (self.minimum <= min(values) and max(values) <= self.maximum)


UInt32LE = LittleEndian(UInt32)
UInt64LE = LittleEndian(UInt64)


class HostArray(Array):
    """An array of them, read and written in one go: a virtio request has thousands.

    :param count: number of elements
    :param subcon: a little-endian integer
    """

    def __init__(self, count: int, subcon: LittleEndian) -> None:
        super().__init__(count, subcon)
        self.format = f"<{count}{subcon.fmtstr[-1]}"

    def _parse(self, stream: Reader, context: Any, path: str) -> list[Any]:
        return list(struct.unpack(self.format, stream.take(self.sizeof(), path, self.kind)))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if type(obj) is not list or len(obj) != self.count or not self.subcon.fits(obj):
            return super()._build(obj, stream, context, path)
        stream.write(struct.pack(self.format, *obj))
        return obj
