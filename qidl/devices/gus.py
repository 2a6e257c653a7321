"""The Gravis Ultrasound."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    DeviceState,
    array,
    broken,
    embedded,
    immutable,
    int32,
    int64,
    property_,
    uint8,
    uint32,
)
from qidl.declaration import declare


@declare
class GUSEmuState:
    """What the emulation of the card's chip keeps beside its registers."""

    himemaddr: object = immutable(reason="points to himem")
    gusdatapos: object = immutable(reason="points to the registers within himem")
    gusirq: uint32 = property_("irq", 7)
    gusdma: uint32 = property_("dma", 3)
    timer1fraction: uint32 = broken(0, reason="how far timer 1 has got towards its next tick")
    timer2fraction: uint32 = broken(0, reason="how far timer 2 has got towards its next tick")
    opaque: object = immutable()


@declare
class GUSState:
    """A Gravis Ultrasound with 1 MiB of sample RAM."""

    pos: int32 = 0
    left: int32 = 0
    shift: int32 = 2
    irqs: int32 = 0
    samples: int32 = 0
    last_ticks: int64 = 0
    himem: bytearray = array(1024 * 1024 + 32 + 4096)

    dev: DeviceState | None = None
    emu: GUSEmuState = broken(embedded(GUSEmuState), reason="remainders of the timers; the registers are in himem")
    card: object = immutable()
    freq: uint32 = property_("freq", 44100)
    port: uint32 = property_("iobase", 0x240)
    mixbuf: list[uint8] | None = immutable(reason="scratch, as long as samples says")
    voice: object = immutable()
    pic: IRQ | None = None

    @classmethod
    def reset(cls, samples: int = 1024) -> Self:
        """Power-on state; a reset of the machine does not touch the card.

        :param samples: size of the host's buffer
        """
        return cls(samples=samples)
