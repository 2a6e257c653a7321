"""Long sequences of pages, which are matched many at a time: they come out as if they had come one by one."""

from __future__ import annotations

import mmap
import tempfile
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from ram_records import END, block_list, filled, full, named, page, record

from qidl import WireError
from qidl.wire import page_matching, ram as ram_module
from qidl.wire.page_index import PageIndex
from qidl.wire.page_runs import GROUP
from qidl.wire.ram import COMPRESS, CONTINUE, PAGE, PAGE_SIZE, RAM, RAMBlock, RAMPayload, RAMScanner

PAGES = 3 * GROUP + 5


def one_by_one(data: memoryview, monkeypatch: pytest.MonkeyPatch) -> tuple[RAMPayload, int, RAM]:
    """The same, without matching."""
    with monkeypatch.context() as patch:
        patch.setattr(ram_module, "_CONTINUED", ())
        return scanned(data)


def scanned(data: memoryview) -> tuple[RAMPayload, int, RAM]:
    scanner = RAMScanner(data, 4)
    payload, end = scanner.scan(0)
    return payload, end, scanner.ram()


def outcome(scan: Any, data: bytes, *arguments: Any) -> Any:
    """The counts, the end, and every page; or the error."""
    try:
        payload, end, ram = scan(memoryview(data), *arguments)
    except WireError as error:
        return str(error)
    return payload, end, {name: places(block) for name, block in ram.items()}


