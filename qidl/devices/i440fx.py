"""The i440FX host bridge."""

from __future__ import annotations

from typing import Self

from qidl.annotations import MemoryRegion, array, derived, elsewhere, embedded, immutable, uint8, uint32
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

PAM = 0x59
"""First of the seven config registers that map the 13 regions of 0xc0000 to 0xfffff."""

SMRAM = 0x72
"""Config register that shows or hides SMRAM."""


@declare
class PAMMemoryRegion:
    """A region that reads and writes reach RAM or PCI by: bit 0 reads, bit 1 writes."""

    alias: list[MemoryRegion] | None = immutable()
    current: uint32 = elsewhere(0, reason="the bridge's config has it")


@declare
class PCII440FXState:
    """The host bridge: which memory the CPU sees where."""

    dev: PCIDevice = embedded(PCIDevice)
    smm_enabled: uint8 = 0

    system_memory: MemoryRegion | None = None
    pci_address_space: MemoryRegion | None = None
    ram_memory: MemoryRegion | None = None
    pci_hole: MemoryRegion | None = None
    pci_hole_64bit: MemoryRegion | None = None
    pam_regions: list[PAMMemoryRegion] = derived(array(13), reason="seven registers of config")
    smram_region: MemoryRegion | None = None

    def post_load(self) -> None:
        """Take the regions' settings from config: the first is 0xf0000 to 0xfffff, the others follow from 0xc0000."""
        for number, region in enumerate(self.pam_regions):
            register = self.dev.config[PAM + (number + 1) // 2]
            # A register holds two regions, the lower in the low nibble; the first has only a high one.
            region.current = register >> (0 if number % 2 else 4) & 3

    @classmethod
    def reset(cls, ram_mb: int = 16) -> Self:
        """Power-on state, with ``ram_mb`` MiB of RAM."""
        config = config_space(
            {
                **{0x00: 0x86, 0x01: 0x80, 0x02: 0x37, 0x03: 0x12},  # 8086:1237
                0x08: 0x02,
                0x0B: 0x06,  # host bridge
                **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},  # 1af4:1100
                0x57: min(ram_mb // 8, 255),
                SMRAM: 0x02,
            }
        )
        bridge = cls(dev=PCIDevice(config=config))
        bridge.post_load()
        return bridge
