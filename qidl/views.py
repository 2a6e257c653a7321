"""Bytes, whatever memory they lie in."""

from __future__ import annotations


def byte_view(data: bytes | bytearray | memoryview) -> memoryview:
    """A view of the bytes of any memory, whatever its items are; a copy where they do not lie together."""
    view = memoryview(data)
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())
