"""The i8042 keyboard controller. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState

KBD = VMState(
    "pckbd",
    version_id=3,
    fields=[
        "write_cmd" / UInt8 * "controller command whose data byte is awaited, 0 for none",
        "status" / UInt8 * "status register",
        "mode" / UInt8 * "command byte: interrupts, translation",
        "pending" / UInt8 * "data waits: bit 0 from the keyboard, bit 1 from the mouse",
    ],
)

PCKBD_V3 = VMState("pckbd", version_id=3, fields=["kbd" / KBD * "the controller"])
