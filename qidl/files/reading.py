"""Reading files without copying them."""

from __future__ import annotations

import mmap
import os
from typing import BinaryIO


def read(source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO) -> memoryview:
    """Return the bytes of a path (memory-mapped), of bytes, or of a binary file.

    :raises OSError: the file cannot be read
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return memoryview(source).toreadonly()
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return _map(file)
    return memoryview(source.read())


def _map(file: BinaryIO) -> memoryview:
    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (ValueError, OSError):
        # An empty file, or a pipe: nothing that can be mapped.
        return memoryview(file.read())
