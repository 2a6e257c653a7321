"""The firmware configuration device: what QEMU tells the BIOS."""

from __future__ import annotations

from typing import Self

from qidl.annotations import MemoryRegion, Notifier, SysBusDevice, immutable, property_, uint16, uint32
from qidl.declaration import declare


@declare
class FWCfgState:
    """Which byte of which entry the guest reads next."""

    cur_entry: uint16 = 0
    cur_offset: uint32 = 0

    busdev: SysBusDevice | None = None
    ctl_iobase: uint32 = property_("ctl_iobase", -1)
    data_iobase: uint32 = property_("data_iobase", -1)
    ctl_iomem: MemoryRegion | None = None
    data_iomem: MemoryRegion | None = None
    comb_iomem: MemoryRegion | None = None
    entries: object = immutable(reason="made again from the command line")
    files: object = immutable(reason="directory of the entries that are files")
    machine_ready: Notifier | None = None

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: the first byte of entry 0, the signature."""
        return cls(ctl_iobase=0x510, data_iobase=0x511)
