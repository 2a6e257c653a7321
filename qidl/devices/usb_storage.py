"""USB mass storage: a SCSI disk at the end of a bulk pipe. The disk has a section of its own."""

from __future__ import annotations

from typing import Self

from qidl.annotations import broken, elsewhere, embedded, immutable, property_, uint8, uint32
from qidl.declaration import declare
from qidl.devices.usb import USBDevice


@declare
class usb_msd_csw:
    """The status block that ends a command. A guest reads it little-endian."""

    sig: uint32 = 0
    tag: uint32 = 0
    residue: uint32 = 0
    status: uint8 = 0


@declare
class MSDState:
    """A USB disk: where the command, its data and its status have got to."""

    dev: USBDevice = embedded(USBDevice)
    mode: uint32 = 0
    scsi_len: uint32 = 0
    scsi_off: uint32 = 0
    data_len: uint32 = 0
    csw: usb_msd_csw = embedded(usb_msd_csw)

    req: object = elsewhere(reason="the disk's section holds the request and ties it to this device")
    bus: object = immutable()
    conf: object = immutable(reason="properties of the drive")
    serial: str | None = property_("serial")
    removable: uint32 = property_("removable", False, bit=0)
    scsi_dev: object = immutable()
    packet: object = broken(reason="the packet in flight; the host controller submits it again")

    @classmethod
    def reset(cls, *, behind_hub: bool = False) -> Self:
        """Power-on state: the next thing to come is a command.

        :param behind_hub: plugged into a hub, whose ports the guest has to reset
        """
        return cls(dev=USBDevice.reset(behind_hub=behind_hub))
