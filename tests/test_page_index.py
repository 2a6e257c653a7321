"""The index of guest memory: exact, and as large as there are runs of pages, not as there are pages."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, strategies as st
from ram_records import END, block_list, filled, full, page, scanned
from work import calls

from qidl.wire.page_index import PageIndex
from qidl.wire.page_runs import GROUP, PageRuns
from qidl.wire.ram import PAGE_SIZE, RAMBlock

NUMBERS = 9 * GROUP


def test_runs_join_neighbours() -> None:
    """Pages that follow each other in memory and in the stream are one run, and so are those of one byte."""
    payload = (
        block_list(pc_ram=10 * PAGE_SIZE)
        + full(0, page(1), "pc.ram")
        + b"".join(full(number * PAGE_SIZE, page(number)) for number in range(1, 4))
        + b"".join(filled(number * PAGE_SIZE, 0) for number in range(4, 8))
        + filled(8 * PAGE_SIZE, 1)
        + full(9 * PAGE_SIZE, page(9))
        + END
    )
    _, ram = scanned(payload)
    runs: Any = ram["pc.ram"]._runs
    assert [4, 4, 1, 1] == list(runs.counts)
    assert [number * PAGE_SIZE for number in range(10)] == ram["pc.ram"].addresses()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 1 << 40), st.integers(1, 9)), max_size=30))
def test_last_of_every_page(found: list[tuple[int, int, int]]) -> None:
    """Of a page that comes more than once, the index has the last place; runs may lie across each other anyhow."""
    runs = PageRuns()
    expected: dict[int, int] = {}
    for first, place, count in found:
        runs.add(first * PAGE_SIZE, place, count)
        expected.update((first + number, place + number * (8 + PAGE_SIZE)) for number in range(count))
    index = PageIndex(runs)
    assert expected == {number: index.place(number) for number in range(50) if number in index}
    assert [None] * 2 == [index.place(number) for number in (-1, 50)]
    assert sorted(expected) == [number for stretch in index.stretches(0, 50) for number in stretch]
    assert sum(3 <= number < 20 for number in expected) == sum(map(len, index.stretches(3, 20)))


PIECES = st.lists(
    st.tuples(
        st.integers(0, NUMBERS - 1) | st.sampled_from(range(0, NUMBERS, GROUP)),
        st.integers(1, 20) | st.sampled_from([GROUP, 3 * GROUP]),
        st.sampled_from(["whole", "one byte", "several bytes", "one whole"]),
    ),
    max_size=8,
)


@given(PIECES, st.integers(0, NUMBERS), st.integers(0, NUMBERS))
def test_index_is_what_the_records_say(pieces: list[tuple[int, int, str]], tail: int, cut: int) -> None:
    """Whatever is sent again, in part and in another kind, a block and its parts have what each record says."""
    data, expected = payload(pieces)
    whole = scanned(data)[1]["pc.ram"]
    check(whole, expected)
    check(
        whole.tail("tail", tail * PAGE_SIZE),
        {n - NUMBERS + tail: kept for n, kept in expected.items() if n >= NUMBERS - tail},
    )
    check(whole.renamed("cut", cut * PAGE_SIZE), {n: kept for n, kept in expected.items() if n < cut})
    both = whole.tail("tail", tail * PAGE_SIZE).renamed("both", min(tail, cut) * PAGE_SIZE)
    check(both, {n - NUMBERS + tail: kept for n, kept in expected.items() if 0 <= n - NUMBERS + tail < cut})


def payload(pieces: list[tuple[int, int, str]]) -> tuple[bytes, dict[int, bytes]]:
    """Pages in order, piece by piece; and by number what the first bytes of each are at last."""
    records, memory = [filled(0, 0, "pc.ram")], {0: bytes(8)}
    for piece, (first, count, kind) in enumerate(pieces):
        for number in range(first, min(first + count, NUMBERS)):
            if kind == "whole" or (kind == "one whole" and number % GROUP == 9):
                records.append(full(number * PAGE_SIZE, page(number + piece)))
                memory[number] = struct.pack(">Q", number + piece)
            else:
                byte = piece + (number % 3 if kind == "several bytes" else 0)
                records.append(filled(number * PAGE_SIZE, byte))
                memory[number] = bytes([byte]) * 8
    return block_list(pc_ram=NUMBERS * PAGE_SIZE) + b"".join(records) + END, memory


def check(block: RAMBlock, expected: dict[int, bytes]) -> None:
    """A block has these pages and no others."""
    addresses = sorted(number * PAGE_SIZE for number in expected)
    assert (addresses, len(expected)) == (block.addresses(), block.pages)
    numbers = range(block.length // PAGE_SIZE)
    assert [number in expected for number in numbers] == [block.has(number * PAGE_SIZE) for number in numbers]
    assert expected == {number: block.read(number * PAGE_SIZE, 8) for number in expected}


# What it takes.


def of_one_byte(count: int) -> bytes:
    """So many zero pages, one run."""
    pages = b"".join(filled(number * PAGE_SIZE, 0) for number in range(1, count))
    return block_list(pc_ram=count * PAGE_SIZE) + filled(0, 0, "pc.ram") + pages + END


def mixed(count: int) -> bytes:
    """So many pages of several bytes, one run but for the first group."""
    pages = b"".join(filled(number * PAGE_SIZE, number % 3) for number in range(1, count))
    return block_list(pc_ram=count * PAGE_SIZE) + filled(0, 0, "pc.ram") + pages + END


LOOKS: dict[str, Callable[[RAMBlock], Any]] = {
    "read": lambda block: block.read(block.length - 1, 1),
    "has": lambda block: block.has(block.length - 1),
    "pages": lambda block: block.pages,
    "tail": lambda block: block.tail("tail", PAGE_SIZE).read(0, 1),
}


@pytest.mark.parametrize("make", [of_one_byte, mixed])
@pytest.mark.parametrize("look", LOOKS)
def test_one_look_at_a_long_run(make: Callable[[int], bytes], look: str) -> None:
    """A look at a block takes no longer, and hardly more memory, for sixteen times the pages of one run."""
    small, great = (scanned(make(count * GROUP))[1]["pc.ram"] for count in (32, 512))
    few, many = (calls(partial(LOOKS[look], block)) for block in (small, great))
    assert many < few + 10
    great = scanned(make(512 * GROUP))[1]["pc.ram"]
    tracemalloc.start()
    try:
        LOOKS[look](great)
        assert tracemalloc.get_traced_memory()[1] < 30_000
    finally:
        tracemalloc.stop()


def test_pages_sent_again_one_by_one() -> None:
    """Pages that lie alone, all sent again by one run, leave that run."""
    runs = PageRuns()
    for number in range(1, 1000, 2):
        runs.add(number * PAGE_SIZE, number)
    runs.add(0, 1 << 30, 1000)
    assert [range(1000)] == list(PageIndex(runs).stretches(0, 1000))


def test_neighbours_in_a_mixed_run() -> None:
    """A mixed run that is read from one end to the other has the records of each group walked once."""
    block = scanned(mixed(33 * GROUP))[1]["pc.ram"]
    group = calls(lambda: block.read(GROUP * PAGE_SIZE, PAGE_SIZE))
    rest = calls(lambda: block.read(GROUP * PAGE_SIZE, 32 * GROUP * PAGE_SIZE))
    alone = calls(lambda: block.read(33 * GROUP * PAGE_SIZE - 1, 1))
    assert rest < 32 * (group + GROUP * alone)
