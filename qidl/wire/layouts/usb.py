"""USB devices: what each begins with, the HID devices and the hub. Same bytes in every release."""

from __future__ import annotations

from qidl.rules import at_most
from qidl.wire.primitives import Array, Int32, Range, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

_DATA_BUF = 4096
"""Bytes that QEMU has room for: ``data_buf``, which does not travel."""

USB_DEVICE = VMState(
    "USBDevice",
    version_id=1,
    fields=[
        "addr" / UInt8 * "address that the guest has given, 0 until then",
        "state" / Int32 * "0 not attached, 1 attached, 2 powered, 3 default, 4 address, 5 configured, 6 suspended",
        "remote_wakeup" / Int32 * "the guest lets the device wake it",
        "setup_state" / Int32 * "stage of the control transfer",
        "setup_len" / Range(Int32, 0, _DATA_BUF) * "bytes of the control transfer's data",
        "setup_index" / Range(Int32, 0, _DATA_BUF) * "bytes of them that have been transferred",
        "setup_buf" / Array(8, UInt8) * "the control request",
    ],
    # What is left of a transfer is copied: CVE-2013-4541. The first correction refused a setup_len of 4096, too, which
    # is what there is room for; the second (CVE-2014-3461) does not.
    rules=[at_most("setup_index", "setup_len")],
)

HID_POINTER_EVENT = VMState(
    "HIDPointerEventQueue",
    version_id=1,
    fields=[
        "xdx" / Int32 * "x: a step of a mouse, a place on a tablet",
        "ydy" / Int32 * "y, likewise",
        "dz" / Int32 * "steps of the wheel",
        "buttons_state" / Int32 * "bit mask of pressed buttons",
    ],
)

HID_POINTER = VMState(
    "HIDPointerDevice",
    version_id=1,
    fields=[
        "ptr.queue" / Array(16, HID_POINTER_EVENT) * "ring of events",
        "head" / UInt32 * "the oldest event's place in the ring",
        "n" / UInt32 * "events in the ring",
        "protocol" / Int32 * "0 boot, 1 report",
        "idle" / UInt8 * "between reports of no change, in units of 4 ms; 0: none are made",
    ],
)

HID_KEYBOARD = VMState(
    "HIDKeyboardDevice",
    version_id=1,
    fields=[
        "kbd.keycodes" / Array(16, UInt32) * "ring of scan codes",
        "head" / UInt32 * "the oldest scan code's place in the ring",
        "n" / UInt32 * "scan codes in the ring",
        "kbd.modifiers" / UInt16 * "pressed modifiers; bits 8 and 9 follow prefixes of scan codes",
        "kbd.leds" / UInt8 * "bit 0 num lock, 1 caps lock, 2 scroll lock",
        "kbd.key" / Array(16, UInt8) * "usage codes of the pressed keys",
        "kbd.keys" / Int32 * "how many of them",
        "protocol" / Int32 * "0 boot, 1 report",
        "idle" / UInt8 * "between reports of no change, in units of 4 ms; 0: none are made",
    ],
)

USB_PTR_V1 = VMState(
    "usb-ptr",
    version_id=1,
    fields=["dev" / USB_DEVICE, "hid" / HID_POINTER * "a mouse or a tablet"],
)

USB_KBD_V1 = VMState(
    "usb-kbd",
    version_id=1,
    fields=["dev" / USB_DEVICE, "hid" / HID_KEYBOARD],
)

USB_HUB_PORT = VMState(
    "usb-hub-port",
    version_id=1,
    fields=[
        "wPortStatus" / UInt16 * "bit 0 connected, 1 enabled, 8 powered, 9 low speed",
        "wPortChange" / UInt16 * "what changed in wPortStatus since the guest last cleared it",
    ],
)

USB_HUB_V1 = VMState(
    "usb-hub",
    version_id=1,
    fields=["dev" / USB_DEVICE, "ports" / Array(8, USB_HUB_PORT)],
)
