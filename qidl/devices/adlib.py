"""The AdLib sound card. Nothing of it is saved: after loading it is silent and its timers stand."""

from __future__ import annotations

from typing import Self

from qidl.annotations import Mark, array, immutable, int32, uint64
from qidl.declaration import declare


@declare(mark=Mark.BROKEN, reason="it is silent, and its timers stand")
class AdlibState:
    """An AdLib card: a frontend of an OPL2 chip."""

    card: object = immutable()
    ticking: list[int32] = array(2)
    enabled: int32 = 0
    active: int32 = 0
    bufpos: int32 = 0
    mixbuf: object = immutable()
    dexp: list[uint64] = array(2)
    voice: object = immutable()
    left: int32 = 0
    pos: int32 = 0
    samples: int32 = immutable(0, reason="size of the host's buffer")
    ats: object = immutable(reason="time stamp of the host's audio")
    # The whole chip: registers, envelopes, phases, timers.
    opl: object = None

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        return cls()
