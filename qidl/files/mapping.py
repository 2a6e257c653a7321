"""A file that is mapped into memory, and that others may cut short meanwhile."""

from __future__ import annotations

import contextlib
import mmap
import os
import weakref
from collections.abc import Callable, Iterator
from typing import Self

from qidl.errors import FileCutShort
from qidl.files.lease import Lease


class MappedFile(mmap.mmap):
    """A file that is mapped for reading alone, and can be asked whether it is still there.

    Where a file loses bytes that are mapped, touching them ends the process. So whoever touches them looks
    first, and keeps others from cutting the file meanwhile, where the system has a way to. A file that grows,
    is renamed, replaced or deleted does no harm: what is mapped is the file that was opened.

    :ivar path: as it was opened
    """

    path: str
    _descriptor: int
    _lease: Lease

    def __new__(cls, descriptor: int, path: str) -> Self:
        """Map a file whole.

        :raises ValueError: it is empty
        :raises OSError: it cannot be mapped
        """
        mapped = super().__new__(cls, descriptor, 0, access=mmap.ACCESS_READ)
        mapped.path = path
        mapped._descriptor = os.dup(descriptor)
        mapped._lease = Lease(mapped._descriptor)
        weakref.finalize(mapped, os.close, mapped._descriptor)
        return mapped

    def check_length(self) -> None:
        """Look whether the file is still as long as what is mapped of it.

        :raises FileCutShort: it is not
        """
        self._lease.make_way()
        found = self.size()
        if found < len(self):
            raise FileCutShort(self.path, len(self), found)

    @contextlib.contextmanager
    def hold(self) -> Iterator[Callable[[], None]]:
        """Keep others from cutting the file, where that is possible; :meth:`check_length` is to be called often.

        :raises FileCutShort: the file was cut, before or meanwhile
        """
        with self._lease:
            self.check_length()
            try:
                yield self.check_length
            finally:
                # Whatever was found, it counts only if it was there.
                self.check_length()

    def read_at(self, start: int, end: int) -> bytes:
        """Copy bytes from one offset up to another, without touching what is mapped.

        :raises FileCutShort: the file does not reach so far any more
        """
        found = os.pread(self._descriptor, end - start, start)
        if len(found) < end - start:
            raise FileCutShort(self.path, len(self), min(self.size(), start + len(found)))
        return found
