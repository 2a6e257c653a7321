"""Reading files without copying them, and writing them so that a crash loses nothing."""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Iterable
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


def write(path: str | os.PathLike[str], pieces: Iterable[bytes | memoryview]) -> None:
    """Write a file whole or not at all: what was there stays until its successor is on disk.

    The mode of a file that is replaced is kept, and its owner where that is allowed.

    :raises OSError: the file cannot be written; then nothing is changed
    """
    # Importing it takes half as long as reading a stream, which needs none of it.
    import tempfile

    target = os.path.realpath(path)
    directory, name = os.path.split(target)
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
    except OSError as error:
        # The file that was asked for is to be named, not the one that was to become it.
        raise type(error)(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            _keep_mode(file.fileno(), target)
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_directory(directory)


def _keep_mode(descriptor: int, target: str) -> None:
    try:
        before = os.stat(target)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)
        return
    if os.path.isdir(target):
        raise IsADirectoryError(21, "Is a directory", target)
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, before.st_uid, before.st_gid)
    os.fchmod(descriptor, before.st_mode & 0o7777)


def _sync_directory(directory: str) -> None:
    """Make the new name last through a crash, where the system lets a directory be synchronised."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
