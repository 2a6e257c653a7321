"""SCSI disks and CD-ROMs, the host's own SCSI devices, and the requests that are in flight."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    DeviceState,
    Property,
    array,
    broken,
    elsewhere,
    embedded,
    immutable,
    int32,
    optional,
    properties,
    property_,
    size_t,
    uint8,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.virtio import VirtQueueElement

UNIT_ATTENTION = 0x06
"""Sense key: something happened that the guest has not been told of."""

POWER_ON_OR_RESET = 0x29
"""Additional sense code: what happened is a reset."""


@declare
class SCSISense:
    """Why a command failed."""

    key: uint8 = 0
    asc: uint8 = 0
    ascq: uint8 = 0


@declare
class SCSICommand:
    """A command descriptor block."""

    buf: bytearray = array(16)

    len: int32 = immutable(0, reason="parsed again out of buf")
    xfer: size_t = immutable(0, reason="parsed again out of buf, by the device's block size")
    lba: uint64 = immutable(0, reason="parsed again out of buf")
    mode: int32 = immutable(0, reason="direction of the data, parsed again out of buf")


@declare
class VirtIOSCSIReq:
    """What a virtio adapter adds to a request."""

    # A pointer in C, the number of the request queue on its way.
    vq: uint32 = 0
    elem: VirtQueueElement = embedded(VirtQueueElement)

    dev: object = elsewhere(reason="pointer back to the adapter")
    qsgl: object = immutable(reason="the pieces of elem that hold data")
    sreq: object = elsewhere(reason="pointer back to the request")
    req: object = immutable(reason="where elem maps the header to")
    resp: object = immutable(reason="where elem maps the response to")


@declare
class SCSIRequest:
    """A command under way."""

    # False: it is under way, and not to be run again.
    retry: bool = True
    cmd: SCSICommand = embedded(SCSICommand)
    tag: uint32 = 0
    lun: uint32 = 0
    # Of the adapters only virtio's has a part here that travels.
    hba_private: VirtIOSCSIReq | None = optional()

    bus: object = elsewhere(reason="pointer back to the bus")
    dev: object = elsewhere(reason="pointer back to the device")
    ops: object = immutable(reason="found by the opcode")
    refcount: uint32 = immutable(0)
    status: int32 = immutable(-1, reason="a request that travels has none yet")
    resid: size_t = immutable(0)
    sense: bytes | None = immutable(reason="a request that travels has none yet")
    sense_len: uint32 = immutable(0, reason="a request that travels has no sense yet")
    dma_started: bool = immutable(False, reason="starts again with the request")
    enqueued: bool = immutable(True, reason="what travels is the list of those that are")
    io_canceled: bool = immutable(False, reason="a request that travels is not")
    aiocb: object = immutable(reason="the host's side")
    sg: object = immutable(reason="the adapter makes it anew")
    next: object = elsewhere(reason="the request behind it in the list")


@declare
class SCSIDiskReq(SCSIRequest):
    """A command for a disk. Only those that read, write or verify have members of their own that travel."""

    sector: uint64 | None = optional()
    sector_count: uint32 | None = optional()
    buflen: uint32 | None = optional()
    # iov.iov_base in C: what a write is to write, or a read under way has read.
    data: bytearray | None = optional(array())

    started: bool = immutable(False, reason="starts again with the request")
    iov: object = immutable(reason="made of data")
    qiov: object = immutable(reason="made of data")
    acct: object = immutable(reason="statistics")


@declare
class SCSIGenericReq(SCSIRequest):
    """A command for a device of the host."""

    buflen: int32 = 0
    # buf in C: what a command is to write.
    data: bytearray | None = optional(array())

    len: int32 = immutable(0, reason="starts again with the request")
    io_header: object = immutable(reason="the host's side")


@declare
class SCSIDiskRequests:
    """The list of a disk's requests. Its head, which is this, has no name in C."""

    entry: list[SCSIDiskReq] = array()


@declare
class SCSIGenericRequests:
    """The list of requests for a device of the host."""

    entry: list[SCSIGenericReq] = array()


@declare
class SCSIDeviceCommon:
    """What a SCSIDevice holds, all but its requests: they come last, and their class is the device's."""

    unit_attention: SCSISense = embedded(SCSISense)
    sense_is_ua: bool = False
    sense: list[uint8] = array(96)
    sense_len: uint32 = 0

    qdev: DeviceState | None = None
    vmsentry: object = immutable(reason="entry in a list of callbacks")
    bh: object = immutable(reason="runs the requests again when the machine does")
    id: uint32 = property_("scsi-id", 0)
    conf: object = immutable(reason="properties of the medium")
    channel: uint32 = property_("channel", 0)
    lun: uint32 = property_("lun", 0)
    blocksize: int32 = immutable(512, reason="fixed by the kind of device")
    type: int32 = immutable(0, reason="kind of device: 0 disk, 5 CD-ROM")
    max_lba: uint64 = broken(0, reason="kept from power-on: wrong if the medium has changed since")


@declare
class SCSIDiskDevice(SCSIDeviceCommon):
    """The SCSIDevice of a disk."""

    requests: SCSIDiskRequests = embedded(SCSIDiskRequests)


@declare
class SCSIDevice(SCSIDeviceCommon):
    """A device of the host that is handed through (scsi-generic)."""

    requests: SCSIGenericRequests = embedded(SCSIGenericRequests)

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: the guest will be told of it."""
        return cls(unit_attention=SCSISense(key=UNIT_ATTENTION, asc=POWER_ON_OR_RESET))


@declare
class SCSIDiskState:
    """A disk or a CD-ROM."""

    qdev: SCSIDiskDevice = embedded(SCSIDiskDevice)
    media_changed: bool = False
    media_event: bool = False
    eject_request: bool = False
    tray_open: bool = False
    tray_locked: bool = False

    features: uint32 = properties(Property("removable", False, bit=0), Property("dpofua", False, bit=1), default=0)
    wwn: uint64 = property_("wwn", 0)
    bh: object = immutable(reason="runs what the host asked for")
    version: str | None = property_("ver")
    serial: str | None = property_("serial")
    vendor: str | None = property_("vendor")
    product: str | None = property_("product")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: the guest will be told of it."""
        sense = SCSISense(key=UNIT_ATTENTION, asc=POWER_ON_OR_RESET)
        return cls(qdev=SCSIDiskDevice(unit_attention=sense))
