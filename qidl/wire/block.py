"""The live section ``block``: disk contents, where a migration brings them."""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from qidl.errors import WireError
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


def scan_block(data: memoryview, offset: int, limits: Limits = LIMITS) -> tuple[BlockPayload, int]:
    """Walk one payload.

    :param limits: bounds on names, and on how many chunks there are
    :returns: what it holds, and the offset at which it ends
    :raises WireError: a record is not what the format says
    """
    chunks: list[tuple[str, int]] = []
    progress: int | None = None
    check = checker(data)
    while True:
        check()
        start = offset
        _need(data, offset, 8)
        (header,) = _U64.unpack_from(data, offset)
        offset += 8
        value, flags = header >> 9, header & _FLAGS
        if flags == EOS:
            return BlockPayload(tuple(chunks), progress), offset
        if flags == PROGRESS:
            progress = value
        elif flags == DEVICE_BLOCK:
            _need(data, offset, 1)
            end = offset + 1 + data[offset]
            _need(data, offset, end - offset + CHUNK)
            device = bytes(data[offset + 1 : end]).decode("latin-1")
            check_name(limits, device, offset)
            if len(chunks) >= limits.elements:
                raise WireError(f"at most {limits.elements} chunks", "another", path="block", offset=start)
            chunks.append((device, value))
            offset = end + CHUNK
        else:
            raise WireError("flags 1, 2 or 4", f"{flags:#x}", path="block", offset=start)


def _need(data: memoryview, offset: int, length: int) -> None:
    if offset + length > len(data):
        raise WireError(f"{length} bytes", str(len(data) - offset), path="block", offset=offset)
