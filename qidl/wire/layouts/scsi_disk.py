"""SCSI devices, from 1.1: disks and CD-ROMs (scsi-disk), and the host's own devices (scsi-generic).

A section holds the requests in flight, whose form depends on what the section does not say:
which adapter the device is under. virtio-scsi puts its own part of a request there, the
others nothing; hence every layout has a second one for devices under virtio-scsi.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qidl.wire.layouts.scsi_request import (
    CDB,
    DATA_OUT,
    READS,
    RETRY,
    RETRY_1_1,
    VERIFIES,
    WRITES,
    DataIn,
    DataOut,
    Requests,
    Retry,
)
from qidl.wire.layouts.virtqueue import VIRTQUEUE_ELEMENT
from qidl.wire.primitives import Array, Bool, Buffer, Int32, Range, UInt8, UInt32, UInt64, When
from qidl.wire.vmstate import VMState


def _opcode(state: dict[str, Any]) -> int:
    opcode: int = state["cmd"]["buf"][0]
    return opcode


def _transfers_blocks(state: dict[str, Any]) -> bool:
    """READ, VERIFY or WRITE.

    Commands that QEMU emulates on the spot, INQUIRY and the like, leave no more than their CDB.
    """
    return _opcode(state) in READS | VERIFIES | WRITES


def _is_write_with_buffer(state: dict[str, Any]) -> bool:
    """WRITE, and buflen is not 0."""
    return _opcode(state) in WRITES and state["buflen"] != 0


def _is_read_under_way(state: dict[str, Any]) -> bool:
    """READ or VERIFY, buflen is not 0, and retry is false."""
    return _opcode(state) in READS | VERIFIES and state["buflen"] != 0 and not state["retry"]


def _is_data_out_with_buffer(state: dict[str, Any]) -> bool:
    """A command whose data goes to the device, and buflen is not 0."""
    return _opcode(state) in DATA_OUT and state["buflen"] != 0


_DISK_PART = (
    "sector" / When(_transfers_blocks, UInt64) * "first sector of the piece in progress, of 512 bytes",
    "sector_count" / When(_transfers_blocks, UInt32) * "sectors of it",
    "buflen" / When(_transfers_blocks, UInt32) * "bytes that there is room for",
    "data" / When(_is_write_with_buffer, DataOut()) * "to be written",
    "data" / When(_is_read_under_way, DataIn()) * "read so far",
)

_GENERIC_PART = (
    "buflen" / Range(Int32, 0, Int32.maximum) * "bytes to transfer",
    # QEMU takes the length from the CDB, by a block size that does not travel; what it writes has the same in buflen.
    "data" / When(_is_data_out_with_buffer, Buffer("buflen")) * "to be written",
)

_VIRTIO_PART = (
    # Two of the 64 queues that a device has are for other things.
    "hba_private.vq" / Range(UInt32, 0, 61) * "number of the request queue",
    "hba_private.elem" / VIRTQUEUE_ELEMENT * "place in the queue and in guest memory",
)


def _scsi_device(retry: dict[int, bool], hba_part: Iterable[Any], device_part: Iterable[Any]) -> VMState:
    request = VMState(
        "SCSIRequest",
        version_id=1,
        fields=[
            "retry" / Retry(retry) * "to be run again after an I/O error",
            "cmd.buf" / CDB() * "command descriptor block, zeros behind it",
            "tag" / UInt32 * "the adapter's name for it",
            "lun" / UInt32,
            *hba_part,
            *device_part,
        ],
    )
    return VMState(
        "SCSIDevice",
        version_id=1,
        fields=[
            "unit_attention.key" / UInt8 * "sense key of the condition yet to be reported, 6 = unit attention",
            "unit_attention.asc" / UInt8 * "additional sense code",
            "unit_attention.ascq" / UInt8 * "its qualifier",
            "sense_is_ua" / Bool * "sense came of the condition",
            "sense" / Array(96, UInt8) * "sense data, fixed format",
            "sense_len" / UInt32 * "bytes of sense in use",
            # The head of a list, a struct in C too, and what hangs on it.
            "requests.entry" / Requests(request) * "requests in flight",
        ],
    )


def _scsi_disk(retry: dict[int, bool], hba_part: Iterable[Any] = ()) -> VMState:
    return VMState(
        "scsi-disk",
        version_id=1,
        fields=[
            "qdev" / _scsi_device(retry, hba_part, _DISK_PART),
            "media_changed" / Bool * "to be reported as unit attention",
            "media_event" / Bool * "to be reported as media event",
            "eject_request" / Bool * "the host wants the medium out",
            "tray_open" / Bool,
            "tray_locked" / Bool,
        ],
    )


SCSI_DISK_V1_1_1 = _scsi_disk(RETRY_1_1)
SCSI_DISK_V1_1_1_VIRTIO = _scsi_disk(RETRY_1_1, _VIRTIO_PART)
SCSI_DISK_V1 = _scsi_disk(RETRY)
SCSI_DISK_V1_VIRTIO = _scsi_disk(RETRY, _VIRTIO_PART)

# scsi-generic: the inner struct is the whole section.
SCSI_DEVICE_V1_1_1 = _scsi_device(RETRY_1_1, (), _GENERIC_PART)
SCSI_DEVICE_V1_1_1_VIRTIO = _scsi_device(RETRY_1_1, _VIRTIO_PART, _GENERIC_PART)
SCSI_DEVICE_V1 = _scsi_device(RETRY, (), _GENERIC_PART)
SCSI_DEVICE_V1_VIRTIO = _scsi_device(RETRY, _VIRTIO_PART, _GENERIC_PART)
