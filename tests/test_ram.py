"""The live section ``ram``: records put together by hand are walked, or refused."""

from __future__ import annotations

import struct

import pytest
from conftest import check_error
from hypothesis import given, strategies as st
from ram_records import END, block_list, filled, full, named, page, record, scanned

from qidl import WireError
from qidl.wire.ram import (
    COMPRESS,
    CONTINUE,
    EOS,
    MEM_SIZE,
    PAGE,
    PAGE_SIZE,
    RAMPayload,
    RAMScanner,
)


def refused(data: bytes, version_id: int = 4) -> str:
    with pytest.raises(WireError) as caught:
        RAMScanner(memoryview(data), version_id).scan(0)
    return str(caught.value)


def test_pages_of_two_blocks() -> None:
    """Pages lie in the block that was named last, whole or as one byte."""
    payload = (
        block_list(pc_ram=4 * PAGE_SIZE, vga_vram=PAGE_SIZE)
        + full(0, page(1), "pc.ram")
        + full(PAGE_SIZE, page(2))
        + filled(2 * PAGE_SIZE, 0xFF)
        + filled(0, 7, "vga.vram")
        + END
    )
    (walked,), ram = scanned(payload)
    assert RAMPayload((("pc.ram", 4 * PAGE_SIZE), ("vga.vram", PAGE_SIZE)), full=2, filled=2) == walked
    assert ["pc.ram", "vga.vram"] == list(ram)
    assert page(1) + page(2) + b"\xff" * PAGE_SIZE == ram["pc.ram"].read(0, 3 * PAGE_SIZE)
    assert b"\7" * PAGE_SIZE == ram["vga.vram"].read(0, PAGE_SIZE)
    assert (3, 1) == (ram["pc.ram"].pages, ram["vga.vram"].pages)


def test_name_persists_across_payloads() -> None:
    """A page that continues goes on with the block of the payload before."""
    start = block_list(pc_ram=2 * PAGE_SIZE, pc_rom=PAGE_SIZE) + filled(0, 1, "pc.rom") + filled(0, 2, "pc.ram") + END
    walked, ram = scanned(start, END, full(PAGE_SIZE, page(3)) + END)
    assert [(0, 2), (0, 0), (1, 0)] == [(payload.full, payload.filled) for payload in walked]
    assert [2, 0, 0] == [len(payload.blocks) for payload in walked]
    assert page(3) == ram["pc.ram"].read(PAGE_SIZE, PAGE_SIZE)


def test_blocks_in_several_lists() -> None:
    """No QEMU writes more than one list into a payload; of those that come, all blocks count."""
    (walked,), ram = scanned(block_list(pc_ram=PAGE_SIZE) + block_list(pc_rom=PAGE_SIZE, vga_vram=PAGE_SIZE) + END)
    assert ["pc.ram", "pc.rom", "vga.vram"] == [name for name, _ in walked.blocks] == list(ram)


def test_page_sent_again() -> None:
    """Of a page that comes more than once, the last is what memory holds."""
    start = block_list(pc_ram=3 * PAGE_SIZE) + full(0, page(1), "pc.ram") + full(PAGE_SIZE, page(2)) + END
    again = full(PAGE_SIZE, page(3)) + filled(0, 4) + END
    _, ram = scanned(start, again)
    assert b"\4" * PAGE_SIZE + page(3) == ram["pc.ram"].read(0, 2 * PAGE_SIZE)
    assert 2 == ram["pc.ram"].pages


def test_version_3() -> None:
    """Until version 4 there was one block without a name, and pages had none either."""
    payload = (
        record(4 * PAGE_SIZE, MEM_SIZE)
        + record(PAGE_SIZE, PAGE)
        + page(5)
        + record(0, COMPRESS)
        + b"\6"
        + record(2 * PAGE_SIZE, PAGE | CONTINUE)
        + page(7)
        + END
    )
    (walked,), ram = scanned(payload, version_id=3)
    assert RAMPayload((("", 4 * PAGE_SIZE),), full=2, filled=1) == walked
    assert b"\6" * PAGE_SIZE + page(5) + page(7) == ram[""].read(0, 3 * PAGE_SIZE)


def test_version_3_page_before_the_size() -> None:
    """A page before the total has no memory to lie in."""
    assert "ram: offset 0: expected a block of the list, found ''" == refused(record(0, COMPRESS) + b"\0" + END, 3)


def test_version_3_page_beyond_the_size() -> None:
    """An address at the end of memory is beyond it."""
    data = record(PAGE_SIZE, MEM_SIZE) + record(PAGE_SIZE, COMPRESS) + b"\0" + END
    assert "ram: : offset 8: expected an offset below 0x1000, found 0x1000" == refused(data, 3)


def test_payload_within_a_stream() -> None:
    """Offsets are those of the stream."""
    data = memoryview(b"....." + block_list(pc_ram=PAGE_SIZE) + filled(PAGE_SIZE, 0, "pc.ram"))
    with pytest.raises(WireError) as caught:
        RAMScanner(data, 4).scan(5)
    assert 5 + len(block_list(pc_ram=PAGE_SIZE)) == caught.value.offset


