"""VMware's SVGA adapter. Its VGA core is a section of its own."""

from __future__ import annotations

from typing import Any

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Int32, UInt32, Unused
from qidl.wire.vmstate import VMState

SCRATCH_SIZE = 0x8000
"""Scratch registers. The count is a constant of the device, not on the wire."""


def _vmware_vga(last: Any) -> VMState:
    chip = VMState(
        "vmware_vga_internal",
        version_id=0,
        fields=[
            # QEMU refuses a depth other than that of its own host's display, which the stream does not tell.
            "depth" / Int32 * "bits per pixel of the host's display",
            "enable" / Int32 * "SVGA mode is on",
            "config" / Int32 * "the guest has set up the command FIFO",
            "cursor.id" / Int32,
            "cursor.x" / Int32 * "pixels",
            "cursor.y" / Int32 * "pixels",
            "cursor.on" / Int32 * "the cursor is shown",
            "index" / Int32 * "selected SVGA register",
            "scratch" / Array(SCRATCH_SIZE, UInt32) * "scratch registers",
            "new_width" / Int32 * "pixels, from the next update",
            "new_height" / Int32 * "pixels, from the next update",
            "guest" / UInt32 * "guest operating system, as its driver says",
            "svgaid" / UInt32 * "version of the register interface agreed upon",
            "syncing" / Int32 * "the guest waits for the FIFO to run empty",
            last,
        ],
    )
    return VMState("vmware_vga", version_id=0, fields=["card" / PCI_DEVICE, "chip" / chip])


VMWARE_VGA_V0_1_0 = _vmware_vga("fb_size" / Int32 * "bytes of the frame buffer in use")

VMWARE_VGA_V0 = _vmware_vga("unused_fb_size" / Unused(4) * "was fb_size")
