"""Records of the live section ``ram``, put together by hand, and the walk through them."""

from __future__ import annotations

import struct

from qidl.wire.ram import (
    COMPRESS,
    CONTINUE,
    EOS,
    MEM_SIZE,
    PAGE,
    PAGE_SIZE,
    RAM,
    RAMPayload,
    RAMScanner,
)


def record(offset: int, flags: int) -> bytes:
    """A u64: the offset of a page, with flags in its low 12 bits."""
    return struct.pack(">Q", offset | flags)


def named(idstr: str | bytes) -> bytes:
    """A u8 length, and a name."""
    name = idstr.encode() if isinstance(idstr, str) else idstr
    return bytes([len(name)]) + name


def block_list(**blocks: int) -> bytes:
    """The first record of a stream: the sum of the lengths, then each block's name and length."""
    entries = (named(name.replace("_", ".")) + struct.pack(">Q", length) for name, length in blocks.items())
    return record(sum(blocks.values()), MEM_SIZE) + b"".join(entries)


def full(offset: int, page: bytes, idstr: str | None = None) -> bytes:
    """A page that comes whole; without a name it continues the block of the page before."""
    return record(offset, PAGE | CONTINUE) + page if idstr is None else record(offset, PAGE) + named(idstr) + page


def filled(offset: int, byte: int, idstr: str | None = None) -> bytes:
    """A page of one byte, repeated."""
    value = bytes([byte])
    if idstr is None:
        return record(offset, COMPRESS | CONTINUE) + value
    return record(offset, COMPRESS) + named(idstr) + value


def page(number: int) -> bytes:
    """A page whose bytes tell which it is."""
    return struct.pack(">Q", number) * (PAGE_SIZE // 8)


END = record(0, EOS)


def scanned(*payloads: bytes, version_id: int = 4) -> tuple[list[RAMPayload], RAM]:
    """Walk payloads that follow each other in one stream."""
    data = memoryview(b"".join(payloads))
    scanner = RAMScanner(data, version_id)
    found, offset = [], 0
    for payload in payloads:
        walked, end = scanner.scan(offset)
        assert offset + len(payload) == end
        found.append(walked)
        offset = end
    return found, scanner.ram()
