"""Reading files: small ones into memory, large ones by mapping them."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from typing import BinaryIO, Final

from qidl.files.mapping import MappedFile
from qidl.files.naming import naming
from qidl.sentences import shown
from qidl.views import byte_view

LARGE: Final = 1 << 25
"""Bytes beyond which a file is mapped. What is smaller is read, so that nobody can take it away from us."""


def read(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO, *, beginning: bytes = b""
) -> memoryview:
    """Return the bytes of a path, which is mapped if it is a large file, of bytes, or of a binary file.

    :param beginning: what the bytes should begin with. Of what begins otherwise and has no end that is
        known, such as a pipe or a device, no more is read than shows that.
    :raises OSError: the file cannot be read
    :raises TypeError: the source is none of these
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return byte_view(source).toreadonly()
    if isinstance(source, str | os.PathLike):
        with naming(os.fspath(source)), open(source, "rb") as file:
            return _contents(file, os.fspath(source), beginning)
    if not hasattr(source, "read"):
        raise TypeError(f"expected a path, bytes or a binary file, found {shown(source)}")
    return memoryview(source.read())


def _contents(file: BufferedReader, path: str, beginning: bytes) -> memoryview:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        first = file.peek(len(beginning))[: len(beginning)]
        if not beginning.startswith(first):
            return memoryview(first)
    # The files of /proc are regular, but have no length.
    elif status.st_size > LARGE:
        try:
            return memoryview(MappedFile(file.fileno(), path))
        except (ValueError, OSError):
            # It lies where nothing can be mapped, or was emptied just now.
            pass
    return memoryview(file.read())
