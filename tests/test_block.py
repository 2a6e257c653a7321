"""The live section ``block``."""

from __future__ import annotations

import struct

import pytest
from conftest import check_error
from hypothesis import given, strategies as st

from qidl import WireError
from qidl.wire.block import CHUNK, DEVICE_BLOCK, EOS, PROGRESS, BlockPayload, scan_block


def record(value: int, flags: int) -> bytes:
    """A u64: a sector or a percentage, with flags in its low 9 bits."""
    return struct.pack(">Q", value << 9 | flags)


def chunk(sector: int, device: bytes) -> bytes:
    """One MiB of a disk: 2048 sectors."""
    return record(sector, DEVICE_BLOCK) + bytes([len(device)]) + device + bytes(CHUNK)


END = record(0, EOS)


def scanned(data: bytes, offset: int = 0) -> tuple[BlockPayload, int]:
    return scan_block(memoryview(data), offset)


def test_no_block_migration() -> None:
    """Without block migration each payload is one u64, 2, as in every stream of QEMU 1.0 and 1.1."""
    assert (BlockPayload((), None), 8) == scanned(b"\0\0\0\0\0\0\0\2")


def test_chunks() -> None:
    """A chunk says its disk and first sector; the payload ends at its end mark, whatever follows."""
    data = chunk(0, b"ide0-hd0") + chunk(2048, b"ide0-hd0") + record(50, PROGRESS) + chunk(0, b"") + END + b"more"
    payload, end = scanned(data)
    assert (("ide0-hd0", 0), ("ide0-hd0", 2048), ("", 0)) == payload.chunks
    assert (50, len(data) - 4) == (payload.progress, end)


def test_last_progress() -> None:
    """Of several percentages the last one counts."""
    assert (BlockPayload((), 100), 24) == scanned(record(99, PROGRESS) + record(100, PROGRESS) + END)


def test_greatest_sector() -> None:
    """A sector has 55 bits."""
    payload, _ = scanned(chunk((1 << 55) - 1, b"a") + END)
    assert (("a", (1 << 55) - 1),) == payload.chunks


def test_name_that_is_not_ascii() -> None:
    """A disk's name is taken byte for byte."""
    payload, _ = scanned(chunk(0, b"\xe4") + END)
    assert (("ä", 0),) == payload.chunks


def test_within_a_stream() -> None:
    """A payload may begin anywhere; offsets are those of the stream."""
    assert 11 == scanned(b"..." + END, 3)[1]
    with pytest.raises(WireError, match=r"^block: offset 3: expected flags 1, 2 or 4, found 0x8$"):
        scanned(b"..." + record(7, 8), 3)


@pytest.mark.parametrize("flags", [0, 3, 5, 6, 7, 8, 0x100, 0x1FF])
def test_unknown_flags(flags: int) -> None:
    """Any other flags are refused."""
    with pytest.raises(WireError, match=rf"^block: offset 8: expected flags 1, 2 or 4, found {flags:#x}$"):
        scanned(record(1, PROGRESS) + record(0, flags) + END)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "block: offset 0: expected 8 bytes, found 0"),
        (END[:-1], "block: offset 0: expected 8 bytes, found 7"),
        (record(1, PROGRESS), "block: offset 8: expected 8 bytes, found 0"),
        (record(0, DEVICE_BLOCK), "block: offset 8: expected 1 bytes, found 0"),
        (record(0, DEVICE_BLOCK) + b"\3ab", "block: offset 8: expected 1048580 bytes, found 3"),
        (chunk(0, b"a")[:-1], "block: offset 8: expected 1048578 bytes, found 1048577"),
        (chunk(0, b"a"), "block: offset 1048586: expected 8 bytes, found 0"),
    ],
)
def test_truncated(data: bytes, message: str) -> None:
    """A payload cut short anywhere is refused by its place."""
    with pytest.raises(WireError) as caught:
        scanned(data)
    assert message == str(caught.value)


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are walked or refused."""
    try:
        _, end = scanned(data)
    except WireError as error:
        check_error(error, len(data))
    else:
        assert 0 < end <= len(data)
