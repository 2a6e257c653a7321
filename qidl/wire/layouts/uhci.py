"""UHCI host controllers (USB 1.1). Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Equal, Int64, Since, Timer, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

UHCI_PORT = VMState(
    "uhci port",
    version_id=1,
    fields=["ctrl" / UInt16 * "bit 0 connected, 1 it changed, 2 enabled, 8 low speed; bit 7 is always set"],
)

UHCI_V2 = VMState(
    "uhci",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "dev" / PCI_DEVICE,
        "num_ports_vmstate" / Equal(UInt8, 2) * "number of ports",
        "ports" / Array(2, UHCI_PORT),
        "cmd" / UInt16 * "bit 0 run",
        "status" / UInt16,
        "intr" / UInt16 * "interrupt enable",
        "frnum" / UInt16 * "frame number",
        "fl_base_addr" / UInt32 * "frame list, guest physical address",
        "sof_timing" / UInt8 * "start-of-frame modify",
        "status2" / UInt8 * "bit 0 an interrupt on completion came up, bit 1 one for a short packet",
        "frame_timer" / Timer * "next frame, ns of the virtual clock",
        "expire_time" / Since(2, Int64) * "when the frame ends, ns of the virtual clock",
    ],
)
