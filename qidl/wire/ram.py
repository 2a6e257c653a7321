"""The live section ``ram``: guest memory, as records of pages that are walked but never copied."""

from __future__ import annotations

import functools
import mmap
import re
from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Final, NamedTuple

from qidl.errors import BlockNotFound, EndOfInput, SchemaError, WireError
from qidl.limits import LIMITS, Limits, check_name
from qidl.sentences import shown
from qidl.wire.mapped import checker, mapped_file, reader
from qidl.wire.page_index import PageIndex
from qidl.wire.page_matching import MOST, are_filled, are_whole, match_groups
from qidl.wire.page_runs import (
    FILLED,
    FILLED_RECORD,
    GROUP,
    PAGE as PAGE,
    PAGE_SIZE as PAGE_SIZE,
    RECORD,
    PageRuns as PageRuns,
)

COMPRESS: Final = 0x02
MEM_SIZE: Final = 0x04
EOS: Final = 0x10
CONTINUE: Final = 0x20

_FLAGS = PAGE_SIZE - 1
_PRINTABLE = re.compile(rb"[\x20-\x7e]+")
_U64 = Struct(">Q")
_CONTINUED = (COMPRESS | CONTINUE, PAGE | CONTINUE)
_AT_ONCE = 1 << 25
"""Bytes of a mapped file that are held in memory while it is scanned."""


