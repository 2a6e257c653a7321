"""The PCI-to-PCI bridge with a standard hot-plug controller (SHPC)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from qidl.annotations import MemoryRegion, array, elsewhere, embedded, immutable, property_, uint8, uint32
from qidl.declaration import declare
from qidl.devices.pci import PCIBus, PCIDevice, config_space

SHPC_SLOTS = 31
SHPC_SIZE = 0x24 + 4 * SHPC_SLOTS
"""Bytes of the controller's registers."""

_FIRST_DEVICE = 1
_EMPTY = (0x0F, 0x0D, 0x00, 0x7F)
_OCCUPIED = (0x06, 0x00, 0x00, 0x7F)


@declare
class SHPCPCIDevice(PCIDevice):
    """A PCI device that has a hot-plug controller."""

    # A pointer to an SHPCDevice in C, of which the working registers alone travel. The rest is fixed
    # (capability, number of slots, masks), or 0 after loading (whether the guest asked for an MSI).
    shpc: bytearray = array()


@declare
class PCIBridge:
    """A bridge to a bus of its own."""

    dev: PCIDevice = embedded(PCIDevice)

    sec_bus: PCIBus | None = elsewhere(reason="has its own section")
    address_space_mem: MemoryRegion | None = None
    address_space_io: MemoryRegion | None = None
    windows: object = immutable(reason="follow from config")
    map_irq: object = immutable()
    bus_name: str | None = immutable()


@declare
class SHPCBridge(PCIBridge):
    """A bridge that has a hot-plug controller."""

    dev: SHPCPCIDevice = embedded(SHPCPCIDevice)


@declare
class PCIBridgeDev:
    """The device ``pci-bridge``."""

    bridge: SHPCBridge = embedded(SHPCBridge)

    bar: MemoryRegion | None = None
    chassis_nr: uint8 = property_("chassis_nr", 0)
    flags: uint32 = property_("msi", True, bit=0)

    @classmethod
    def reset(cls, *, chassis_nr: int = 1, occupied: Collection[int] = (1, 2)) -> Self:
        """Power-on state.

        :param chassis_nr: number of the chassis
        :param occupied: numbers of the devices behind the bridge, 1 to 31
        """
        config = config_space(
            {
                **{0x00: 0x36, 0x01: 0x1B, 0x02: 0x01},  # 1b36:0001
                0x06: 0xB0,
                **{0x0A: 0x04, 0x0B: 0x06, 0x0E: 0x01},  # PCI-to-PCI bridge
                0x10: 0x04,  # registers of the hot-plug controller
                0x1E: 0xA0,
                **{0x24: 0x01, 0x26: 0x01},
                0x34: 0x4C,
                0x3D: 0x01,  # INTA
                0x40: 0x0C,  # hot-plug capability
                **{0x48: 0x04, 0x49: 0x40, 0x4A: 0x20, 0x4B: chassis_nr},  # slot numbering capability
                **{0x4C: 0x05, 0x4D: 0x48, 0x4E: 0x80, 0x4F: 0x01},  # MSI capability
            }
        )
        return cls(
            bridge=SHPCBridge(dev=SHPCPCIDevice(config=config, shpc=_shpc(occupied))),
            chassis_nr=chassis_nr,
        )


def _shpc(occupied: Collection[int]) -> bytearray:
    registers = config_space(
        {
            0x04: SHPC_SLOTS,  # slots for 33 MHz
            0x0C: SHPC_SLOTS,
            0x0D: _FIRST_DEVICE,
            **{0x0E: 0x01, 0x0F: 0xE0},  # number of the first slot; up from there; sensor and button
            0x13: 0x01,  # programming interface
            0x20: 0x0F,  # every interrupt of the controller is masked
        },
        SHPC_SIZE,
    )
    for slot in range(SHPC_SLOTS):
        start = 0x24 + 4 * slot
        registers[start : start + 4] = bytes(_OCCUPIED if slot + _FIRST_DEVICE in occupied else _EMPTY)
    return registers
