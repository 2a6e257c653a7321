"""PS/2 keyboard and mouse. Same bytes in every release."""

from __future__ import annotations

from qidl.validation import ring
from qidl.wire.primitives import Buffer, Int32, Since, UInt8
from qidl.wire.vmstate import VMState

PS2_COMMON = VMState(
    "PS2 Common State",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "write_cmd" / Int32 * "command whose argument is awaited, -1 for none",
        "queue.rptr" / Int32 * "index of the next byte to be read",
        "queue.wptr" / Int32 * "index at which the next byte is put",
        "queue.count" / Int32 * "bytes in the queue",
        "queue.data" / Buffer(256) * "bytes for the controller, a ring",
    ],
    # From 2.12 on QEMU repairs what is not: CVE-2017-16845. No release has written it.
    rules=[ring(head="queue.rptr", tail="queue.wptr", count="queue.count", capacity=256)],
)

PS2KBD_LEDSTATE = VMState(
    "ps2kbd/ledstate",
    version_id=3,
    minimum_version_id=2,
    fields=["ledstate" / Int32 * "lights: bit 0 scroll lock, bit 1 num lock, bit 2 caps lock"],
)

PS2KBD_V3 = VMState(
    "ps2kbd",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "common" / PS2_COMMON * "what keyboard and mouse share",
        "scan_enabled" / Int32 * "keys are reported",
        "translate" / Int32 * "the controller translates to scan code set 1",
        "scancode_set" / Since(3, Int32) * "1, 2 or 3; 0 after reset",
    ],
    subsections=[PS2KBD_LEDSTATE],
)

PS2MOUSE_V2 = VMState(
    "ps2mouse",
    version_id=2,
    fields=[
        "common" / PS2_COMMON * "what keyboard and mouse share",
        "mouse_status" / UInt8 * "mode, scaling and whether it reports",
        "mouse_resolution" / UInt8 * "log2 of counts per mm",
        "mouse_sample_rate" / UInt8 * "reports per second",
        "mouse_wrap" / UInt8 * "bytes are echoed",
        "mouse_type" / UInt8 * "0 plain, 3 with wheel, 4 with five buttons",
        "mouse_detect_state" / UInt8 * "how far the guest is in asking for the type",
        "mouse_dx" / Int32 * "movement not reported yet",
        "mouse_dy" / Int32 * "movement not reported yet",
        "mouse_dz" / Int32 * "wheel movement not reported yet",
        "mouse_buttons" / UInt8 * "buttons that are down",
    ],
)
