"""Where the pages of a block of guest memory lie in the stream."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final

from qidl.wire.mapped import checker, held

PAGE_SIZE: Final = 4096
PAGE: Final = 0x08

RECORD: Final = 8 + PAGE_SIZE
"""Bytes of a record that brings a page whole: a header, and the page."""

FILLED_RECORD: Final = 8 + 1
"""Bytes of a record that brings a page of one byte, repeated: a header, and the byte."""

FILLED: Final = 1 << 63
_MIXED = 1 << 62
_PLACE = _MIXED - 1
_OFTEN = 64


class PageRuns:
    """Where the pages of a block lie in the stream: runs of neighbours, in the order they came.

    A run is its first page's address, the place of that page's bytes, and a count; the
    pages follow each other at the distance of one record. Of pages that are one byte
    repeated, the place is that byte, marked. Where the two kinds take turns, it is the
    place of the first record, marked, and the records themselves tell.

    :param data: the stream
    """

    def __init__(self, data: memoryview | None = None) -> None:
        self.addresses = array("Q")
        self.places = array("Q")
        self.counts = array("Q")
        self._data = memoryview(b"") if data is None else data
        self._mixed_end = 0

    def add(self, address: int, place: int, count: int = 1) -> None:
        """Append pages that lie one record apart, or are of one byte."""
        if self.counts:
            before = self.counts[-1]
            stride = 0 if place & FILLED else RECORD
            if self.addresses[-1] + before * PAGE_SIZE == address and self.places[-1] + before * stride == place:
                self.counts[-1] += count
                return
        self._append(address, place, count)

    def add_mixed(self, address: int, start: int, end: int, count: int) -> None:
        """Append pages that neighbouring records bring in order, whole or as one byte.

        :param start: place of the first record
        :param end: place behind the last
        """
        is_next = self.counts and self.addresses[-1] + self.counts[-1] * PAGE_SIZE == address
        if is_next and self.places[-1] & _MIXED and self._mixed_end == start:
            self.counts[-1] += count
        else:
            self._append(address, start | _MIXED, count)
        self._mixed_end = end

    def moved(self, distance: int) -> PageRuns:
        """The pages from address ``distance`` on, as far towards the beginning."""
        moved = PageRuns(self._data)
        with held(self._data):
            for address, place, count in self._plain():
                skip = min(max(0, (distance - address) // PAGE_SIZE), count)
                if skip < count:
                    first = place + (0 if place & FILLED else skip * RECORD)
                    moved._append(address + skip * PAGE_SIZE - distance, first, count - skip)
        return moved

    def index(self) -> dict[int, int]:
        """Place by page number; of a page that came more than once, the last."""
        found: dict[int, int] = {}
        with held(self._data):
            for address, place, count in self._plain():
                stride = 0 if place & FILLED else RECORD
                first = address // PAGE_SIZE
                found.update((first + number, place + number * stride) for number in range(count))
        return found

    def _append(self, address: int, place: int, count: int) -> None:
        self.addresses.append(address)
        self.places.append(place)
        self.counts.append(count)

    def _plain(self) -> Iterator[tuple[int, int, int]]:
        """The runs, none of them mixed."""
        check = checker(self._data)
        for address, place, count in zip(self.addresses, self.places, self.counts, strict=True):
            if place & FILLED or not place & _MIXED:
                yield address, place, count
                continue
            offset = place & _PLACE
            for number in range(count):
                if not number % _OFTEN:
                    check()
                is_whole = self._data[offset + 7] & PAGE
                yield address + number * PAGE_SIZE, offset + 8 if is_whole else FILLED | self._data[offset + 8], 1
                offset += RECORD if is_whole else FILLED_RECORD