class RAMBlock:
    """One block of guest memory.

    :ivar idstr: name of the block (``pc.ram``)
    :ivar length: bytes
    """

    def __init__(self, idstr: str, length: int, data: memoryview, runs: PageRuns, start: int = 0) -> None:
        self.idstr = idstr
        self.length = length
        self._data = data
        self._runs = runs
        # Where the block begins, in what the runs take for one.
        self._start = start
        self._read_at = reader(data)

    def __repr__(self) -> str:
        return f"RAMBlock(idstr={self.idstr!r}, length={self.length})"

    @functools.cached_property
    def _index(self) -> PageIndex:
        checker(self._data)()
        return PageIndex(self._runs)

    def _stretches(self) -> Iterator[range]:
        first, end = (-(-offset // PAGE_SIZE) for offset in (self._start, self._start + self.length))
        return self._index.stretches(first, end)

    def addresses(self) -> list[int]:
        """Offsets of the pages that the stream brings, in ascending order."""
        return [number * PAGE_SIZE - self._start for stretch in self._stretches() for number in stretch]

    @property
    def pages(self) -> int:
        """How many different pages the stream brings."""
        return sum(map(len, self._stretches()))

    def has(self, offset: int) -> bool:
        """Whether the stream brings the page in which ``offset`` lies."""
        return 0 <= offset < self.length and (self._start + offset) // PAGE_SIZE in self._index

    def renamed(self, idstr: str, length: int) -> RAMBlock:
        """The same memory as a block of another name, cut off at another length."""
        return RAMBlock(idstr, length, self._data, self._runs, self._start)

    def tail(self, idstr: str, length: int) -> RAMBlock:
        """The last bytes of the block, as a block of their own."""
        return RAMBlock(idstr, length, self._data, self._runs, self._start + self.length - length)

    def read(self, offset: int, length: int, *, missing: int | None = None) -> bytes:
        """Return guest memory; where a page came more than once, as it came last.

        :param offset: bytes from the start of the block
        :param length: bytes to read
        :param missing: byte to read where the stream brings no page
        :raises SchemaError: the range is not within the block, or a page is missing
        :raises FileCutShort: the file that the stream was loaded from was cut short
        """
        if offset < 0 or length < 0 or offset + length > self.length:
            raise SchemaError(
                f"{self.idstr}: expected a range within {self.length} bytes, found {shown(offset)}+{shown(length)}"
            )
        parts = []
        checker(self._data)()
        offset += self._start
        while length:
            within = offset % PAGE_SIZE
            size = min(length, PAGE_SIZE - within)
            parts.append(self._page_part(offset // PAGE_SIZE, within, size, missing))
            offset += size
            length -= size
        return b"".join(parts)

    def _page_part(self, number: int, within: int, size: int, missing: int | None) -> bytes:
        place = self._index.place(number)
        if place is None:
            if missing is None:
                address = number * PAGE_SIZE - self._start
                raise SchemaError(f"{self.idstr}: expected a page at {address:#x}, found none in the stream")
            return bytes([missing]) * size
        if place & FILLED:
            return bytes([place & 0xFF]) * size
        return self._read_at(place + within, place + within + size)


class RAM(Mapping[str, RAMBlock]):
    """Guest memory by block: ``snapshot.ram["pc.ram"].read(0x7c00, 512)``.

    A block is equal to itself alone: what differs in the memory of two machines, :func:`qidl.diff` finds.

    :raises BlockNotFound: there is no block of that name
    """

    def __init__(self, blocks: Mapping[str, RAMBlock]) -> None:
        self._blocks = dict(blocks)

    def __getitem__(self, idstr: str) -> RAMBlock:
        if idstr not in self._blocks:
            known = ", ".join(self._blocks) or "none"
            raise BlockNotFound(f"ram: expected a block of {known}, found {shown(idstr)}")
        return self._blocks[idstr]

    def __contains__(self, idstr: object) -> bool:
        return idstr in self._blocks

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


class RAMPayload(NamedTuple):
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
    :param limits: bounds on names, and on how many blocks there are
    """

    def __init__(self, data: memoryview, version_id: int, limits: Limits = LIMITS) -> None:
        self._data = data
        self._limits = limits
        self._named = version_id >= 4
        self._lengths: dict[str, int] = {}
        self._current: str | None = None if self._named else ""
        self._runs: dict[str, PageRuns] = {}
        self._check = checker(data)
        self._mapped = mapped_file(data)
        self._released = 0

    def scan(self, offset: int) -> tuple[RAMPayload, int]:
        """Walk one payload.

        :returns: what it holds, and the offset at which it ends
        :raises WireError: a record is not what the format says
        """
        blocks: list[tuple[str, int]] = []
        full = filled = 0
        while True:
            offset, *found = self._pages(offset)
            full, filled = full + found[0], filled + found[1]
            if offset + 8 > len(self._data):
                raise self._short(offset, 8)
            (header,) = _U64.unpack_from(self._data, offset)
            flags = header & _FLAGS
            if flags == EOS:
                return RAMPayload(tuple(blocks), full, filled), offset + 8
            if flags != MEM_SIZE:
                raise WireError(
                    "flags of a page, of the block list or of the end", f"{flags:#x}", path="ram", offset=offset
                )
            listed, offset = self._block_list(header - flags, offset + 8)
            blocks += listed

    def _pages(self, offset: int) -> tuple[int, int, int]:
        """Walk records as long as they bring pages.

        :returns: offset of the first that is left, pages that came whole, and others
        """
        data, size = self._data, len(self._data)
        full = filled = 0
        while offset + 8 <= size:
            if not (full + filled) % GROUP:
                self._check()
            (header,) = _U64.unpack_from(data, offset)
            flags = header & _FLAGS
            if flags & ~CONTINUE not in (COMPRESS, PAGE):
                break
            address, start = header - flags, offset
            offset += 8
            if not flags & CONTINUE and self._named:
                self._current, offset = self._name(offset)
            runs = self._page(address, start)
            if flags in _CONTINUED and address % (GROUP * PAGE_SIZE) == 0:
                end, *found = self._many(start, address, runs)
                if end != start:
                    offset, full, filled = end, full + found[0], filled + found[1]
                    continue
            length = PAGE_SIZE if flags & PAGE else 1
            if offset + length > size:
                raise self._short(offset, length)
            if offset - self._released > _AT_ONCE:
                self._release(offset)
            if flags & PAGE:
                runs.add(address, offset)
                full += 1
            else:
                runs.add(address, FILLED | data[offset])
                filled += 1
            offset += length
        return offset, full, filled

    def _many(self, offset: int, address: int, runs: PageRuns) -> tuple[int, int, int]:
        """Walk records as long as they bring pages of the current block in order.

        :returns: offset of the first that is left, pages that came whole, and others
        """
        assert self._current is not None
        data, count = self._data, GROUP
        full = filled = 0
        left = (self._lengths[self._current] - address) // PAGE_SIZE
        while left >= GROUP:
            self._check()
            # Up to where the high bytes of the address change, in whole groups.
            count = min(count, MOST - address // PAGE_SIZE % MOST, left // GROUP * GROUP)
            if are_whole(data, offset, address, count):
                runs.add(address, offset + 8, count)
                end, full = offset + count * RECORD, full + count
            elif are_filled(data, offset, address, count):
                runs.add(address, FILLED | data[offset + 8], count)
                end, filled = offset + count * FILLED_RECORD, filled + count
            elif count > GROUP:
                count = GROUP
                continue
            else:
                *groups, end = match_groups(data, offset, address, min(left, MOST) // GROUP)
                if not groups:
                    break
                runs.add_mixed(address, groups)
                count = len(groups) * GROUP
                whole = (end - offset - count * FILLED_RECORD) // (RECORD - FILLED_RECORD)
                full, filled = full + whole, filled + count - whole
            address, offset, left = address + count * PAGE_SIZE, end, left - count
            count = min(4 * count, MOST)
            if offset - self._released > _AT_ONCE:
                self._release(offset)
        return offset, full, filled

    def _release(self, offset: int) -> None:
        """Let go of the pages of a mapped file up to ``offset``; those that are read again come back."""
        end = offset - offset % mmap.PAGESIZE
        if self._mapped is not None:
            self._mapped.madvise(mmap.MADV_DONTNEED, self._released, end - self._released)
        self._released = end

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

    def _block_list(self, total: int, offset: int) -> tuple[list[tuple[str, int]], int]:
        if not self._named:
            self._add("", total, offset)
            return [("", total)], offset
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
        return blocks, offset

    def _add(self, name: str, length: int, offset: int) -> None:
        if len(self._lengths) >= self._limits.elements:
            raise WireError(f"at most {self._limits.elements} blocks", "another", path="ram", offset=offset)
        if name in self._lengths:
            raise WireError("each block once", f"{name!r} again", path="ram", offset=offset)
        self._lengths[name] = length
        self._runs[name] = PageRuns(self._data)

    def _name(self, offset: int) -> tuple[str, int]:
        if offset >= len(self._data):
            raise self._short(offset, 1)
        end = offset + 1 + self._data[offset]
        if end > len(self._data):
            raise self._short(offset, end - offset)
        name = bytes(self._data[offset + 1 : end])
        if not _PRINTABLE.fullmatch(name):
            raise WireError("the name of a block", ascii(name)[1:], path="ram", offset=offset)
        check_name(self._limits, name, offset)
        return name.decode("ascii"), end

    def _short(self, offset: int, length: int) -> EndOfInput:
        return EndOfInput(f"{length} bytes", str(max(len(self._data) - offset, 0)), path="ram", offset=offset)
