"""The NE2000 Ethernet card, for PCI and for ISA."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    DeviceState,
    MemoryRegion,
    array,
    embedded,
    immutable,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.e1000 import DEFAULT_MAC, NICConf, nic_properties
from qidl.devices.pci import PCIDevice, config_space

_PROM_BYTES = 16
_RESET = 0x80
"""Bit of isr: the chip was reset."""


@declare
class NE2000State:
    """The chip, with the card's memory."""

    rxcr: uint8 = 0
    # A reset leaves all but isr and the PROM as they are: what a system reset should clear, it does not.
    cmd: uint8 = 0
    start: uint32 = 0
    stop: uint32 = 0
    boundary: uint8 = 0
    tsr: uint8 = 0
    tpsr: uint8 = 0
    tcnt: uint16 = 0
    rcnt: uint16 = 0
    rsar: uint32 = 0
    rsr: uint8 = 0
    isr: uint8 = 0
    dcfg: uint8 = 0
    imr: uint8 = 0
    phys: bytearray = array(6)
    curpag: uint8 = 0
    mult: bytearray = array(8)
    mem: bytearray = array(0xC000)

    io: MemoryRegion | None = None
    irq: IRQ | None = None
    nic: object = immutable()
    c: NICConf | None = nic_properties()

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state: the address PROM, each byte twice, and nothing else."""
        chip = cls(isr=_RESET)
        prom = bytes(mac).ljust(_PROM_BYTES - 2, b"\0") + b"\x57\x57"
        chip.mem[: 2 * _PROM_BYTES] = bytes(byte for byte in prom for _ in range(2))
        return chip


@declare
class PCINE2000State:
    """The PCI card, a Realtek 8029."""

    dev: PCIDevice = embedded(PCIDevice)
    ne2000: NE2000State = embedded(NE2000State)

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state."""
        return cls(dev=PCIDevice(config=config_space(_CONFIG)), ne2000=NE2000State.reset(mac))


@declare
class ISANE2000State:
    """The ISA card."""

    ne2000: NE2000State = embedded(NE2000State)

    dev: DeviceState | None = None
    iobase: uint32 = property_("iobase", 0x300)
    isairq: uint32 = property_("irq", 9)

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state."""
        return cls(ne2000=NE2000State.reset(mac))


_CONFIG = {
    0x00: 0xEC,  # vendor 10ec
    0x01: 0x10,
    0x02: 0x29,  # device 8029
    0x03: 0x80,
    0x0B: 0x02,  # class 0200, Ethernet
    0x10: 0x01,  # BAR 0: I/O ports
    0x2C: 0xF4,  # subsystem 1af4:1100
    0x2D: 0x1A,
    0x2F: 0x11,
    0x3D: 0x01,  # INTA
}
