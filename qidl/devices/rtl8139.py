"""The Realtek RTL8139C+ Ethernet controller."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    embedded,
    immutable,
    int32,
    int64,
    optional,
    uint8,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.e1000 import DEFAULT_MAC, NICConf, mac_words
from qidl.devices.pci import PCIDevice, config_space


@declare
class EEprom9346:
    """The serial EEPROM."""

    contents: list[uint16] = array(64)
    mode: int32 = 0
    tick: uint32 = 0
    address: uint8 = 0
    input: uint16 = 0
    output: uint16 = 0
    eecs: uint8 = 0
    eesk: uint8 = 0
    eedi: uint8 = 0
    eedo: uint8 = 0


@declare
class RTL8139TallyCounters:
    """Statistics that the guest can have dumped."""

    TxOk: uint64 = 0
    RxOk: uint64 = 0
    TxERR: uint64 = 0
    RxERR: uint32 = 0
    MissPkt: uint16 = 0
    FAE: uint16 = 0
    Tx1Col: uint32 = 0
    TxMCol: uint32 = 0
    RxOkPhy: uint64 = 0
    RxOkBrd: uint64 = 0
    TxAbt: uint16 = 0
    TxUndrn: uint16 = 0

    RxOkMul: uint32 = broken(0, reason="the count of multicast packets begins anew")


@declare
class RTL8139State:
    """An RTL8139C+: registers of both its modes, EEPROM and counters."""

    dev: PCIDevice = embedded(PCIDevice)
    phys: bytearray = array(6)  # 8 bytes in C, of which the last two are never used
    mult: bytearray = array(8)
    TxStatus: list[uint32] = array(4)
    TxAddr: list[uint32] = array(4)
    RxBuf: uint32 = 0
    RxBufferSize: uint32 = 0
    RxBufPtr: uint32 = 0
    RxBufAddr: uint32 = 0
    IntrStatus: uint16 = 0
    IntrMask: uint16 = 0
    TxConfig: uint32 = 0
    RxConfig: uint32 = 0
    RxMissed: uint32 = 0
    CSCR: uint16 = 0
    Cfg9346: uint8 = 0
    Config0: uint8 = 0
    Config1: uint8 = 0
    Config3: uint8 = 0
    Config4: uint8 = 0
    Config5: uint8 = 0
    clock_enabled: uint8 = 0
    bChipCmdState: uint8 = 0
    MultiIntr: uint16 = 0
    BasicModeCtrl: uint16 = 0
    BasicModeStatus: uint16 = 0
    NWayAdvert: uint16 = 0
    NWayLPAR: uint16 = 0
    NWayExpansion: uint16 = 0
    CpCmd: uint16 = 0
    TxThresh: uint8 = 0
    conf: NICConf = embedded(NICConf)
    # C zeroes it before saving and ignores it after loading. Kept as it came, so that nothing changes on the way.
    rtl8139_mmio_io_addr_dummy: int32 = 0
    currTxDesc: uint32 = 0
    currCPlusRxDesc: uint32 = 0
    currCPlusTxDesc: uint32 = 0
    RxRingAddrLO: uint32 = 0
    RxRingAddrHI: uint32 = 0
    eeprom: EEprom9346 = embedded(EEprom9346)
    # C brings it up to the virtual clock before saving; the clock is another section's.
    TCTR: uint32 = 0
    TimerInt: uint32 = 0
    TCTR_base: int64 = 0
    tally_counters: RTL8139TallyCounters = embedded(RTL8139TallyCounters)
    cplus_enabled: uint32 = 0
    # Not a field in C: the machine was changed by hot-plugging. True or None, for there is no way to write False.
    hotplug_ready: bool | None = optional()

    nic: object = immutable()
    cplus_txbuffer: bytearray | None = broken(reason="a frame of several descriptors, in C+ mode, is dropped")
    cplus_txbuffer_len: int32 = broken(0, reason="as cplus_txbuffer")
    cplus_txbuffer_offset: int32 = broken(0, reason="as cplus_txbuffer")
    timer: QEMUTimer = immutable(-1, reason="armed again from TCTR_base, TimerInt and the virtual clock")
    TimerExpire: int64 = immutable(0, reason="as timer")
    bar_io: MemoryRegion | None = None
    bar_mem: MemoryRegion | None = None

    @classmethod
    def reset(cls, mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state: link up at 100 Mbit/s, full duplex; receiver and transmitter off."""
        return cls(
            dev=PCIDevice(config=config_space(_CONFIG)),
            phys=bytearray(mac),
            conf=NICConf(macaddr=bytearray(mac)),
            TxStatus=[0x2000] * 4,
            RxBufferSize=8192,
            TxConfig=0x7480_0000,
            CSCR=0x0340,
            Config1=0x0C,
            Config3=0x01,
            clock_enabled=1,
            bChipCmdState=0x10,
            BasicModeCtrl=0x1000,
            BasicModeStatus=0x782D,
            NWayAdvert=0x05E1,
            NWayLPAR=0x05E1,
            NWayExpansion=0x0001,
            eeprom=EEprom9346(contents=[0x8129, 0x10EC, 0x8139, 0, 0, 0, 0, *mac_words(mac)] + [0] * 54),
        )


_CONFIG = {
    0x00: 0xEC,  # vendor 10ec
    0x01: 0x10,
    0x02: 0x39,  # device 8139
    0x03: 0x81,
    0x08: 0x20,  # revision
    0x0B: 0x02,  # class 0200, Ethernet
    0x10: 0x01,  # BAR 0: I/O ports
    0x2C: 0xF4,  # subsystem 1af4:1100
    0x2D: 0x1A,
    0x2F: 0x11,
    0x34: 0xDC,  # capabilities, though the status register says that there are none
    0x3D: 0x01,  # INTA
}
