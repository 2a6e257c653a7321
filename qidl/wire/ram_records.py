"""The records of guest memory, and the live section that they travel in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import Struct

from qidl.wire.ram import COMPRESS, CONTINUE, EOS, MEM_SIZE, PAGE
from qidl.wire.stream import Header, SectionType

_U64 = Struct(">Q")
_SECTION_ID = 3
"""What a PC numbers its section ``ram`` with."""


def block_list(blocks: Mapping[str, int]) -> bytes:
    """The record that begins a section ``ram``: the sum of the lengths, then the name and the length of each block."""
    entries = (_named(name) + _U64.pack(length) for name, length in blocks.items())
    return _U64.pack(sum(blocks.values()) | MEM_SIZE) + b"".join(entries)


def page_header(address: int, flags: int, block: str | None) -> bytes:
    """What goes before the content of a page.

    :param flags: ``PAGE`` or ``COMPRESS``
    :param block: its name; None where the page before is of the same block
    """
    return _U64.pack(address | flags | CONTINUE) if block is None else _U64.pack(address | flags) + _named(block)


def page(block: str, address: int, content: bytes | int) -> bytes:
    """The record of one page: whole, or one byte repeated."""
    if isinstance(content, int):
        return page_header(address, COMPRESS, block) + bytes([content])
    return page_header(address, PAGE, block) + content


def ram_sections(payloads: Iterable[bytes]) -> list[bytes]:
    """The live section ``ram``: one part for each payload, and the end."""
    header = Header(SectionType.START, _SECTION_ID, "ram", 0, 4, 0, 0).to_bytes()
    following = bytes([SectionType.PART]) + header[1:5]
    end = _U64.pack(EOS)
    parts = [(header if number == 0 else following) + payload + end for number, payload in enumerate(payloads)]
    return [*parts, bytes([SectionType.END]) + header[1:5] + end]


def _named(name: str) -> bytes:
    return bytes([len(name)]) + name.encode("ascii")
