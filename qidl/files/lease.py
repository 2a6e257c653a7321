"""A lease on a file that is open: whoever wants to change the file waits until it is given back."""

from __future__ import annotations

import contextlib
import fcntl
import signal
import sys
import threading
import time
from typing import Final

_PAUSE: Final = 0.02
"""Seconds that others are given to do what they waited for: nothing tells that they have."""


class Lease:
    """Keeps other programs from cutting a file, for as long as something is done with it.

    Linux grants one to the owner of a file, unless somebody has it open for writing. Where there is none,
    nobody waits. The system takes it away from a process that does not give it back, after some 45 seconds.

    :param descriptor: of the file, which is open for reading
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._holders = 0
        self._is_held = False
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if not self._holders:
                self._is_held = _take(self._descriptor)
            self._holders += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders and self._is_held:
                _give_back(self._descriptor)
                self._is_held = False

    def make_way(self) -> None:
        """Let those pass who wait; to be called often."""
        with self._lock:
            if self._is_held and _is_wanted(self._descriptor):
                _give_back(self._descriptor)
                time.sleep(_PAUSE)
                self._is_held = _take(self._descriptor)


def _take(descriptor: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        # Whoever waits is announced by a signal, which nobody here wants: one that does no harm, to no one.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, 0)
    except OSError:
        return False
    return True


def _is_wanted(descriptor: int) -> bool:
    return sys.platform == "linux" and fcntl.fcntl(descriptor, fcntl.F_GETLEASE) == fcntl.F_UNLCK


def _give_back(descriptor: int) -> None:
    if sys.platform == "linux":
        # The system may have taken it away.
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
