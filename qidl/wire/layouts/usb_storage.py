"""USB mass storage, since 1.2. Until then the device kept a machine from being saved at all."""

from __future__ import annotations

from qidl.wire.layouts.usb import USB_DEVICE
from qidl.wire.primitives import UInt8, UInt32
from qidl.wire.vmstate import VMState

USB_STORAGE_V1 = VMState(
    "usb-storage",
    version_id=1,
    fields=[
        "dev" / USB_DEVICE,
        "mode" / UInt32 * "what comes next: 0 command block, 1 data out, 2 data in, 3 status",
        "scsi_len" / UInt32 * "bytes in the SCSI buffer",
        "scsi_off" / UInt32 * "bytes of them that have been transferred",
        "data_len" / UInt32 * "bytes of the transfer that are left",
        # The status block lies in memory as the guest will get it, little-endian; these are its values.
        "csw.sig" / UInt32 * "signature of the status block",
        "csw.tag" / UInt32 * "tag of its command",
        "csw.residue" / UInt32 * "bytes that the command did not transfer",
        "csw.status" / UInt8 * "0 passed, 1 failed, 2 phase error",
    ],
)
