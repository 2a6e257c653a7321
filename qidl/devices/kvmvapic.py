"""Task priority optimisation: an option ROM patches guests of 32 bits to spare exits to KVM."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    MemoryRegion,
    SysBusDevice,
    array,
    derived,
    elsewhere,
    embedded,
    immutable,
    size_t,
    uint32,
)
from qidl.declaration import declare

INACTIVE, ACTIVE, STANDBY = 0, 1, 2
"""Values of ``state``."""


@declare
class VAPICHandlers:
    """Addresses of the routines that stand in for accesses to the task priority."""

    set_tpr: uint32 = 0
    set_tpr_eax: uint32 = 0
    get_tpr: list[uint32] = array(8)
    get_tpr_stack: uint32 = 0


@declare
class GuestROMState:
    """Header of the option ROM, as it lies in guest memory."""

    vaddr: uint32 = 0
    fixup_start: uint32 = 0
    fixup_end: uint32 = 0
    vapic_vaddr: uint32 = 0
    vapic_size: uint32 = 0
    vcpu_shift: uint32 = 0
    real_tpr_addr: uint32 = 0
    up: VAPICHandlers = embedded(VAPICHandlers)
    mp: VAPICHandlers = embedded(VAPICHandlers)

    signature: bytearray = elsewhere(array(8), reason="part of the ROM, which travels with RAM")


@declare
class VAPICROMState:
    """How far a guest is patched, and where it keeps what the patches need."""

    rom_state: GuestROMState = embedded(GuestROMState)
    # Streams of old qemu-kvm say inactive although rom_state_paddr is set. QEMU makes that standby
    # as it loads; here it stays what it was, so that saving gives back what was loaded.
    state: uint32 = INACTIVE
    real_tpr_addr: uint32 = 0
    rom_state_vaddr: uint32 = 0
    vapic_paddr: uint32 = 0
    rom_state_paddr: uint32 = 0

    busdev: SysBusDevice | None = None
    io: MemoryRegion | None = None
    rom: MemoryRegion | None = None
    rom_size: size_t = immutable(0, reason="read again from the ROM in guest memory")
    rom_mapped_writable: bool = derived(False, reason="loading maps the ROM unless the device is inactive")

    def post_load(self) -> None:
        """Map the ROM if the guest uses it."""
        self.rom_mapped_writable = self.state != INACTIVE or self.rom_state_paddr != 0

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: inactive, until the ROM speaks."""
        return cls()