LIST = block_list(pc_ram=2 * PAGE_SIZE)
AT = len(LIST)
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "ram: offset 0: expected 8 bytes, found 0"),
    "no flags": (record(0, 0), "ram: offset 0: expected flags of a page, of the block list or of the end, found 0x0"),
    "obsolete flag": (
        record(0, 1) + END,
        "ram: offset 0: expected flags of a page, of the block list or of the end, found 0x1",
    ),
    "two kinds": (
        LIST + record(0, PAGE | COMPRESS),
        f"ram: offset {AT}: expected flags of a page, of the block list or of the end, found 0xa",
    ),
    "end that continues": (
        record(0, EOS | CONTINUE),
        "ram: offset 0: expected flags of a page, of the block list or of the end, found 0x30",
    ),
    "list that continues": (
        record(0, MEM_SIZE | CONTINUE),
        "ram: offset 0: expected flags of a page, of the block list or of the end, found 0x24",
    ),
    "flag of a later QEMU": (
        LIST + record(0, 0x40),
        f"ram: offset {AT}: expected flags of a page, of the block list or of the end, found 0x40",
    ),
    "unknown block": (
        LIST + filled(0, 0, "pc.rom"),
        f"ram: offset {AT}: expected a block of the list, found 'pc.rom'",
    ),
    "continued from nothing": (LIST + filled(0, 0), f"ram: offset {AT}: expected a block of the list, found none"),
    "page before the list": (
        filled(0, 0, "pc.ram") + LIST,
        "ram: offset 0: expected a block of the list, found 'pc.ram'",
    ),
    "at the end of its block": (
        LIST + filled(2 * PAGE_SIZE, 0, "pc.ram"),
        f"ram: pc.ram: offset {AT}: expected an offset below 0x2000, found 0x2000",
    ),
    "far outside": (
        LIST + filled(0xFFFF_FFFF_FFFF_F000, 0, "pc.ram"),
        f"ram: pc.ram: offset {AT}: expected an offset below 0x2000, found 0xfffffffffffff000",
    ),
    "block twice": (
        record(2 * PAGE_SIZE, MEM_SIZE) + (named("a") + struct.pack(">Q", PAGE_SIZE)) * 2,
        "ram: offset 18: expected each block once, found 'a' again",
    ),
    "list twice": (LIST + LIST, f"ram: offset {AT + 8}: expected each block once, found 'pc.ram' again"),
    "more than the total": (
        record(PAGE_SIZE, MEM_SIZE) + named("a") + struct.pack(">Q", 2 * PAGE_SIZE),
        "ram: a: offset 8: expected whole pages, at most 0x1000 bytes, found 0x2000",
    ),
    "more than what is left": (
        record(2 * PAGE_SIZE, MEM_SIZE)
        + named("a")
        + struct.pack(">Q", PAGE_SIZE)
        + named("b")
        + struct.pack(">Q", 2 * PAGE_SIZE),
        "ram: b: offset 18: expected whole pages, at most 0x1000 bytes, found 0x2000",
    ),
    "less than the total": (
        record(2 * PAGE_SIZE, MEM_SIZE) + named("a") + struct.pack(">Q", PAGE_SIZE),
        "ram: offset 18: expected 1 bytes, found 0",
    ),
    "no length": (
        record(PAGE_SIZE, MEM_SIZE) + named("a") + bytes(8),
        "ram: a: offset 8: expected whole pages, at most 0x1000 bytes, found 0x0",
    ),
    "part of a page": (
        record(PAGE_SIZE, MEM_SIZE) + named("a") + struct.pack(">Q", 17),
        "ram: a: offset 8: expected whole pages, at most 0x1000 bytes, found 0x11",
    ),
    "empty name": (
        record(PAGE_SIZE, MEM_SIZE) + named("") + struct.pack(">Q", PAGE_SIZE),
        "ram: offset 8: expected the name of a block, found ''",
    ),
    "name that is not ASCII": (
        LIST + filled(0, 0, "pc.räm"),
        rf"ram: offset {AT + 8}: expected the name of a block, found 'pc.r\xc3\xa4m'",
    ),
    "name beyond the end": (
        record(PAGE_SIZE, MEM_SIZE) + b"\xffabc",
        "ram: offset 8: expected 256 bytes, found 4",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """A record that is not what the format says is refused by its place."""
    data, message = REFUSED[case]
    assert message == refused(data)


def test_truncated_anywhere() -> None:
    """A payload cut short at any byte is refused."""
    data = LIST + full(0, page(1), "pc.ram") + filled(PAGE_SIZE, 2) + END
    places = set(range(AT + 30)) | set(range(AT + 30, len(data) - 40, 97)) | set(range(len(data) - 40, len(data)))
    for length in sorted(places):
        found = refused(data[:length])
        assert "expected" in found
        assert "bytes" in found


def test_no_blocks() -> None:
    """A total of nothing is followed by no block."""
    (walked,), ram = scanned(record(0, MEM_SIZE) + END)
    assert (RAMPayload((), 0, 0), 0) == (walked, len(ram))


@given(st.binary(max_size=200), st.sampled_from([3, 4]))
def test_any_bytes(tail: bytes, version_id: int) -> None:
    """Any bytes are walked or refused."""
    for data in (tail, LIST + tail, LIST + filled(0, 0, "pc.ram") + tail):
        try:
            _, end = RAMScanner(memoryview(data), version_id).scan(0)
        except WireError as error:
            check_error(error, len(data))
        else:
            assert 0 < end <= len(data)
