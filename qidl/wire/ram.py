"""The live section ``ram``: guest memory, as records of pages that are walked but never copied."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Final

import attrs

from qidl.errors import SchemaError, WireError

PAGE_SIZE: Final = 4096

COMPRESS: Final = 0x02
MEM_SIZE: Final = 0x04
PAGE: Final = 0x08
EOS: Final = 0x10
CONTINUE: Final = 0x20

_FLAGS = PAGE_SIZE - 1
_PRINTABLE = re.compile(rb"[\x20-\x7e]+")
_U64 = Struct(">Q")
_RECORD = 8 + PAGE_SIZE
_FILLED = 1 << 63


class PageRuns:
    """Where the pages of a block lie in the stream: runs of neighbours, in the order they came.

    A run is its first page's address, the place of that page's bytes, and a count; the
    pages follow each other at the distance of one record. Of pages that are one byte
    repeated, the place is that byte, marked.
    """

    def __init__(self) -> None:
        self.addresses = array("Q")
        self.places = array("Q")
        self.counts = array("Q")

    def add(self, address: int, place: int) -> None:
        """Append one page."""
        if self.counts:
            count = self.counts[-1]
            stride = 0 if place & _FILLED else _RECORD
            if self.addresses[-1] + count * PAGE_SIZE == address and self.places[-1] + count * stride == place:
                self.counts[-1] += 1
                return
        self.addresses.append(address)
        self.places.append(place)
        self.counts.append(1)

    def moved(self, distance: int) -> PageRuns:
        """The pages from address ``distance`` on, as far towards the beginning."""
        moved = PageRuns()
        for address, place, count in zip(self.addresses, self.places, self.counts, strict=True):
            skip = min(max(0, (distance - address) // PAGE_SIZE), count)
            if skip < count:
                moved.addresses.append(address + skip * PAGE_SIZE - distance)
                moved.places.append(place + (0 if place & _FILLED else skip * _RECORD))
                moved.counts.append(count - skip)
        return moved

    def index(self) -> dict[int, int]:
        """Place by page number; of a page that came more than once, the last."""
        found: dict[int, int] = {}
        for address, place, count in zip(self.addresses, self.places, self.counts, strict=True):
            stride = 0 if place & _FILLED else _RECORD
            first = address // PAGE_SIZE
            found.update((first + number, place + number * stride) for number in range(count))
        return found


@attrs.define
class RAMBlock:
    """One block of guest memory.

    :ivar idstr: name of the block (``pc.ram``)
    :ivar length: bytes
    """

    idstr: str
    length: int
    _data: memoryview = attrs.field(repr=False, eq=False)
    _runs: PageRuns = attrs.field(repr=False, eq=False)
    _index: dict[int, int] | None = attrs.field(default=None, init=False, repr=False, eq=False)

    @property
    def _pages(self) -> dict[int, int]:
        if self._index is None:
            self._index = self._runs.index()
        return self._index

    @property
    def pages(self) -> int:
        """How many different pages the stream brings."""
        return sum(number * PAGE_SIZE < self.length for number in self._pages)

    def has(self, offset: int) -> bool:
        """Whether the stream brings the page in which ``offset`` lies."""
        return 0 <= offset < self.length and offset // PAGE_SIZE in self._pages

    def renamed(self, idstr: str, length: int) -> RAMBlock:
        """The same memory as a block of another name, cut off at another length."""
        return RAMBlock(idstr, length, self._data, self._runs)

    def tail(self, idstr: str, length: int) -> RAMBlock:
        """The last bytes of the block, as a block of their own."""
        return RAMBlock(idstr, length, self._data, self._runs.moved(self.length - length))

    def read(self, offset: int, length: int, *, missing: int | None = None) -> bytes:
        """Return guest memory; where a page came more than once, as it came last.

        :param offset: bytes from the start of the block
        :param missing: byte to read where the stream brings no page
        :raises SchemaError: the range is not within the block, or a page is missing
        """
        if offset < 0 or length < 0 or offset + length > self.length:
            raise SchemaError(f"{self.idstr}: expected a range within {self.length} bytes, found {offset}+{length}")
        parts = []
        while length:
            within = offset % PAGE_SIZE
            size = min(length, PAGE_SIZE - within)
            parts.append(self._page_part(offset // PAGE_SIZE, within, size, missing))
            offset += size
            length -= size
        return b"".join(parts)

    def _page_part(self, number: int, within: int, size: int, missing: int | None) -> bytes:
        place = self._pages.get(number)
        if place is None:
            if missing is None:
                raise SchemaError(f"{self.idstr}: expected a page at {number * PAGE_SIZE:#x}, found none in the stream")
            return bytes([missing]) * size
        if place & _FILLED:
            return bytes([place & 0xFF]) * size
        return bytes(self._data[place + within : place + within + size])


class RAM(Mapping[str, RAMBlock]):
    """Guest memory by block: ``snapshot.ram["pc.ram"].read(0x7c00, 512)``."""

    def __init__(self, blocks: Mapping[str, RAMBlock]) -> None:
        self._blocks = dict(blocks)

    def __getitem__(self, idstr: str) -> RAMBlock:
        if idstr not in self._blocks:
            known = ", ".join(self._blocks) or "none"
            raise SchemaError(f"ram: expected a block of {known}, found {idstr!r}")
        return self._blocks[idstr]

    def __contains__(self, idstr: object) -> bool:
        return idstr in self._blocks

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


@attrs.frozen
class RAMPayload:
    """What one payload of the live section holds.

    :ivar blocks: the list of blocks with their lengths, which only the first payload brings
    :ivar full: pages that come whole
    :ivar filled: pages that are one byte, repeated
    """

    blocks: tuple[tuple[str, int], ...]
    full: int
    filled: int


class RAMScanner:
    """Walks the payloads of one stream's ``ram`` section, in order.

    The block that a page belongs to is named only when it changes, across payloads too;
    hence the state. Every offset is held against its block: CVE-2014-7840.

    :param data: the whole stream
    :param version_id: 4; or 3, whose pages are addresses without names
    """

    def __init__(self, data: memoryview, version_id: int) -> None:
        self._data = data
        self._named = version_id >= 4
        self._lengths: dict[str, int] = {}
        self._current: str | None = None if self._named else ""
        self._runs: dict[str, PageRuns] = {}

    def scan(self, offset: int) -> tuple[RAMPayload, int]:
        """Walk one payload.

        :returns: what it holds, and the offset at which it ends
        :raises WireError: a record is not what the format says
        """
        blocks: tuple[tuple[str, int], ...] = ()
        full = filled = 0
        data, size = self._data, len(self._data)
        while True:
            if offset + 8 > size:
                raise self._short(offset, 8)
            (header,) = _U64.unpack_from(data, offset)
            flags = header & _FLAGS
            address = header - flags
            start = offset
            offset += 8
            if flags == EOS:
                return RAMPayload(blocks, full, filled), offset
            if flags == MEM_SIZE:
                listed, offset = self._block_list(address, offset)
                blocks += listed
                continue
            if flags & ~CONTINUE not in (COMPRESS, PAGE):
                raise WireError(
                    "flags of a page, of the block list or of the end", f"{flags:#x}", path="ram", offset=start
                )
            if not flags & CONTINUE and self._named:
                self._current, offset = self._name(offset)
            runs = self._page(address, start)
            length = PAGE_SIZE if flags & PAGE else 1
            if offset + length > size:
                raise self._short(offset, length)
            if flags & PAGE:
                runs.add(address, offset)
                full += 1
            else:
                runs.add(address, _FILLED | data[offset])
                filled += 1
            offset += length

    def ram(self) -> RAM:
        """Guest memory, as far as it has been scanned."""
        return RAM(
            {name: RAMBlock(name, length, self._data, self._runs[name]) for name, length in self._lengths.items()}
        )

    def _page(self, address: int, start: int) -> PageRuns:
        if self._current is None or self._current not in self._lengths:
            found = "none" if self._current is None else repr(self._current)
            raise WireError("a block of the list", found, path="ram", offset=start)
        length = self._lengths[self._current]
        if address >= length:
            raise WireError(f"an offset below {length:#x}", f"{address:#x}", path=f"ram: {self._current}", offset=start)
        return self._runs[self._current]

    def _block_list(self, total: int, offset: int) -> tuple[tuple[tuple[str, int], ...], int]:
        if not self._named:
            self._add("", total, offset)
            return (("", total),), offset
        blocks = []
        while total > 0:
            start = offset
            name, offset = self._name(offset)
            if offset + 8 > len(self._data):
                raise self._short(offset, 8)
            (length,) = _U64.unpack_from(self._data, offset)
            offset += 8
            if length % PAGE_SIZE or not 0 < length <= total:
                raise WireError(
                    f"whole pages, at most {total:#x} bytes", f"{length:#x}", path=f"ram: {name}", offset=start
                )
            self._add(name, length, start)
            blocks.append((name, length))
            total -= length
        return tuple(blocks), offset

    def _add(self, name: str, length: int, offset: int) -> None:
        if name in self._lengths:
            raise WireError("each block once", f"{name!r} again", path="ram", offset=offset)
        self._lengths[name] = length
        self._runs[name] = PageRuns()

    def _name(self, offset: int) -> tuple[str, int]:
        if offset >= len(self._data):
            raise self._short(offset, 1)
        end = offset + 1 + self._data[offset]
        if end > len(self._data):
            raise self._short(offset, end - offset)
        name = bytes(self._data[offset + 1 : end])
        if not _PRINTABLE.fullmatch(name):
            raise WireError("the name of a block", ascii(name)[1:], path="ram", offset=offset)
        return name.decode("ascii"), end

    def _short(self, offset: int, length: int) -> WireError:
        return WireError(f"{length} bytes", str(max(len(self._data) - offset, 0)), path="ram", offset=offset)
