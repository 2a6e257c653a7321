"""Input that lies in a mapped file: others can cut it short, and its pages can be let go of.

Whoever maps a file can give the object behind the view three methods, which are used here if they are there:
``check_length``, ``hold`` and ``read_at``, as those of :class:`qidl.files.mapping.MappedFile`. Other input lies
in memory, and stays there.
"""

from __future__ import annotations

import contextlib
import io
import mmap
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Final

_AT_ONCE: Final = 1 << 20


def checker(data: bytes | memoryview) -> Callable[[], None]:
    """Return what to call before input is looked at, to know that it is there."""
    check: Callable[[], None] = getattr(_source(data), "check_length", _nothing)
    return check


def held(data: bytes | memoryview) -> AbstractContextManager[Callable[[], None]]:
    """Keep input where it is, as far as possible; gives what to call every few moments meanwhile.

    Not to be left open while somebody else has control: they might wait for it to end.
    """
    hold: Callable[[], AbstractContextManager[Callable[[], None]]] | None = getattr(_source(data), "hold", None)
    return contextlib.nullcontext(_nothing) if hold is None else hold()


def reader(data: memoryview) -> Callable[[int, int], bytes]:
    """Return what copies input, which begins and ends as its source does, from one offset up to another."""
    read_at: Callable[[int, int], bytes] | None = getattr(mapped_file(data), "read_at", None)
    return read_at or (lambda start, end: bytes(data[start:end]))


def copied(pieces: Iterable[bytes | memoryview]) -> bytes:
    """Put pieces of input together."""
    copy = io.BytesIO()
    for piece in pieces:
        with held(piece) as check:
            for start in range(0, len(piece), _AT_ONCE):
                check()
                copy.write(piece[start : start + _AT_ONCE])
    return copy.getvalue()


def mapped_file(data: memoryview) -> mmap.mmap | None:
    """The file of which a view is the whole, if it is mapped for reading alone, so that pages can be let go of."""
    mapped = data.obj
    if not isinstance(mapped, mmap.mmap) or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    with memoryview(mapped) as whole:
        return mapped if whole.readonly and len(whole) == len(data) else None


def _source(data: bytes | memoryview) -> object:
    return data.obj if isinstance(data, memoryview) else data


def _nothing() -> None:
    pass
