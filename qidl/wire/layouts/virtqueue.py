"""A request out of a virtio queue, as an x86-64 host has it in memory."""

from __future__ import annotations

import struct
from typing import Any

from qidl.wire.layouts.host_order import HostArray, UInt32LE, UInt64LE
from qidl.wire.primitives import Array, Buffer, Range, Reader
from qidl.wire.vmstate import VMState

IOVEC = VMState(
    "iovec",
    version_id=1,
    fields=[
        "iov_base" / UInt64LE * "host address: of no use to another process",
        "iov_len" / UInt64LE * "bytes",
    ],
)


class IOVecArray(Array):
    """An array of ``iovec``, read and written in one go.

    :param count: number of elements
    """

    def __init__(self, count: int) -> None:
        super().__init__(count, IOVEC)
        self.format = f"<{2 * count}Q"

    def _parse(self, stream: Reader, context: Any, path: str) -> list[Any]:
        data = stream.take(struct.calcsize(self.format), path, self.kind)
        return [{"iov_base": base, "iov_len": length} for base, length in struct.iter_unpack("<QQ", data)]

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        values = self._values(obj)
        if values is None:
            return super()._build(obj, stream, context, path)
        stream.write(struct.pack(self.format, *values))
        for element in obj:
            context.taken.take(element, "iov_base", path)
            context.taken.take(element, "iov_len", path)
        return obj

    def _values(self, obj: Any) -> list[int] | None:
        """The integers in their order; None unless everything is as it should be."""
        if type(obj) is not list or len(obj) != self.count or set(map(type, obj)) != {dict}:
            return None
        values = [element.get(name) for element in obj for name in ("iov_base", "iov_len")]
        return values if UInt64LE.fits(values) else None


VIRTQUEUE_MAX_SIZE = 1024
"""Descriptors that a ring has at the most, and pieces that a request has either way."""

VIRTQUEUE_ELEMENT = VMState(
    # Entries beyond out_num and in_num, and the padding, are what memory held before.
    "VirtQueueElement",
    version_id=1,
    fields=[
        "index" / UInt32LE * "first descriptor of the request",
        # Either is the length of an array that is mapped: CVE-2013-4535, -4536 and -4542.
        "out_num" / Range(UInt32LE, 0, VIRTQUEUE_MAX_SIZE) * "pieces that the device reads",
        "in_num" / Range(UInt32LE, 0, VIRTQUEUE_MAX_SIZE) * "pieces that the device writes",
        "padding" / Buffer(4) * "makes what follows a multiple of 8",
        "in_addr" / HostArray(VIRTQUEUE_MAX_SIZE, UInt64LE) * "guest addresses of the pieces to write",
        "out_addr" / HostArray(VIRTQUEUE_MAX_SIZE, UInt64LE) * "guest addresses of the pieces to read",
        "in_sg" / IOVecArray(VIRTQUEUE_MAX_SIZE) * "lengths of the pieces to write",
        "out_sg" / IOVecArray(VIRTQUEUE_MAX_SIZE) * "lengths of the pieces to read",
    ],
)
