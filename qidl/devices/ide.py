"""IDE drives, channels and adapters."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Self

from qidl.annotations import (
    IRQ,
    BusState,
    DeviceState,
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    int64,
    optional,
    property_,
    string,
    uint8,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

_IO_BUFFER = 256 * 512 + 4


class IDEDriveKind(enum.IntEnum):
    """What an IDE drive is."""

    HD = 0
    CD = 1
    CFATA = 2


@declare
class IDEUnreportedEvents:
    """What happened to a CD drive's medium and the guest has not been told."""

    new_media: bool = False
    eject_request: bool = False


@declare
class IDEDevice:
    """A drive as it was put on the command line."""

    qdev: DeviceState | None = None
    unit: uint32 = property_("unit", 0xFFFF_FFFF)
    conf: object = immutable(reason="properties of the host's medium")
    chs_trans: int32 = immutable(0, reason="how the BIOS is to translate the geometry")
    version: str | None = property_("ver")
    serial: str | None = property_("serial")
    model: str | None = property_("model")
    wwn: uint64 = property_("wwn", 0)


@declare
class IDEState:
    """A drive, or the place where one could be."""

    mult_sectors: int32 = 0
    identify_set: int32 = 0
    # None while identify_set is 0.
    identify_data: bytearray | None = optional(array(512))
    feature: uint8 = 0
    error: uint8 = 0
    nsector: uint32 = 0
    sector: uint8 = 0
    lcyl: uint8 = 0
    hcyl: uint8 = 0
    hob_feature: uint8 = 0
    hob_sector: uint8 = 0
    hob_nsector: uint8 = 0
    hob_lcyl: uint8 = 0
    hob_hcyl: uint8 = 0
    select: uint8 = 0
    status: uint8 = 0
    lba48: uint8 = 0
    sense_key: uint8 = 0
    asc: uint8 = 0
    cdrom_changed: uint8 = 0
    # Of a transfer by the CPU that is under way.
    req_nb_sectors: int32 | None = optional()
    io_buffer: list[uint8] | None = optional(array(_IO_BUFFER))
    cur_io_buffer_offset: int32 | None = optional()
    cur_io_buffer_len: int32 | None = optional()
    end_transfer_fn_idx: uint8 | None = optional()
    elementary_transfer_size: int32 | None = optional()
    packet_transfer_size: int32 | None = optional()
    # None while the tray is closed and free.
    tray_open: bool | None = optional()
    tray_locked: bool | None = optional()
    events: IDEUnreportedEvents | None = optional()

    bus: IDEBus | None = elsewhere(reason="pointer back to the channel")
    unit: uint8 = immutable(0, reason="number of the drive")
    drive_kind: IDEDriveKind = immutable(IDEDriveKind.HD)
    # Geometry and size: the host's medium has them.
    cylinders: int32 = immutable(0)
    heads: int32 = immutable(0)
    sectors: int32 = immutable(0)
    chs_trans: int32 = immutable(0)
    nb_sectors: int64 = immutable(0)
    drive_serial: int32 = immutable(0, reason="number from which a serial number is made")
    drive_serial_str: str = immutable(string(21))
    drive_model_str: str = immutable(string(41))
    wwn: uint64 = immutable(0)
    bs: object = elsewhere(reason="the host's medium")
    version: str = immutable(string(9))
    # The rest of an ATAPI transfer.
    io_buffer_index: int32 = broken(0, reason="a packet transfer by the CPU goes on at the wrong byte")
    lba: int32 = broken(0, reason="a packet transfer by the CPU goes on at the wrong sector")
    cd_sector_size: int32 = broken(0, reason="a packet transfer by the CPU goes on with the wrong sector size")
    atapi_dma: int32 = broken(0, reason="a packet command that uses DMA goes on without it")
    acct: object = immutable(reason="statistics of the host")
    pio_aiocb: object = immutable(reason="requests are finished before the state is saved")
    iov: object = immutable(reason="made for every request")
    qiov: object = immutable(reason="made for every request")
    io_buffer_offset: int32 = broken(0, reason="where in io_buffer a request that is to be tried again goes on")
    io_buffer_size: int32 = broken(0, reason="how far io_buffer is filled")
    sg: object = immutable(reason="made for every request")
    end_transfer_func: object = immutable(reason="end_transfer_fn_idx numbers it")
    # Pointers in C: here, indexes of io_buffer.
    data_ptr: int32 = derived(0, reason="cur_io_buffer_offset carries it")
    data_end: int32 = derived(0, reason="cur_io_buffer_len carries it")
    io_buffer_total_len: int32 = immutable(_IO_BUFFER)
    sector_write_timer: QEMUTimer = broken(-1, reason="the interrupt after a written sector, put off, never comes")
    irq_count: uint32 = broken(0, reason="which interrupts of written sectors are put off")
    ext_error: uint8 = broken(0, reason="extended error of a Compact Flash card")
    mdata_size: uint32 = immutable(0)
    mdata_storage: bytes | None = broken(reason="metadata of a Compact Flash card")
    media_changed: int32 = broken(0, reason="a Compact Flash card was changed")
    dma_cmd: object = immutable(reason="error_status of the channel says what is to be tried again")
    smart_enabled: uint8 = broken(1, reason="SMART is on again")
    smart_autosave: uint8 = broken(1, reason="SMART saves its attributes again")
    smart_errors: int32 = broken(0, reason="errors that SMART counted")
    smart_selftest_count: uint8 = broken(0, reason="self-tests that SMART logged")
    smart_selftest_data: bytearray = broken(array(512), reason="the log of SMART's self-tests")
    ncq_queues: int32 = immutable(0, reason="AHCI alone has them")

    def pre_save(self) -> None:
        """Say where in the buffer a transfer is."""
        if self.cur_io_buffer_offset is not None and self.cur_io_buffer_len is not None:
            self.cur_io_buffer_offset = self.data_ptr
            self.cur_io_buffer_len = self.data_end - self.data_ptr

    def post_load(self) -> None:
        """Find the place in the buffer again; without a transfer, it is the start."""
        self.data_ptr = self.data_end = 0
        if self.cur_io_buffer_offset is not None and self.cur_io_buffer_len is not None:
            self.data_ptr = self.cur_io_buffer_offset
            self.data_end = self.data_ptr + self.cur_io_buffer_len

    @classmethod
    def reset(cls, kind: IDEDriveKind | None = None, unit: int = 0) -> Self:
        """Power-on state: ready, with the signature of its kind in the registers.

        :param kind: what the drive is, None where there is none
        :param unit: 0 master, 1 slave
        """
        lcyl, hcyl = {IDEDriveKind.CD: (0x14, 0xEB), None: (0xFF, 0xFF)}.get(kind, (0x00, 0x00))
        return cls(
            mult_sectors=0 if kind is IDEDriveKind.CFATA else 16,
            nsector=1,
            sector=1,
            lcyl=lcyl,
            hcyl=hcyl,
            select=0x20,
            status=0x50,
            unit=unit,
            drive_kind=IDEDriveKind.HD if kind is None else kind,
        )


