"""The LSI 53C895A SCSI adapter."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    BusState,
    MemoryRegion,
    array,
    broken,
    elsewhere,
    embedded,
    int32,
    uint8,
    uint32,
    valid,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

DSTAT_DFE = 0x80
"""Bit of dstat: the DMA FIFO is empty."""

_CONFIG = {
    **{0x01: 0x10, 0x02: 0x12},
    0x0B: 0x01,
    0x0D: 0xFF,
    0x10: 0x01,
    0x2F: 0x10,
    0x3D: 0x01,
}


@declare
class LSIState:
    """A SCSI adapter that runs scripts."""

    dev: PCIDevice = embedded(PCIDevice)
    carry: int32 = 0
    status: int32 = 0
    msg_action: int32 = 0
    msg_len: int32 = valid(0, range=(0, 8))
    msg: bytearray = array(8)
    waiting: int32 = 0
    dsa: uint32 = 0
    temp: uint32 = 0
    dnad: uint32 = 0
    dbc: uint32 = 0
    istat0: uint8 = 0
    istat1: uint8 = 0
    dcmd: uint8 = 0
    dstat: uint8 = 0
    dien: uint8 = 0
    sist0: uint8 = 0
    sist1: uint8 = 0
    sien0: uint8 = 0
    sien1: uint8 = 0
    mbox0: uint8 = 0
    mbox1: uint8 = 0
    dfifo: uint8 = 0
    ctest2: uint8 = 0
    ctest3: uint8 = 0
    ctest4: uint8 = 0
    ctest5: uint8 = 0
    ccntl0: uint8 = 0
    ccntl1: uint8 = 0
    dsp: uint32 = 0
    dsps: uint32 = 0
    dmode: uint8 = 0
    dcntl: uint8 = 0
    scntl0: uint8 = 0
    scntl1: uint8 = 0
    scntl2: uint8 = 0
    scntl3: uint8 = 0
    sstat0: uint8 = 0
    sstat1: uint8 = 0
    scid: uint8 = 0
    sxfer: uint8 = 0
    socl: uint8 = 0
    sdid: uint8 = 0
    ssid: uint8 = 0
    sfbr: uint8 = 0
    stest1: uint8 = 0
    stest2: uint8 = 0
    stest3: uint8 = 0
    sidl: uint8 = 0
    stime0: uint8 = 0
    respid0: uint8 = 0
    respid1: uint8 = 0
    mmrs: uint32 = 0
    mmws: uint32 = 0
    sfs: uint32 = 0
    drs: uint32 = 0
    sbms: uint32 = 0
    dbms: uint32 = 0
    dnad64: uint32 = 0
    pmjad1: uint32 = 0
    pmjad2: uint32 = 0
    rbc: uint32 = 0
    ua: uint32 = 0
    ia: uint32 = 0
    sbc: uint32 = 0
    csbc: uint32 = 0
    # uint32_t[18] in C, and script_ram uint32_t[2048], as the host's memory holds them.
    scratch: bytearray = array(72)
    sbr: uint8 = 0
    script_ram: bytearray = array(8192)

    mmio_io: MemoryRegion | None = None
    ram_io: MemoryRegion | None = None
    io_io: MemoryRegion | None = None
    bus: BusState | None = elsewhere(reason="the disks have sections of their own")
    current_lun: int32 = broken(0, reason="unit that the last IDENTIFY message selected")
    select_tag: uint32 = broken(0, reason="unit and tag of the command that is being selected")
    command_complete: int32 = broken(0, reason="how far the current command is")
    queue: list[object] | None = broken(reason="disconnected commands: QEMU does not save while there are any")
    # A disk's section may hold the request all the same; it is run again, for nobody.
    current: object = broken(reason="the current command is dropped")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        return cls(
            dev=PCIDevice(config=config_space(_CONFIG)),
            dcmd=0x40,
            dstat=DSTAT_DFE,
            ctest2=0x01,
            scntl0=0xC0,
            scid=7,
            respid0=0x80,
        )
