"""The parallel port. Nothing of it is saved: after loading its registers are as after power-on."""

from __future__ import annotations

from typing import Self

from qidl.annotations import IRQ, Mark, immutable, int32, uint8, uint32
from qidl.declaration import declare

_BUSY_ACK_ONLINE_ERROR = 0xD8
_SELECT_INIT = 0x0C


@declare(mark=Mark.BROKEN, reason="its registers are as after power-on")
class ParallelState:
    """A parallel port."""

    dataw: uint8 = 0
    datar: uint8 = 0xFF
    status: uint8 = _BUSY_ACK_ONLINE_ERROR
    control: uint8 = _SELECT_INIT
    irq: IRQ | None = None
    irq_pending: int32 = 0
    chr: object = immutable()
    hw_driver: int32 = immutable(0, reason="what the host's port can do")
    epp_timeout: int32 = 0
    last_read_offset: uint32 = 0xFFFF_FFFF
    it_shift: int32 = immutable(0)

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        return cls()
