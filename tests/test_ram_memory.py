"""The live section ``ram`` read back as memory, by block and offset."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from ram_records import END, block_list, filled, full, page, scanned

from qidl import SchemaError
from qidl.wire.ram import PAGE_SIZE, RAM


@pytest.fixture
def ram() -> RAM:
    """A block of four pages of which the third does not come."""
    payload = (
        block_list(pc_ram=4 * PAGE_SIZE)
        + full(0, page(1), "pc.ram")
        + filled(PAGE_SIZE, 2)
        + full(3 * PAGE_SIZE, page(3))
        + END
    )
    _, ram = scanned(payload)
    return ram


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 0), (0, 1), (7, 9), (PAGE_SIZE - 4, 8), (0, 2 * PAGE_SIZE), (4 * PAGE_SIZE, 0), (3 * PAGE_SIZE + 1, 100)],
)
def test_read(ram: RAM, offset: int, length: int) -> None:
    """Any range within the block can be read."""
    whole = page(1) + b"\2" * PAGE_SIZE + b"?" * PAGE_SIZE + page(3)
    assert whole[offset : offset + length] == ram["pc.ram"].read(offset, length)


def test_read_missing_pages(ram: RAM) -> None:
    """A page that the stream does not bring is an error, or reads as what is asked."""
    with pytest.raises(SchemaError, match=r"^pc\.ram: expected a page at 0x2000, found none in the stream$"):
        ram["pc.ram"].read(0, 4 * PAGE_SIZE)
    expected = b"\2" + b"\xee" * PAGE_SIZE + b"\0"
    assert expected == ram["pc.ram"].read(2 * PAGE_SIZE - 1, PAGE_SIZE + 2, missing=0xEE)


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1), (0, 4 * PAGE_SIZE + 1), (4 * PAGE_SIZE, 1)])
def test_read_outside(ram: RAM, offset: int, length: int) -> None:
    """A range that leaves the block is refused."""
    with pytest.raises(SchemaError) as caught:
        ram["pc.ram"].read(offset, length)
    assert f"pc.ram: expected a range within 16384 bytes, found {offset}+{length}" == str(caught.value)


def test_has(ram: RAM) -> None:
    """Whether a page comes can be asked of any byte in it, and of none outside the block."""
    block = ram["pc.ram"]
    assert [True, True, False, True] == [block.has(number * PAGE_SIZE + 5) for number in range(4)]
    assert [False, False] == [block.has(-1), block.has(4 * PAGE_SIZE)]


def test_mapping(ram: RAM) -> None:
    """Memory is a mapping by the block's name."""
    assert (1, ["pc.ram"], "pc.ram", 4 * PAGE_SIZE) == (
        len(ram),
        list(ram),
        ram["pc.ram"].idstr,
        ram["pc.ram"].length,
    )
    assert "pc.ram" in ram
    assert "pc.rom" not in ram
    assert "RAMBlock(idstr='pc.ram', length=16384)" == repr(ram["pc.ram"])


def test_unknown_block(ram: RAM) -> None:
    """Asking for a block that is not there lists those that are."""
    with pytest.raises(SchemaError, match=r"^ram: expected a block of pc\.ram, found 'pc\.rom'$"):
        ram["pc.rom"]
    with pytest.raises(SchemaError, match=r"^ram: expected a block of none, found 'pc\.ram'$"):
        RAM({})["pc.ram"]
    assert ram.get("pc.rom") is None


def test_equality(ram: RAM) -> None:
    """A block is equal to itself alone: to tell whether memory is, one has to look at it."""
    block = ram["pc.ram"]
    assert block == block
    assert block != block.renamed("pc.ram", block.length)
    assert {block}


def test_renamed_block(ram: RAM) -> None:
    """A block may go by another name, and be cut off."""
    block = ram["pc.ram"].renamed("system.ram", 2 * PAGE_SIZE)
    assert ("system.ram", 2 * PAGE_SIZE, 2) == (block.idstr, block.length, block.pages)
    assert ram["pc.ram"].read(0, 2 * PAGE_SIZE) == block.read(0, 2 * PAGE_SIZE)
    assert [True, False] == [block.has(0), block.has(3 * PAGE_SIZE)]


@pytest.mark.parametrize("pages", [0, 1, 2, 3, 4])
def test_tail_of_a_block(ram: RAM, pages: int) -> None:
    """The end of a block may be a block of its own."""
    whole, length = ram["pc.ram"], pages * PAGE_SIZE
    block = whole.tail("isa-bios", length)
    assert ("isa-bios", length) == (block.idstr, block.length)
    assert whole.read(whole.length - length, length, missing=0) == block.read(0, length, missing=0)


PAGES = st.lists(st.tuples(st.integers(0, 7), st.none() | st.integers(0, 2), st.booleans()), max_size=20)


@given(PAGES)
def test_memory_is_what_was_sent(pages: list[tuple[int, int | None, bool]]) -> None:
    """Whatever is sent in whatever order, memory is as a plain array would have it."""
    memory: dict[int, bytes] = {}
    payload = block_list(pc_ram=8 * PAGE_SIZE)
    for count, (number, byte, again) in enumerate(pages):
        idstr = "pc.ram" if again or count == 0 else None
        if byte is None:
            memory[number] = page(count)
            payload += full(number * PAGE_SIZE, page(count), idstr)
        else:
            memory[number] = bytes([byte]) * PAGE_SIZE
            payload += filled(number * PAGE_SIZE, byte, idstr)
    (walked,), ram = scanned(payload + END)
    assert len(pages) == walked.full + walked.filled
    block = ram["pc.ram"]
    assert len(memory) == block.pages
    expected = b"".join(memory.get(number, b"\xaa" * PAGE_SIZE) for number in range(8))
    assert expected == block.read(0, block.length, missing=0xAA)
    tail = block.tail("tail", 3 * PAGE_SIZE)
    assert expected[5 * PAGE_SIZE :] == tail.read(0, tail.length, missing=0xAA)
