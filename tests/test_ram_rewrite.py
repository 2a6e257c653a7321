"""Guest memory under other block names: what is written is what the changes say, page for page."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from qidl.wire.ram import CONTINUE, EOS, RAMScanner
from qidl.wire.ram_records import block_list, page
from qidl.wire.ram_rewrite import BlockChanges, RAMRewriter

SIZE = 4096
LENGTHS = {"pc.ram": 4 * SIZE, "vga": 2 * SIZE, "bios": 3 * SIZE}
END = EOS.to_bytes(8, "big")
Pages = dict[tuple[str, int], bytes]


def continued(record: bytes, name: str) -> bytes:
    """The record of a page, in the block of the page before."""
    header = int.from_bytes(record[:8], "big") | CONTINUE
    return header.to_bytes(8, "big") + record[9 + len(name) :]


@st.composite
def payloads(draw: st.DrawFn) -> tuple[list[bytes], Pages]:
    """Payloads as QEMU writes them, which names a block where it changes, and the pages that they bring."""
    found: Pages = {}
    written: list[bytes] = []
    before = ""
    for number in range(draw(st.integers(1, 3))):
        records = [block_list(LENGTHS)] if not number else []
        for _ in range(draw(st.integers(0, 6))):
            name = draw(st.sampled_from(sorted(LENGTHS)))
            address = SIZE * draw(st.integers(0, LENGTHS[name] // SIZE - 1))
            content: Any = draw(
                st.one_of(st.integers(0, 255), st.binary(min_size=2, max_size=2).map(lambda b: b * 2048))
            )
            record = page(name, address, content)
            records.append(continued(record, name) if name == before else record)
            found[name, address] = bytes([content]) * SIZE if isinstance(content, int) else content
            before = name
        written.append(b"".join(records) + END)
    return written, found


def rewritten(payloads: list[bytes], changes: BlockChanges) -> list[bytes]:
    rewriter = RAMRewriter(changes, LENGTHS)
    return [b"".join(rewriter.rewrite(memoryview(payload))) for payload in payloads]


def pages(payloads: list[bytes]) -> tuple[dict[str, int], Pages]:
    """Blocks and pages, as whoever loads them has them in the end."""
    data = memoryview(b"".join(payloads))
    scanner = RAMScanner(data, 4)
    offset = 0
    while offset < len(data):
        _, offset = scanner.scan(offset)
    blocks = scanner.ram()
    found = {(name, at): block.read(at, SIZE) for name, block in blocks.items() for at in block.addresses()}
    return {name: block.length for name, block in blocks.items()}, found


@given(payloads())
def test_nothing_changes(case: tuple[list[bytes], Pages]) -> None:
    """Under the names that they have, not a byte of them is another."""
    written, _ = case
    assert written == rewritten(written, BlockChanges(renamed={"pc.ram": "pc.ram"}))


@given(payloads())
def test_renamed(case: tuple[list[bytes], Pages]) -> None:
    """Of another name, or of one as long, they are the same pages; and a name is only said where it changes."""
    written, found = case
    again = rewritten(written, BlockChanges(renamed={"vga": "gpu", "bios": "pc.bios"}))
    names = {"vga": "gpu", "bios": "pc.bios", "pc.ram": "pc.ram"}
    assert pages(again)[1] == {(names[name], address): content for (name, address), content in found.items()}
    assert written == rewritten_back(again)


def rewritten_back(payloads: list[bytes]) -> list[bytes]:
    lengths = {"pc.ram": LENGTHS["pc.ram"], "gpu": LENGTHS["vga"], "pc.bios": LENGTHS["bios"]}
    rewriter = RAMRewriter(BlockChanges(renamed={"gpu": "vga", "pc.bios": "bios"}), lengths)
    return [b"".join(rewriter.rewrite(memoryview(payload))) for payload in payloads]


@given(payloads(), st.integers(1, 3), st.integers(1, 3))
def test_resized_dropped_and_added(case: tuple[list[bytes], Pages], kept: int, repeated: int) -> None:
    """What lies beyond a length goes, a block goes with its pages, and the last bytes of one come a second time."""
    written, found = case
    changes = BlockChanges(
        resized={"pc.ram": kept * SIZE},
        dropped=frozenset({"vga"}),
        added={"isa-bios": ("bios", repeated * SIZE)},
    )
    first = LENGTHS["bios"] - repeated * SIZE
    expected = {
        (name, address): content
        for (name, address), content in found.items()
        if name == "bios" or (name == "pc.ram" and address < kept * SIZE)
    }
    for (name, address), content in found.items():
        if name == "bios" and address >= first:
            expected["isa-bios", address - first] = content
    lengths = {"pc.ram": kept * SIZE, "bios": LENGTHS["bios"], "isa-bios": repeated * SIZE}
    assert (lengths, expected) == pages(rewritten(written, changes))
