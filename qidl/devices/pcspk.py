"""The PC speaker. Nothing of it is saved: after loading it is silent until the guest turns it on again."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    DeviceState,
    Mark,
    MemoryRegion,
    array,
    immutable,
    int32,
    property_,
    uint8,
    uint32,
)
from qidl.declaration import declare


@declare(mark=Mark.BROKEN, reason="it is silent until the guest turns it on again")
class PCSpkState:
    """A PC speaker; channel 2 of the PIT drives it."""

    dev: DeviceState | None = None
    ioport: MemoryRegion | None = None
    iobase: uint32 = property_("iobase", 0x61)
    sample_buf: list[uint8] = array(1792)
    card: object = immutable()
    voice: object = immutable()
    pit: object = immutable(reason="made when the machine is")
    pit_count: uint32 = 0
    samples: uint32 = 0
    play_pos: uint32 = 0
    data_on: int32 = 0
    dummy_refresh_clock: int32 = 0

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: off."""
        return cls()
