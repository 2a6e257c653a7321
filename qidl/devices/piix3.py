"""The PIIX3 PCI-to-ISA bridge."""

from __future__ import annotations

from typing import Self

from qidl.annotations import IRQ, array, broken, embedded, immutable, int32, uint64
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space


@declare
class PIIX3State:
    """The ISA bridge: routes the PCI interrupts to the PICs."""

    dev: PCIDevice = embedded(PCIDevice)
    # On the wire alone: QEMU fills it from the PCI bus before saving, and takes no notice of it after loading.
    pci_irq_levels_vmstate: list[int32] = array(4)

    pic_levels: uint64 = broken(0, reason="made again from the PCI bus' irq_count and the routing in config[0x60:0x64]")
    pic: list[IRQ] | None = immutable()

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: no PCI interrupt is routed."""
        config = config_space(
            {
                **{0x00: 0x86, 0x01: 0x80, 0x03: 0x70},  # 8086:7000
                0x07: 0x02,
                **{0x0A: 0x01, 0x0B: 0x06},  # ISA bridge
                0x0E: 0x80,  # one of several functions
                **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},  # 1af4:1100
                **{0x4C: 0x4D, 0x4E: 0x03},
                **{0x60: 0x80, 0x61: 0x80, 0x62: 0x80, 0x63: 0x80},  # PIRQA to PIRQD, not routed
                **{0x69: 0x02, 0x70: 0x80, 0x76: 0x0C, 0x77: 0x0C, 0x78: 0x02, 0xA0: 0x08, 0xA8: 0x0F},
            }
        )
        return cls(dev=PCIDevice(config=config))