@declare
class IDEBus:
    """A channel: two drives that share registers. ``error_status`` is None while nothing is to be tried again."""

    cmd: uint8 = 0
    unit: uint8 = 0
    ifs: list[IDEState] = array(2)
    error_status: int32 | None = optional()

    qbus: BusState | None = None
    master: IDEDevice | None = immutable(reason="properties of the drive")
    slave: IDEDevice | None = immutable(reason="properties of the drive")
    bus_id: int32 = immutable(0, reason="number of the channel")
    dma: object = elsewhere(reason="the bus master, if there is one")
    irq: IRQ | None = None

    @classmethod
    def reset(cls, drives: Sequence[IDEDriveKind | None] = (None, None), bus_id: int = 0) -> Self:
        """Power-on state: the master is selected.

        :param drives: kinds of master and slave, None where there is none
        :param bus_id: 0 primary, 1 secondary channel
        """
        return cls(ifs=[IDEState.reset(kind, unit) for unit, kind in enumerate(drives)], bus_id=bus_id)


@declare
class BMDMAState:
    """The bus master of a channel."""

    cmd: uint8 = 0
    # The truth about the status register unless ``status`` is there. Not computed before saving:
    # bits 3 to 6 are those of the channel's error_status, which this struct does not hold.
    migration_compat_status: uint8 = 0
    addr: uint32 = 0
    sector_num: int64 = 0
    nsector: uint32 = 0
    # Loading QEMU clears all bits but the lowest; 0xff says that no transfer is under way.
    unit: uint8 = 0
    # None while no entry of the PRD table is under way.
    cur_addr: uint32 | None = optional()
    cur_prd_last: uint32 | None = optional()
    cur_prd_addr: uint32 | None = optional()
    cur_prd_len: uint32 | None = optional()
    # None while bits 3 to 6 are 0.
    status: uint8 | None = optional()

    dma: object = immutable(reason="callbacks")
    bus: IDEBus | None = elsewhere(reason="pointer to the channel")
    dma_cb: object = immutable(reason="callback of a transfer, which is finished before the state is saved")
    addr_ioport: MemoryRegion | None = None
    extra_io: MemoryRegion | None = None
    bh: object = immutable(reason="tries failed requests again when the machine runs")
    irq: IRQ | None = None
    pci_dev: PCIIDEState | None = elsewhere(reason="pointer back to the adapter")


