"""The DMA controllers (8237)."""

from __future__ import annotations

from typing import Self

from qidl.annotations import IRQ, MemoryRegion, array, broken, immutable, int32, uint8, uint16
from qidl.declaration import declare


@declare
class dma_regs:
    """One channel. ``now`` and ``base`` hold its address and its count, in this order."""

    now: list[int32] = array(2)
    base: list[uint16] = array(2)
    mode: uint8 = 0
    page: uint8 = 0
    pageh: uint8 = 0
    dack: uint8 = 0
    eop: uint8 = 0

    transfer_handler: object = immutable(reason="the device that uses the channel registers again")
    opaque: object = immutable(reason="that device")


@declare
class dma_cont:
    """A controller of four channels."""

    command: uint8 = 0
    mask: uint8 = 0
    flip_flop: uint8 = 0
    # Fixed when the controller is made, but it travels, and QEMU takes what comes.
    dshift: int32 = 0
    regs: list[dma_regs] = array(4)

    status: uint8 = broken(0, reason="a guest that polls for the end of a transfer may miss it")
    cpu_request_exit: IRQ | None = None
    channel_io: MemoryRegion | None = None
    cont_io: MemoryRegion | None = None

    @classmethod
    def reset(cls, dshift: int = 0) -> Self:
        """Power-on state: every channel masked.

        :param dshift: 0 for channels 0 to 3, which move bytes; 1 for 4 to 7, which move words
        """
        return cls(mask=0xFF, dshift=dshift)
