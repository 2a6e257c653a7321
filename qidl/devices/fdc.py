"""The floppy disk controller and its drives."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    Property,
    QEMUTimer,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    optional,
    properties,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare

_SELECT = 0x03
"""Bits of the digital output register that select a drive."""

_NO_DRIVE_B = 0x40
"""Bit of status register A."""


@declare
class FDrive:
    """A floppy drive: where its head is, and what the guest has not been told of the medium."""

    head: uint8 = 0
    track: uint8 = 0
    sect: uint8 = 0
    # Absent: 1, or no drive is there.
    media_changed: uint8 | None = optional()
    media_rate: uint8 | None = optional()

    fdctrl: FDCtrl | None = elsewhere(reason="pointer back to the controller")
    bs: object = elsewhere(reason="the host's medium")
    drive: int32 = immutable(0, reason="kind of drive, by the medium")
    perpendicular: uint8 = broken(0, reason="the guest must set the mode again")
    flags: int32 = immutable(0, reason="whether the medium is double-sided")
    last_sect: uint8 = immutable(0, reason="sectors per track of the medium")
    max_track: uint8 = immutable(0, reason="tracks of the medium")
    bps: uint16 = immutable(0, reason="bytes per sector of the medium")
    ro: uint8 = immutable(0, reason="the medium is write-protected")


@declare
class FDCtrl:
    """An 82078 floppy disk controller with two drives."""

    sra: uint8 = 0
    srb: uint8 = 0
    dor_vmstate: uint8 = 0
    tdr: uint8 = 0
    dsr: uint8 = 0
    msr: uint8 = 0
    status0: uint8 = 0
    status1: uint8 = 0
    status2: uint8 = 0
    # Never cleared: beyond data_len lies what the host's memory held before.
    fifo: list[uint8] = array(512)
    data_pos: uint32 = 0
    data_len: uint32 = 0
    data_state: uint8 = 0
    data_dir: uint8 = 0
    eot: uint8 = 0
    timer0: uint8 = 0
    timer1: uint8 = 0
    precomp_trk: uint8 = 0
    config: uint8 = 0
    lock: uint8 = 0
    pwrd: uint8 = 0
    num_floppies: uint8 = 2
    drives: list[FDrive] = array(2)

    irq: IRQ | None = None
    result_timer: QEMUTimer = broken(-1, reason="a command that was to end never does")
    dma_chann: int32 = immutable(2, reason="DMA channel")
    version: uint8 = immutable(0x90, reason="which chip it is")
    dor: uint8 = derived(0, reason="dor_vmstate carries it")
    cur_drv: uint8 = derived(0, reason="dor_vmstate carries it")
    fifo_size: int32 = immutable(512)
    sun4m: int32 = immutable(0, reason="variant of another machine")
    reset_sensei: int32 = broken(0, reason="the guest may be told too few interrupts after a reset")
    check_media_rate: uint32 = properties(Property("check_media_rate", True, bit=0), default=1)
    iomem: MemoryRegion | None = None

    def pre_save(self) -> None:
        """Put the selected drive beside the digital output register."""
        self.dor_vmstate = self.dor | self.cur_drv

    def post_load(self) -> None:
        """Take the selected drive out of the digital output register."""
        self.dor = self.dor_vmstate & ~_SELECT
        self.cur_drv = self.dor_vmstate & _SELECT


@declare
class FDCtrlISABus:
    """The controller on the ISA bus."""

    state: FDCtrl = embedded(FDCtrl)

    busdev: object = immutable(reason="place on the ISA bus")
    bootindexA: int32 = property_("bootindexA", -1)
    bootindexB: int32 = property_("bootindexB", -1)

    @classmethod
    def reset(cls, drives: int = 1) -> Self:
        """Power-on state: waiting for a command, heads at track 0.

        :param drives: how many there are: 0, 1 or 2
        """
        controller = cls()
        controller.state = FDCtrl(
            sra=0 if drives == 2 else _NO_DRIVE_B,
            srb=0xC0,
            dor=0x0C,
            msr=0x80,
            config=0x60,
            drives=[FDrive(sect=int(unit < drives), media_rate=0) for unit in range(2)],
        )
        return controller