@declare
class PCIIDEState:
    """The IDE adapter of the PIIX3: two channels, each with a bus master."""

    dev: PCIDevice = embedded(PCIDevice)
    bmdma: list[BMDMAState] = array(2)
    bus: list[IDEBus] = array(2)

    secondary: uint32 = immutable(0, reason="the CMD646 alone has it")
    bmdma_bar: MemoryRegion | None = None
    cmd646_bar: object = immutable(reason="the CMD646 alone has it")

    @classmethod
    def reset(
        cls,
        primary: Sequence[IDEDriveKind | None] = (None, None),
        secondary: Sequence[IDEDriveKind | None] = (IDEDriveKind.CD, None),
    ) -> Self:
        """Power-on state; by default, with an empty CD drive as secondary master.

        :param primary: kinds of master and slave, None where there is none
        :param secondary: the same of the secondary channel
        """
        adapter = cls(bus=[IDEBus.reset(primary, 0), IDEBus.reset(secondary, 1)])
        adapter.dev = PCIDevice(
            config=config_space(
                {
                    0x00: 0x86,
                    0x01: 0x80,
                    0x02: 0x10,
                    0x03: 0x70,
                    0x06: 0x80,
                    0x07: 0x02,
                    0x09: 0x80,
                    0x0A: 0x01,
                    0x0B: 0x01,
                    0x20: 0x01,
                    0x2C: 0xF4,
                    0x2D: 0x1A,
                    0x2F: 0x11,
                }
            )
        )
        return adapter


@declare
class ISAIDEState:
    """An IDE adapter on the ISA bus: one channel, no bus master."""

    bus: IDEBus = embedded(IDEBus)

    dev: object = immutable(reason="place on the ISA bus")
    iobase: uint32 = property_("iobase", 0x1F0)
    iobase2: uint32 = property_("iobase2", 0x3F6)
    isairq: uint32 = property_("irq", 14)
    irq: IRQ | None = None

    @classmethod
    def reset(cls, drives: Sequence[IDEDriveKind | None] = (None, None)) -> Self:
        """Power-on state.

        :param drives: kinds of master and slave, None where there is none
        """
        return cls(bus=IDEBus.reset(drives))
