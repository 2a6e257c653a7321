"""The AMD PCnet-PCI II Ethernet controller, Am79C970A."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    embedded,
    immutable,
    int32,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.e1000 import DEFAULT_MAC, NICConf, mac_words, nic_properties
from qidl.devices.pci import PCIDevice, config_space


@declare
class PCNetState:
    """The chip."""

    rap: int32 = 0
    isr: int32 = 0
    lnkst: int32 = 0x40
    rdra: uint32 = 0
    tdra: uint32 = 0
    prom: bytearray = array(16)
    csr: list[uint16] = array(128)
    bcr: list[uint16] = array(32)
    timer: uint64 = 0
    xmit_pos: int32 = 0
    buffer: bytearray = array(4096)
    tx_busy: int32 = 0
    poll_timer: QEMUTimer = -1

    nic: object = immutable()
    conf: NICConf | None = nic_properties()
    mmio: MemoryRegion | None = None
    irq: IRQ | None = None
    phys_mem_read: object = immutable()
    phys_mem_write: object = immutable()
    dma_opaque: object = immutable()
    looptest: int32 = broken(0, reason="which loop-back a frame takes; not 0 only inside a transmission")

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state: stopped, link up."""
        csr = _CSR_RESET | dict(zip((12, 13, 14), mac_words(mac), strict=True))
        return cls(
            prom=_prom(mac),
            csr=[csr.get(number, 0) for number in range(128)],
            bcr=[_BCR_RESET.get(number, 0) for number in range(32)],
        )


@declare
class PCIPCNetState:
    """The chip as a PCI device."""

    pci_dev: PCIDevice = embedded(PCIDevice)
    state: PCNetState = embedded(PCNetState)

    io_bar: MemoryRegion | None = None

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state."""
        return cls(pci_dev=PCIDevice(config=config_space(_CONFIG)), state=PCNetState.reset(mac))


def _prom(mac: bytes) -> bytearray:
    """The address PROM: the address, and the sum of all bytes but itself."""
    prom = bytearray(mac).ljust(16, b"\0")
    prom[9] = 0x11
    prom[14:16] = b"\x57\x57"
    prom[12:14] = sum(prom).to_bytes(2, "little")
    return prom


_CSR_RESET = {
    0: 0x0004,  # stopped
    4: 0x0115,
    72: 1,
    74: 1,
    76: 1,  # length of the receive ring
    78: 1,  # length of the transmit ring
    80: 0x1410,
    88: 0x1003,  # chip ID
    89: 0x0262,
    100: 0x0200,
    103: 0x0105,
}

_BCR_RESET = {
    0: 0x0005,
    1: 0x0005,
    2: 0x0002,
    4: 0x00C0,  # link LED
    5: 0x0084,
    6: 0x0088,
    7: 0x0090,
    18: 0x9001,  # burst and bus control
    19: 0x0002,  # EEPROM
    20: 0x0200,  # software style
    22: 0xFF06,  # PCI latency
}

_CONFIG = {
    0x00: 0x22,  # vendor 1022
    0x01: 0x10,
    0x03: 0x20,  # device 2000
    0x06: 0x80,  # status
    0x07: 0x02,
    0x08: 0x10,  # revision
    0x0B: 0x02,  # class 0200, Ethernet
    0x10: 0x01,  # BAR 0: I/O ports
    0x3D: 0x01,  # INTA
    0x3E: 0x06,  # minimum grant
    0x3F: 0xFF,  # maximum latency
}
