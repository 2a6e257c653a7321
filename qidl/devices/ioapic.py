"""The I/O APIC."""

from __future__ import annotations

from typing import Self

from qidl.annotations import MemoryRegion, SysBusDevice, array, uint8, uint32, uint64
from qidl.declaration import declare

MASKED = 1 << 16
"""Bit of an entry of the redirection table."""


@declare
class IOAPICCommonState:
    """24 pins, each with an entry that says where its interrupt goes."""

    id: uint8 = 0
    ioregsel: uint8 = 0
    irr: uint32 = 0
    ioredtbl: list[uint64] = array(24)

    busdev: SysBusDevice | None = None
    io_memory: MemoryRegion | None = None

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: every pin masked."""
        ioapic = cls()
        ioapic.ioredtbl = [MASKED] * len(ioapic.ioredtbl)
        return ioapic
