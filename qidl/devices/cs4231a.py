"""The Crystal CS4231A sound card."""

from __future__ import annotations

from typing import Final, Self

from qidl.annotations import IRQ, DeviceState, MemoryRegion, array, immutable, int32, property_, uint32
from qidl.declaration import declare

_INDEXED: Final = {
    # Volumes: inputs and DACs muted.
    0x02: 0x88,
    0x03: 0x88,
    0x04: 0x88,
    0x05: 0x88,
    0x06: 0x80,
    0x07: 0x80,
    0x09: 0x08,  # interface: calibrate automatically
    0x0C: 0x8A,  # revision
    0x12: 0x88,
    0x13: 0x88,
    0x19: 0xA0,  # version
    0x1A: 0xA0,
}


@declare
class CSState:
    """A CS4231A."""

    regs: list[uint32] = array(16)
    dregs: bytearray = array(32)
    dma_running: int32 = 0
    audio_free: int32 = 0
    transferred: int32 = 0
    aci_counter: int32 = 0

    dev: DeviceState | None = None
    card: object = immutable()
    ioports: MemoryRegion | None = None
    pic: IRQ | None = None
    irq: uint32 = property_("irq", 9)
    dma: uint32 = property_("dma", 3)
    port: uint32 = property_("iobase", 0x534)
    # Playback that runs is started anew, with what the format register says.
    shift: int32 = immutable(0, reason="set when playback starts")
    voice: object = immutable(reason="opened when playback starts")
    tab: object = immutable(reason="table of a companded format, picked when playback starts")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: everything muted."""
        cs = cls()
        cs.regs[0] = 0x40
        for register, value in _INDEXED.items():
            cs.dregs[register] = value
        return cs
