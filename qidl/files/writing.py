"""Writing files whole or not at all: what was there stays until its successor is on disk."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from typing import Final

from qidl.files.mapping import MappedFile
from qidl.files.naming import naming
from qidl.files.permissions import keep

Piece = bytes | memoryview

_AT_ONCE: Final = 1 << 22
"""Bytes that one call of the system writes: a signal is heeded between two calls."""

_MOST: Final = 1024
"""Pieces that one call takes, on Linux and on BSD."""

_STANDARD = {"stdout": 1, "stderr": 2}
_OWN = re.compile(r"/dev/(stdout|stderr)|(?:/dev|/proc/self)/fd/(\d+)")
"""Names of what a process has open, be it a regular file: the shell sees to that, and may have written to it."""


def write(path: str | os.PathLike[str], pieces: Iterable[Piece]) -> None:
    """Write a file whole or not at all.

    Of a file that is replaced, the mode is kept, and the owner and an access control list where that is
    allowed. A symbolic link stays, and what it points to is written. What is no regular file, such as a
    pipe or a device, is not replaced: the pieces are written into it, as far as that goes.

    :raises OSError: the file cannot be written; then it is as it was
    :raises FileCutShort: the pieces are of a file that was cut short; then it is as it was, too
    """
    name = os.fspath(path)
    with naming(name):
        before = _status(name)
        descriptor = _open_as_it_stands(name, before)
    if descriptor is None:
        _replace(name, before, pieces)
        return
    try:
        _send(descriptor, pieces, name)
    finally:
        os.close(descriptor)


def _status(path: str) -> os.stat_result | None:
    """What is there, if anything is."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        if not os.path.basename(path):
            raise
        return None


def _open_as_it_stands(path: str, status: os.stat_result | None) -> int | None:
    """Open what is not to be replaced: what is no regular file, and what this process has open already."""
    if (own := _OWN.fullmatch(path)) is not None:
        return os.dup(_STANDARD[own[1]] if own[1] in _STANDARD else int(own[2]))
    if status is None or stat.S_ISREG(status.st_mode):
        return None
    # The system refuses a folder.
    return os.open(path, os.O_WRONLY)


def _replace(path: str, before: os.stat_result | None, pieces: Iterable[Piece]) -> None:
    """Write a new file beside the one that it replaces, and put it in its place."""
    target = os.path.realpath(path)
    # The name is short, since that of the target may be as long as names may be.
    temporary = os.path.join(os.path.dirname(target), f".qidl-{os.urandom(8).hex()}")
    try:
        with naming(path):
            # Until it has the permissions of the old one, nobody else may look; a new one has the usual.
            mode = 0o666 if before is None else 0o600
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            _send(descriptor, pieces, path)
            with naming(path):
                if before is not None:
                    keep(descriptor, target, before)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with naming(path):
            os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_directory(os.path.dirname(target))


def _send(descriptor: int, pieces: Iterable[Piece], path: str) -> None:
    """Write pieces. The system itself reads them: where a mapped file has lost bytes, that is an error only."""
    mapped: dict[int, MappedFile] = {}
    for batch in _batches(pieces):
        mapped.update((id(view.obj), view.obj) for view in batch if isinstance(view.obj, MappedFile))
        while batch:
            try:
                with naming(path):
                    count = os.writev(descriptor, batch)
            except OSError as error:
                if error.errno == errno.EFAULT:
                    _check(mapped.values())
                raise
            batch = _rest(batch, count)
    # The last page of a file that was cut is there, with zeros for what is lost.
    _check(mapped.values())


def _batches(pieces: Iterable[Piece]) -> Iterator[list[memoryview]]:
    """Pieces, large ones cut and small ones together, as they are written at once."""
    batch: list[memoryview] = []
    size = 0
    for piece in pieces:
        view = memoryview(piece).cast("B")
        for start in range(0, len(view), _AT_ONCE):
            part = view[start : start + _AT_ONCE]
            if batch and (len(batch) == _MOST or size + len(part) > _AT_ONCE):
                yield batch
                batch, size = [], 0
            batch.append(part)
            size += len(part)
    if batch:
        yield batch


def _rest(batch: list[memoryview], count: int) -> list[memoryview]:
    """What is left of a batch once ``count`` bytes of it are written."""
    for number, view in enumerate(batch):
        if count < len(view):
            return [view[count:], *batch[number + 1 :]]
        count -= len(view)
    return []


def _check(mapped: Iterable[MappedFile]) -> None:
    for file in mapped:
        file.check_length()


def _sync_directory(directory: str) -> None:
    """Make the new name last through a crash, where the system lets a directory be synchronised."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
