"""IDE: the PIIX3's two channels with their bus masters, and the ISA adapter. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Bool, Buffer, Int32, Int64, Range, Since, UInt8, UInt32, When
from qidl.wire.vmstate import VMState

_IO_BUFFER = 256 * 512 + 4
"""Bytes of a drive's buffer, ``io_buffer_total_len``: 256 sectors and a margin. The wire does not say it."""

IDE_DRIVE_PIO_STATE = VMState(
    "ide_drive/pio_state",
    version_id=1,
    fields=[
        "req_nb_sectors" / Int32 * "sectors per interrupt of this transfer",
        "io_buffer" / Array(_IO_BUFFER, UInt8) * "sectors or packets on their way",
        # QEMU does not check that these two lie within the buffer.
        "cur_io_buffer_offset" / Int32 * "next byte of io_buffer for the guest",
        "cur_io_buffer_len" / Int32 * "bytes from there to the end of the block",
        # What follows the block: 0 read or 1 write the next sectors, 2 stop, 3 go on with or 4 begin a packet command,
        # 5 nothing.
        "end_transfer_fn_idx" / Range(UInt8, 0, 5) * "number of the function that the end of the block calls",
        "elementary_transfer_size" / Int32 * "bytes of the packet transfer until the next interrupt",
        "packet_transfer_size" / Int32 * "bytes of the packet transfer still to come",
    ],
)

IDE_DRIVE_TRAY_STATE = VMState(
    "ide_drive/tray_state",
    version_id=1,
    fields=["tray_open" / Bool, "tray_locked" / Bool],
)

IDE_DRIVE_GESN_STATE = VMState(
    "ide_drive/atapi/gesn_state",
    version_id=1,
    fields=[
        "events.new_media" / Bool * "a medium came that the guest has not been told of",
        "events.eject_request" / Bool * "somebody asked for an eject, of which the guest has not been told",
    ],
)

IDE_DRIVE = VMState(
    "ide_drive",
    version_id=3,
    minimum_version_id=0,
    fields=[
        "mult_sectors" / Int32 * "sectors per block of READ and WRITE MULTIPLE",
        "identify_set" / Int32 * "identify_data is made",
        "identify_data" / When("identify_set", Buffer(512)) * "answer to IDENTIFY",
        "feature" / UInt8 * "feature register",
        "error" / UInt8 * "error register",
        "nsector" / UInt32 * "sector count register; sectors left while a command runs",
        "sector" / UInt8 * "sector number register",
        "lcyl" / UInt8 * "cylinder register, low byte",
        "hcyl" / UInt8 * "cylinder register, high byte",
        "hob_feature" / UInt8 * "value before the last write, for 48-bit commands",
        "hob_sector" / UInt8 * "value before the last write",
        "hob_nsector" / UInt8 * "value before the last write",
        "hob_lcyl" / UInt8 * "value before the last write",
        "hob_hcyl" / UInt8 * "value before the last write",
        "select" / UInt8 * "drive and head register",
        "status" / UInt8 * "status register",
        "lba48" / UInt8 * "the command has a 48-bit address",
        "sense_key" / UInt8 * "ATAPI sense key",
        "asc" / UInt8 * "ATAPI additional sense code",
        "cdrom_changed" / Since(3, UInt8) * "the guest has yet to learn of a new medium",
    ],
    subsections=[IDE_DRIVE_PIO_STATE, IDE_DRIVE_TRAY_STATE, IDE_DRIVE_GESN_STATE],
)

IDE_BUS_ERROR = VMState(
    "ide_bus/error",
    version_id=1,
    fields=["error_status" / Int32 * "request to try again: 0x08 DMA, 0x10 PIO, 0x20 read, 0x40 flush, 0x80 trim"],
)

IDE_BUS = VMState(
    "ide_bus",
    version_id=1,
    fields=[
        "cmd" / UInt8 * "device control register: bit 1 no interrupts, bit 2 reset",
        "unit" / UInt8 * "selected drive",
    ],
    subsections=[IDE_BUS_ERROR],
)

IDE_BMDMA_CURRENT = VMState(
    "ide bmdma_current",
    version_id=1,
    fields=[
        "cur_addr" / UInt32 * "guest address of the next entry of the PRD table",
        "cur_prd_last" / UInt32 * "the current entry is the last",
        "cur_prd_addr" / UInt32 * "guest address, within the current entry",
        "cur_prd_len" / UInt32 * "bytes left of the current entry",
    ],
)

IDE_BMDMA_STATUS = VMState(
    "ide bmdma/status",
    version_id=1,
    fields=["status" / UInt8 * "status register with all its bits"],
)

IDE_BMDMA = VMState(
    "ide bmdma",
    version_id=3,
    minimum_version_id=0,
    fields=[
        "cmd" / UInt8 * "command register",
        "migration_compat_status" / UInt8 * "status register, but bits 3 to 6 are those of the bus's error_status",
        "addr" / UInt32 * "guest address of the PRD table",
        "sector_num" / Int64 * "where a request that is to be tried again begins",
        "nsector" / UInt32 * "sectors of a request that is to be tried again",
        "unit" / UInt8 * "drive that the transfer is for, 0xff for none",
    ],
    subsections=[IDE_BMDMA_CURRENT, IDE_BMDMA_STATUS],
)

IDE_V3 = VMState(
    "ide",
    version_id=3,
    minimum_version_id=0,
    fields=[
        "dev" / PCI_DEVICE * "PCI device",
        "bmdma" / Array(2, IDE_BMDMA) * "bus masters, one for each channel",
        "bus" / Since(1, Array(2, IDE_BUS)) * "channels",
        "bus[0].ifs" / Since(3, Array(2, IDE_DRIVE)) * "drives of the primary channel",
        "bus[1].ifs" / Since(3, Array(2, IDE_DRIVE)) * "drives of the secondary channel",
    ],
)

ISA_IDE_V3 = VMState(
    "isa-ide",
    version_id=3,
    minimum_version_id=0,
    fields=[
        "bus" / Since(1, IDE_BUS) * "the channel",
        "bus.ifs" / Since(3, Array(2, IDE_DRIVE)) * "its drives",
    ],
)
