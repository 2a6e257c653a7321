"""The virtual machine's clocks."""

from __future__ import annotations

from typing import Self

from qidl.annotations import immutable, int32, int64
from qidl.declaration import declare


@declare
class TimersState:
    """Time at which the machine stopped: while it runs these are offsets against the host's clocks."""

    cpu_ticks_offset: int64 = 0
    dummy: int64 = 0
    cpu_clock_offset: int64 = 0

    cpu_ticks_prev: int64 = immutable(0, reason="last host time stamp, lest one go backwards")
    cpu_ticks_enabled: int32 = immutable(0, reason="whether the machine runs; it is stopped when it is saved")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: all clocks at 0."""
        return cls()
