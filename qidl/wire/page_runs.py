"""Where the pages of a block of guest memory lie in the stream."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final

from qidl.wire.mapped import reader

PAGE_SIZE: Final = 4096
PAGE: Final = 0x08

RECORD: Final = 8 + PAGE_SIZE
"""Bytes of a record that brings a page whole: a header, and the page."""

FILLED_RECORD: Final = 8 + 1
"""Bytes of a record that brings a page of one byte, repeated: a header, and the byte."""

GROUP: Final = 64
"""Pages that are matched together at least, and of which only the first record's place is kept if they are mixed."""

FILLED: Final = 1 << 63
_MIXED = 1 << 62


class PageRuns:
    """Where the pages of a block lie in the stream: runs of neighbours, in the order they came.

    A run is its first page's address, the place of that page's bytes, and a count; the
    pages follow each other at the distance of one record. Of pages that are one byte
    repeated, the place is that byte, marked. Where the two kinds take turns, the place is
    marked in another way, and tells where the run begins in a list of groups; the records
    of a group themselves tell how long each is.

    :param data: the stream
    """

    def __init__(self, data: memoryview | None = None) -> None:
        self.addresses = array("Q")
        self.places = array("Q")
        self.counts = array("Q")
        self._groups = array("Q")
        self._read_at = reader(memoryview(b"") if data is None else data)
        self._last_group: tuple[int, Sequence[int]] = (-1, ())

    def add(self, address: int, place: int, count: int = 1) -> None:
        """Append pages that lie one record apart, or are of one byte."""
        if self.counts:
            before = self.counts[-1]
            stride = 0 if place & FILLED else RECORD
            if self.addresses[-1] + before * PAGE_SIZE == address and self.places[-1] + before * stride == place:
                self.counts[-1] += count
                return
        self._append(address, place, count)

    def add_mixed(self, address: int, groups: Sequence[int]) -> None:
        """Append groups of pages in order, whole or as one byte, by the places of their first records."""
        count = len(groups) * GROUP
        if self.counts and self.addresses[-1] + self.counts[-1] * PAGE_SIZE == address and self._is_mixed(-1):
            self.counts[-1] += count
        else:
            self._append(address, len(self._groups) | _MIXED, count)
        self._groups.extend(groups)

    def place(self, run: int, number: int) -> int:
        """Where the bytes of a page lie, or the marked byte of which all of it is.

        :param run: the run in which it is
        :param number: the page's number in the block
        """
        within = number - self.addresses[run] // PAGE_SIZE
        place = self.places[run]
        if place & FILLED:
            return place
        if not self._is_mixed(run):
            return place + within * RECORD
        group, within = divmod(within, GROUP)
        return self._in_group(self._groups[(place ^ _MIXED) + group])[within]

    def _append(self, address: int, place: int, count: int) -> None:
        self.addresses.append(address)
        self.places.append(place)
        self.counts.append(count)

    def _is_mixed(self, run: int) -> bool:
        return self.places[run] & (FILLED | _MIXED) == _MIXED

    def _in_group(self, offset: int) -> Sequence[int]:
        """Places of the pages of a mixed group; the last is kept, since neighbours are read together."""
        start, places = self._last_group
        if start != offset:
            places = list(self._walked(offset))
            self._last_group = offset, places
        return places

    def _walked(self, offset: int) -> Iterator[int]:
        for _ in range(GROUP):
            flags, byte = self._read_at(offset + 7, offset + FILLED_RECORD)
            yield offset + 8 if flags & PAGE else FILLED | byte
            offset += RECORD if flags & PAGE else FILLED_RECORD
