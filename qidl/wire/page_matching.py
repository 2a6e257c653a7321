"""Many records of the live section ``ram`` at once: pages of one block in the order of their addresses.

Pages are matched in groups, of which the first has a number that ``GROUP`` divides.
Every byte of every header is compared with what it must be, but not one after the other.
Where a count is given, the high five bytes of the addresses must stay over so many pages.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from qidl.wire.page_runs import FILLED_RECORD, GROUP, PAGE_SIZE, RECORD

MOST: Final = 4096
"""Pages over which the high five bytes of an address stay, if the first has a number that this divides."""

_WHOLE: Final = 0x28
_FILLED: Final = 0x22
"""Flags of a page in the block of the page before: whole, and as one byte."""

# Of a header, big-endian: bits 16 to 23 of the address, then bits 12 to 15 above four flags that are not in use.
_BITS_16 = bytes(number >> 4 for number in range(MOST))
_BITS_12 = bytes((number & 15) << 4 for number in range(MOST))


def are_whole(data: memoryview, offset: int, address: int, count: int) -> bool:
    """Whether what lies at ``offset`` is ``count`` pages that come whole, in order from ``address`` on."""
    end = offset + count * RECORD
    if end > len(data) or data[offset + 7] != _WHOLE or data[end - RECORD + 7] != _WHOLE:
        return False
    return _are_headers(bytes(data[offset:end].cast("Q")[:: RECORD // 8]), 8, address, count, _WHOLE)


def are_filled(data: memoryview, offset: int, address: int, count: int) -> bool:
    """Whether what lies at ``offset`` is ``count`` pages of the same byte, in order from ``address`` on."""
    end = offset + count * FILLED_RECORD
    if end > len(data) or data[offset + 7] != _FILLED or data[end - FILLED_RECORD + 7] != _FILLED:
        return False
    records = bytes(data[offset:end])
    is_same = records[8::FILLED_RECORD] == records[8:9] * count
    return is_same and _are_headers(records, FILLED_RECORD, address, count, _FILLED)


def _are_headers(headers: bytes, step: int, address: int, count: int, flags: int) -> bool:
    first = address // PAGE_SIZE % MOST
    high = (address >> 24).to_bytes(5, "big")
    return (
        headers[7::step] == bytes([flags]) * count
        and headers[6::step] == _BITS_12[first : first + count]
        and headers[5::step] == _BITS_16[first : first + count]
        and all(headers[place::step] == high[place : place + 1] * count for place in range(5))
    )


def match_groups(data: memoryview, offset: int, address: int, most: int) -> list[int]:
    """Match groups of pages in order from ``address`` on, each page whole or as one byte.

    :returns: where each begins, and where the last ends: at most ``most``, and none behind one that is all of a kind
    """
    match = _group().match
    expected = (address >> 16) * _SIXTEENTHS + _NUMBERS
    places = [offset]
    for _ in range(most):
        found = match(data, offset)
        if found is None or int.from_bytes(b"".join(found.groups()), "big") != expected:
            break
        length, offset = found.end() - offset, found.end()
        places.append(offset)
        if length in _OF_A_KIND:
            break
        expected += _NEXT
    return places


# The high six bytes of the addresses of every sixteenth page of a group, put together.
_SIXTEENTHS = sum(1 << 48 * place for place in range(GROUP // 16))
_NUMBERS = sum(GROUP // 16 - 1 - place << 48 * place for place in range(GROUP // 16))
_NEXT = GROUP // 16 * _SIXTEENTHS
_OF_A_KIND = (GROUP * RECORD, GROUP * FILLED_RECORD)


@functools.cache
def _group() -> re.Pattern[bytes]:
    """Matches a group; tells the high six bytes of the address of every sixteenth page."""
    body = b"(?>\\x%02x.{%d}+|\\x%02x)." % (_WHOLE, PAGE_SIZE - 1, _FILLED)
    records = []
    for number in range(GROUP):
        high = b"(?P=s%d)" if number % 16 else b"(?P<s%d>.{6})"
        records.append(high % (number // 16) + b"\\x%02x" % (number % 16 << 4) + body)
    return re.compile(b"".join(records), re.DOTALL)
