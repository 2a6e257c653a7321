"""The Intel 82540EM Ethernet controller; and what every NIC has, beside it since it is the PC's own."""

from __future__ import annotations

from typing import Any, Final, Self

from qidl.annotations import (
    MemoryRegion,
    Property,
    QEMUTimer,
    array,
    broken,
    embedded,
    immutable,
    int8,
    int32,
    properties,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

DEFAULT_MAC: Final = bytes([0x52, 0x54, 0x00, 0x12, 0x34, 0x56])
"""Address of a machine's first NIC, where the command line gives none."""


@declare
class NICConf:
    """What the command line says about a NIC."""

    # A property, too. The devices that save it take the stream's in place of their own.
    macaddr: bytearray = array(6)

    peer: object = properties(Property("vlan"), Property("netdev"))
    bootindex: int32 = property_("bootindex", -1)


def nic_properties() -> Any:
    """Mark a NICConf that does not travel: its properties make it again."""
    return properties(Property("mac"), Property("vlan"), Property("netdev"), Property("bootindex", -1))


def mac_words(mac: bytes) -> list[int]:
    """The three little-endian words in which EEPROMs and registers hold a MAC address."""
    return [int.from_bytes(mac[start : start + 2], "little") for start in (0, 2, 4)]


def eeprom_checksum(words: list[int]) -> int:
    """The word that makes an Intel EEPROM that begins with ``words`` add up to 0xbaba."""
    return (0xBABA - sum(words)) & 0xFFFF


_EEPROM_AFTER_MAC = (
    [0x0000, 0xFFFF, 0x0000, 0x0000, 0x0000]
    + [0x3000, 0x1000, 0x6403, 0x100E, 0x8086, 0x100E, 0x8086, 0x3040]
    + [0x0008, 0x2000, 0x7E14, 0x0048, 0x1000, 0x00D8, 0x0000, 0x2700]
    + [0x6CC9, 0x3150, 0x0722, 0x040B, 0x0984, 0x0000, 0xC000, 0x0706]
    + [0x1008, 0x0000, 0x0F04, 0x7FFF, 0x4D01, 0xFFFF, 0xFFFF, 0xFFFF]
    + [0xFFFF] * 8
    + [0x0100, 0x4000, 0x121C, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF]
    + [0xFFFF] * 7
)

_PHY_RESET = {
    0x00: 0x1140,
    # Link up, auto-negotiation not complete; in 1.0, which had it complete at once, 0x796d.
    0x01: 0x794D,
    0x02: 0x0141,
    0x03: 0x0C20,
    0x04: 0x0DE1,
    0x05: 0x01E0,
    0x09: 0x0E00,
    0x0A: 0x3C00,
    0x10: 0x0360,
    0x11: 0xAC00,
    0x14: 0x0D60,
}

_CONFIG = {
    0x00: 0x86,  # vendor 8086
    0x01: 0x80,
    0x02: 0x0E,  # device 100e
    0x03: 0x10,
    0x08: 0x03,  # revision
    0x0B: 0x02,  # class 0200, Ethernet
    0x14: 0x01,  # BAR 1: I/O ports
    0x2C: 0xF4,  # subsystem 1af4:1100
    0x2D: 0x1A,
    0x2F: 0x11,
    0x3D: 0x01,  # INTA
}


@declare
class E1000EECDState:
    """The serial side of the EEPROM. Without a name in C."""

    val_in: uint32 = 0
    bitnum_in: uint16 = 0
    bitnum_out: uint16 = 0
    reading: uint16 = 0
    old_eecd: uint32 = 0


@declare
class e1000_tx:
    """A frame under way to the wire, and the checksum and segmentation contexts."""

    ipcss: uint8 = 0
    ipcso: uint8 = 0
    ipcse: uint16 = 0
    tucss: uint8 = 0
    tucso: uint8 = 0
    tucse: uint16 = 0
    paylen: uint32 = 0
    hdr_len: uint8 = 0
    mss: uint16 = 0
    size: uint16 = 0
    tso_frames: uint16 = 0
    sum_needed: uint8 = 0
    ip: int8 = 0
    tcp: int8 = 0
    header: bytearray = array(256)
    data: bytearray = array(65536)

    # A frame of several descriptors that is cut in two by migration loses these.
    vlan_header: bytearray = broken(array(4), reason="the frame under way loses its VLAN tag")
    vlan: bytearray = broken(array(4), reason="the frame under way loses its VLAN tag")
    vlan_needed: uint8 = broken(0, reason="the frame under way loses its VLAN tag")
    tse: int8 = broken(0, reason="the context's segmentation bit is forgotten")
    cptse: int8 = broken(0, reason="the frame under way is not segmented")


@declare
class E1000MacReg:
    """The registers that travel. The others of the C array of 0x8000 words are broken: they do not."""

    CTRL: uint32 = 0
    EECD: uint32 = 0
    EERD: uint32 = 0
    GPRC: uint32 = 0
    GPTC: uint32 = 0
    ICR: uint32 = 0
    ICS: uint32 = 0
    IMC: uint32 = 0
    IMS: uint32 = 0
    LEDCTL: uint32 = 0
    MANC: uint32 = 0
    MDIC: uint32 = 0
    MPC: uint32 = 0
    PBA: uint32 = 0
    RCTL: uint32 = 0
    RDBAH: uint32 = 0
    RDBAL: uint32 = 0
    RDH: uint32 = 0
    RDLEN: uint32 = 0
    RDT: uint32 = 0
    STATUS: uint32 = 0
    SWSM: uint32 = 0
    TCTL: uint32 = 0
    TDBAH: uint32 = 0
    TDBAL: uint32 = 0
    TDH: uint32 = 0
    TDLEN: uint32 = 0
    TDT: uint32 = 0
    TORH: uint32 = 0
    TORL: uint32 = 0
    TOTH: uint32 = 0
    TOTL: uint32 = 0
    TPR: uint32 = 0
    TPT: uint32 = 0
    TXDCTL: uint32 = 0
    WUFC: uint32 = 0
    VET: uint32 = 0
    RA: list[uint32] = array(32)
    MTA: list[uint32] = array(128)
    VFTA: list[uint32] = array(128)


@declare
class E1000State:
    """An 82540EM: registers, PHY, EEPROM and the frame it is sending."""

    dev: PCIDevice = embedded(PCIDevice)
    rxbuf_size: uint32 = 0
    rxbuf_min_shift: uint32 = 1
    eecd_state: E1000EECDState = embedded(E1000EECDState)
    tx: e1000_tx = embedded(e1000_tx)
    eeprom_data: list[uint16] = array(64)
    phy_reg: list[uint16] = array(32)
    mac_reg: E1000MacReg = embedded(E1000MacReg)

    nic: object = immutable(reason="host's side; whether the link is down follows from bit 1 of STATUS")
    conf: NICConf | None = nic_properties()
    mmio: MemoryRegion | None = None
    io: MemoryRegion | None = None
    check_rxov: int32 = broken(0, reason="receiver was found out of descriptors, until the guest adds some")
    autoneg_timer: QEMUTimer = broken(-1, reason="auto-negotiation under way never completes")

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state: link up, own address in the EEPROM and in the first receive address."""
        words = mac_words(mac)
        eeprom = words + _EEPROM_AFTER_MAC
        return cls(
            dev=PCIDevice(config=config_space(_CONFIG)),
            eeprom_data=[*eeprom, eeprom_checksum(eeprom)],
            phy_reg=[_PHY_RESET.get(number, 0) for number in range(32)],
            mac_reg=E1000MacReg(
                CTRL=0x0014_0240,
                LEDCTL=0x602,
                MANC=0x0022_2300,
                PBA=0x0010_0030,
                STATUS=0x8008_0783,
                RA=[words[0] | words[1] << 16, words[2] | 1 << 31] + [0] * 30,
            ),
        )
