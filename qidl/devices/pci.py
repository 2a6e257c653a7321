"""PCI devices and buses: what every PCI device's state begins with."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    BusState,
    DeviceState,
    DMAContext,
    MemoryRegion,
    Property,
    array,
    broken,
    elsewhere,
    immutable,
    int32,
    properties,
    property_,
    uint8,
    uint32,
)
from qidl.declaration import declare


def config_space(registers: dict[int, int], size: int = 256) -> bytearray:
    """Configuration space that is zero but for the bytes given, by offset."""
    config = bytearray(size)
    for offset, value in registers.items():
        config[offset] = value
    return config


@declare
class PCIDevice:
    """Configuration space and interrupt pins of a conventional PCI device."""

    version_id: int32 = 2
    config: bytearray = array(256)
    irq_state: list[uint32] = array(4)

    qdev: DeviceState | None = None
    # Masks over config: built when the device is made.
    cmask: bytes | None = immutable()
    wmask: bytes | None = immutable()
    w1cmask: bytes | None = immutable()
    used: bytes | None = immutable()
    bus: PCIBus | None = elsewhere(reason="pointer back to the bus")
    devfn: int32 = property_("addr", -1)
    name: str = immutable("", reason="type name")
    io_regions: list[object] | None = immutable(reason="layout of the BARs; where they are mapped is in config")
    bus_master_as: object = immutable()
    bus_master_enable_region: MemoryRegion | None = None
    dma: DMAContext | None = None
    config_read: object = immutable()
    config_write: object = immutable()
    irq: IRQ | None = None
    cap_present: uint32 = properties(
        Property("multifunction", False, bit=3),
        Property("command_serr_enable", True, bit=4),
        default=1 << 4,
    )
    # MSI and MSI-X travel as config bytes; devices that save the tables do so themselves.
    msix_cap: uint8 = immutable(0, reason="offset of a capability")
    msix_entries_nr: int32 = immutable(0)
    msix_table: bytearray | None = broken(reason="saved by the virtio devices alone")
    msix_pba: bytearray | None = broken(reason="saved by the virtio devices alone")
    msix_exclusive_bar: MemoryRegion | None = None
    msix_table_mmio: MemoryRegion | None = None
    msix_pba_mmio: MemoryRegion | None = None
    msix_entry_used: object = immutable(reason="use counts, made again by the driver's set-up")
    msix_function_masked: bool = immutable(False, reason="follows from the control word in config")
    msi_cap: uint8 = immutable(0, reason="offset of a capability")
    exp: object = elsewhere(reason="PCI Express state; the ports save its error log")
    shpc: object = elsewhere(reason="hot-plug controller; the bridge saves it")
    romfile: str | None = property_("romfile")
    has_rom: bool = immutable(False)
    rom: MemoryRegion | None = None
    rom_bar: uint32 = property_("rombar", 1)
    intx_routing_notifier: object = immutable()
    msix_vector_use_notifier: object = immutable()
    msix_vector_release_notifier: object = immutable()


@declare
class PCIBus:
    """A PCI bus: how many devices assert each of its interrupt lines."""

    nirq: int32 = 4
    irq_count: list[int32] = array(size="nirq")

    qbus: BusState | None = None
    dma_context_fn: object = immutable()
    dma_context_opaque: object = immutable()
    devfn_min: uint8 = immutable(0, reason="first slot, fixed when the bus is made")
    set_irq: object = immutable()
    map_irq: object = immutable()
    route_intx_to_irq: object = immutable()
    hotplug: object = immutable()
    hotplug_qdev: DeviceState | None = None
    irq_opaque: object = immutable()
    devices: list[PCIDevice] | None = elsewhere(reason="every device has its own section")
    parent_dev: PCIDevice | None = elsewhere(reason="the bridge above")
    address_space_mem: MemoryRegion | None = None
    address_space_io: MemoryRegion | None = None
    child: object = immutable()
    sibling: object = immutable()

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: no line asserted."""
        return cls(irq_count=[0, 0, 0, 0])
