"""The live section ``block``: disk contents, where a migration brings them."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from qidl.errors import EndOfInput, WireError
from qidl.limits import LIMITS, Limits, check_name
from qidl.wire.mapped import checker

DEVICE_BLOCK: Final = 0x01
EOS: Final = 0x02
PROGRESS: Final = 0x04
CHUNK: Final = 1 << 20

_U64 = Struct(">Q")
_FLAGS = 0x1FF


class BlockPayload(NamedTuple):
    """What one payload of the live section holds.

    :ivar chunks: pieces of 1 MiB, as (device, first sector)
    :ivar progress: percent done, as the source last said
    """

    chunks: tuple[tuple[str, int], ...]
    progress: int | None


class _Record(NamedTuple):
    """One record, from ``offset`` up to ``end``, where the next one begins."""

    offset: int
    value: int
    flags: int
    device: str
    end: int


def scan_block(data: memoryview, offset: int, limits: Limits = LIMITS) -> tuple[BlockPayload, int]:
    """Walk one payload.

    :param limits: bounds on names, and on how many chunks there are
    :returns: what it holds, and the offset at which it ends
    :raises WireError: a record is not what the format says
    """
    chunks: list[tuple[str, int]] = []
    progress: int | None = None
    for record in _records(data, offset):
        offset = record.end
        if record.flags == PROGRESS:
            progress = record.value
        elif record.flags == DEVICE_BLOCK:
            check_name(limits, record.device, record.offset + 8)
            if len(chunks) >= limits.elements:
                raise WireError(f"at most {limits.elements} chunks", "another", path="block", offset=record.offset)
            chunks.append((record.device, record.value))
    return BlockPayload(tuple(chunks), progress), offset


def chunks_of(payload: memoryview) -> Iterator[tuple[str, int, memoryview]]:
    """Yield device, first sector and content of each chunk of a payload, in the order of the stream.

    :raises WireError: a record is not what the format says
    """
    for record in _records(payload, 0):
        if record.flags == DEVICE_BLOCK:
            yield record.device, record.value, payload[record.end - CHUNK : record.end]


def _records(data: memoryview, offset: int) -> Iterator[_Record]:
    """Yield the records of one payload, up to the one that ends it."""
    check = checker(data)
    flags = 0
    while flags != EOS:
        check()
        _need(data, offset, 8)
        (header,) = _U64.unpack_from(data, offset)
        flags, device, end = header & _FLAGS, "", offset + 8
        if flags == DEVICE_BLOCK:
            _need(data, end, 1)
            name = end + 1
            end = name + data[end] + CHUNK
            _need(data, name - 1, end - name + 1)
            device = bytes(data[name : end - CHUNK]).decode("latin-1")
        elif flags not in (EOS, PROGRESS):
            raise WireError("flags 1, 2 or 4", f"{flags:#x}", path="block", offset=offset)
        yield _Record(offset, header >> 9, flags, device, end)
        offset = end


def _need(data: memoryview, offset: int, length: int) -> None:
    if offset + length > len(data):
        raise EndOfInput(f"{length} bytes", str(max(len(data) - offset, 0)), path="block", offset=offset)
