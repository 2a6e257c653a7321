"""Port 0x92: fast A20 gate and reset."""

from __future__ import annotations

from typing import Self

from qidl.annotations import IRQ, MemoryRegion, immutable, uint8
from qidl.declaration import declare


@declare
class Port92State:
    """The port's register: bit 0 resets the machine, bit 1 opens the A20 gate."""

    outport: uint8 = 0

    dev: object = immutable(reason="place on the ISA bus")
    io: MemoryRegion | None = None
    a20_out: IRQ | None = None

    @classmethod
    def reset(cls) -> Self:
        """Power-on state. The gate's own state is the CPU's ``a20_mask``."""
        return cls()
