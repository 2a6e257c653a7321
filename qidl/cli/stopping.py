"""Being stopped: a signal becomes an exception, so that whatever is half done is undone."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Never

_SIGNALS = (
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU),
    *(signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF),
)
"""What asks a process to end, by somebody or at a limit; Python itself sees to Ctrl-C."""


class Stopped(BaseException):
    """The process was asked to end.

    :ivar status: exit status by which shells know it
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Raise :class:`Stopped` where a signal would end the process at once.

    A signal that is ignored, as ``nohup`` wishes, or handled by somebody else is left alone.
    """
    numbers: list[signal.Signals] = []
    if threading.current_thread() is threading.main_thread():
        numbers = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    try:
        for number in numbers:
            signal.signal(number, _stop)
        yield
    except KeyboardInterrupt:
        raise Stopped(signal.SIGINT) from None
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _: object) -> Never:
    # Asking again does not disturb the tidying.
    signal.signal(number, signal.SIG_IGN)
    raise Stopped(number)
