"""Cirrus VGA, on PCI and on ISA. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Buffer, Int32, UInt8, UInt32
from qidl.wire.vmstate import VMState

CIRRUS_VGA_V2 = VMState(
    "cirrus_vga",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "vga.latch" / UInt32 * "the four planes' bytes at the last read",
        "vga.sr_index" / UInt8 * "selected sequencer register",
        "vga.sr" / Buffer(256) * "sequencer",
        "vga.gr_index" / UInt8 * "selected graphics controller register",
        "cirrus_shadow_gr0" / UInt8 * "graphics register 0 in full: background colour",
        "cirrus_shadow_gr1" / UInt8 * "graphics register 1 in full: foreground colour",
        "vga.gr" / Buffer(254) * "graphics controller, registers 2 to 255",
        "vga.ar_index" / UInt8 * "selected attribute controller register",
        "vga.ar" / Buffer(21) * "attribute controller",
        "vga.ar_flip_flop" / Int32 * "0: the attribute port takes an index next, 1: data",
        "vga.cr_index" / UInt8 * "selected CRT controller register",
        "vga.cr" / Buffer(256) * "CRT controller",
        "vga.msr" / UInt8 * "miscellaneous output register",
        "vga.fcr" / UInt8 * "feature control register",
        "vga.st00" / UInt8 * "input status 0",
        "vga.st01" / UInt8 * "input status 1",
        "vga.dac_state" / UInt8 * "0: DAC is being written, 3: read",
        "vga.dac_sub_index" / UInt8 * "colour component that is next: 0 red, 1 green, 2 blue",
        "vga.dac_read_index" / UInt8 * "palette entry that is read",
        "vga.dac_write_index" / UInt8 * "palette entry that is written",
        "vga.dac_cache" / Buffer(3) * "components of the entry being written",
        "vga.palette" / Buffer(768) * "256 entries of red, green and blue",
        "vga.bank_offset" / Int32 * "bytes from the start of video memory to the bank at 0xa0000",
        "cirrus_hidden_dac_lockindex" / UInt8 * "reads of the DAC mask so far; the fourth reaches the hidden register",
        "cirrus_hidden_dac_data" / UInt8 * "hidden DAC register",
        "hw_cursor_x" / UInt32 * "column of the cursor, pixels",
        "hw_cursor_y" / UInt32 * "line of the cursor, pixels",
    ],
)

PCI_CIRRUS_VGA_V2 = VMState(
    "cirrus_vga",
    version_id=2,
    fields=[
        "dev" / PCI_DEVICE,
        "cirrus_vga" / CIRRUS_VGA_V2,
    ],
)
