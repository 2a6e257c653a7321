"""Reading from the middle of a stream, of which no more is copied than it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from qidl.compiled.source import Refused
from qidl.limits import Limits
from qidl.wire.compiled.support import Short

T = TypeVar("T")

_FIRST = 1 << 11
_LARGEST = 1 << 24
_AHEAD = 2 + 255
"""Bytes behind a struct that tell whether a subsection follows: its mark, and its name with the length."""


def read_within(
    read: Callable[[bytes, int, Limits], tuple[Any, int]], nesting: int
) -> Callable[[memoryview, int, Limits], tuple[Any, int]]:
    """Have a function that reads a struct read from the middle of a stream.

    :param nesting: of the layout
    """

    def read_at(data: memoryview, offset: int, limits: Limits) -> tuple[Any, int]:
        _check_nesting(nesting, limits)
        state, end = _within(data, offset, lambda window: read(window, 0, limits), lambda result: result[1])
        return state, offset + end

    return read_at


def skip_within(skip: Callable[[bytes, int, Limits], int], nesting: int) -> Callable[[memoryview, int, Limits], int]:
    """Have a function that passes over a struct do so in the middle of a stream.

    :param nesting: of the layout
    """

    def skip_at(data: memoryview, offset: int, limits: Limits) -> int:
        _check_nesting(nesting, limits)
        return offset + _within(data, offset, lambda window: skip(window, 0, limits), lambda end: end)

    return skip_at


def _check_nesting(nesting: int, limits: Limits) -> None:
    if nesting > limits.nesting:
        raise Refused


def _within(data: memoryview, offset: int, read: Callable[[bytes], T], end_of: Callable[[T], int]) -> T:
    size, left = _FIRST, len(data) - offset
    while True:
        is_all = size >= left
        try:
            result = read(bytes(data[offset : offset + size]))
        except Exception as error:
            is_final = isinstance(error, Refused) and not isinstance(error, Short)
            if is_all or is_final or size >= _LARGEST:
                raise
        else:
            if is_all or end_of(result) + _AHEAD <= size:
                return result
        size *= 16
