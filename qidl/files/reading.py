"""Reading files: small ones into memory, large ones by mapping them."""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from qidl.files.mapping import MappedFile
from qidl.views import byte_view

LARGE: Final = 1 << 25
"""Bytes beyond which a file is mapped. What is smaller is read, so that nobody can take it away from us."""


def read(source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO) -> memoryview:
    """Return the bytes of a path, which is mapped if it is a large file, of bytes, or of a binary file.

    :raises OSError: the file cannot be read
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return byte_view(source).toreadonly()
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return _contents(file, os.fspath(source))
    return memoryview(source.read())


def _contents(file: BinaryIO, path: str) -> memoryview:
    # What is no regular file has no length, and neither have the files of /proc.
    if os.fstat(file.fileno()).st_size > LARGE:
        try:
            return memoryview(MappedFile(file.fileno(), path))
        except (ValueError, OSError):
            # It lies where nothing can be mapped, or was emptied just now.
            pass
    return memoryview(file.read())