def places(block: RAMBlock) -> dict[int, int | None]:
    """Where each page of a block is."""
    index = PageIndex(block._runs)
    numbers = [number for stretch in index.stretches(0, block.length // PAGE_SIZE) for number in stretch]
    return {number: index.place(number) for number in numbers}


SHAPES: dict[str, list[int | None]] = {
    "whole": [None] * PAGES,
    "one byte": [7] * PAGES,
    "several bytes": [number % 3 for number in range(PAGES)],
    "in turns": [None if number % 2 else 0 for number in range(PAGES)],
    "runs": [None if number // 50 % 2 else number // 100 for number in range(PAGES)],
    "one in a group": [None if number % GROUP == 9 else 0 for number in range(PAGES)],
    "all but one in a group": [0 if number % GROUP == 9 else None for number in range(PAGES)],
}


def payload(pages: list[int | None], total: int = PAGES) -> bytes:
    """The list of blocks, and pages from the first on, each whole or a byte."""
    records = [
        full(n * PAGE_SIZE, page(n)) if byte is None else filled(n * PAGE_SIZE, byte) for n, byte in enumerate(pages)
    ]
    first = named("pc.ram")
    records[0] = bytes(7) + bytes([records[0][7] & ~CONTINUE]) + first + records[0][8:]
    return block_list(pc_ram=total * PAGE_SIZE) + b"".join(records) + END


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the pages are, each is where it is when they are walked one by one, and reads the same."""
    data = payload(SHAPES[shape])
    assert outcome(one_by_one, data, monkeypatch) == outcome(scanned, data)
    block = scanned(memoryview(data))[2]["pc.ram"]
    expected = [page(n) if byte is None else bytes([byte]) * PAGE_SIZE for n, byte in enumerate(SHAPES[shape])]
    assert b"".join(expected) == block.read(0, block.length)
    tail = block.tail("tail", 70 * PAGE_SIZE)
    assert b"".join(expected[-70:]) == tail.read(0, tail.length)


def test_few_runs() -> None:
    """Pages that are matched together are kept together."""
    counts = {shape: len(scanned(memoryview(payload(SHAPES[shape])))[2]["pc.ram"]._runs.counts) for shape in SHAPES}
    assert {"whole": 1, "one byte": 1} == {shape: counts[shape] for shape in ("whole", "one byte")}
    assert counts["in turns"] < 2 * GROUP


@settings(max_examples=60)
@given(data=st.data(), shape=st.sampled_from(sorted(SHAPES)))
def test_changed_bytes(data: st.DataObject, shape: str) -> None:
    """A header changed anywhere is seen, by every byte of it."""
    found = bytearray(payload(SHAPES[shape]))
    places = [place for place in range(len(found)) if place < 60 or is_near_header(found, place)]
    for _ in range(data.draw(st.integers(1, 2))):
        found[data.draw(st.sampled_from(places))] ^= 1 << data.draw(st.integers(0, 7))
    cut = bytes(found[: data.draw(st.just(len(found)) | st.sampled_from(places))])
    with pytest.MonkeyPatch.context() as patch:
        expected = outcome(one_by_one, cut, patch)
    assert expected == outcome(scanned, cut)


def is_near_header(data: bytearray, place: int) -> bool:
    """Whether a byte is not one of a page that came whole, as those of :func:`page` repeat every 8 bytes."""
    return place < 8 or place + 8 >= len(data) or data[place] != data[place - 8] or data[place] != data[place + 8]


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("shape", ["whole", "in turns", "one byte"])
def test_every_byte_of_a_header(place: int, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header in the middle of a group that is off by one bit is not taken for the one that it should be."""
    data = payload(SHAPES[shape])
    at = data.index(record(100 * PAGE_SIZE, CONTINUE | (PAGE if SHAPES[shape][100] is None else COMPRESS)))
    for bit in range(8):
        changed = bytearray(data)
        changed[at + place] ^= 1 << bit
        assert outcome(one_by_one, bytes(changed), monkeypatch) == outcome(scanned, bytes(changed))


def test_beyond_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group that begins within its block and ends beyond is refused at the first page that is outside."""
    data = payload(SHAPES["whole"], total=2 * GROUP + 10)
    found = outcome(scanned, data)
    assert outcome(one_by_one, data, monkeypatch) == found
    assert "expected an offset below 0x8a000, found 0x8a000" in found


def test_addresses_beyond_16_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    """The high bytes of addresses change within a run."""
    total = 5000
    data = payload([None if number % 977 else 1 for number in range(total)], total)
    assert outcome(one_by_one, data, monkeypatch) == outcome(scanned, data)
    data = payload([None] * total, total)
    runs: Any = scanned(memoryview(data))[2]["pc.ram"]._runs
    assert [total] == list(runs.counts)


def test_mapped_file_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was scanned of a mapped file does not stay in memory, and can be read all the same."""
    monkeypatch.setattr(ram_module, "_AT_ONCE", 1 << 16)
    data = payload(SHAPES["runs"])
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            scanner = RAMScanner(view, 4)
            scanner.scan(0)
            assert scanner._mapped is mapped
            assert scanner._released > len(data) // 2
            block = scanner.ram()["pc.ram"]
            assert page(60) == block.read(60 * PAGE_SIZE, PAGE_SIZE)
            del block, scanner


def test_memory_of_others_is_not_let_go_of() -> None:
    """A map that can be written to, or a part of one, is left alone."""
    with mmap.mmap(-1, 4096) as mapped, memoryview(mapped) as view, view.toreadonly() as readonly:
        assert RAMScanner(readonly, 4)._mapped is None
    assert RAMScanner(memoryview(b""), 4)._mapped is None


def test_groups_are_found_where_they_are() -> None:
    """Groups are matched from the first page of one on, up to the last whole one, and not from another page."""
    data = memoryview(payload(SHAPES["in turns"]))
    at = bytes(data).index(record(GROUP * PAGE_SIZE, COMPRESS | CONTINUE))
    length = GROUP // 2 * (8 + 8 + 1 + PAGE_SIZE)
    assert [at, at + length, at + 2 * length] == page_matching.match_groups(data, at, GROUP * PAGE_SIZE, 9)
    assert [at, at + length] == page_matching.match_groups(data, at, GROUP * PAGE_SIZE, 1)
    assert [at] == page_matching.match_groups(data, at, 2 * GROUP * PAGE_SIZE, 9)
    assert [at + 9] == page_matching.match_groups(data, at + 9, GROUP * PAGE_SIZE, 9)
