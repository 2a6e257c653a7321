"""The VGA core that std VGA and VMware's adapter share, and std VGA on PCI. Same bytes in every release."""

from __future__ import annotations

from typing import Any

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Buffer, Equal, Int32, Range, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState


def _core(is_vbe_vmstate: Any) -> VMState:
    return VMState(
        "vga",
        version_id=2,
        fields=[
            "latch" / UInt32 * "the four planes' bytes at the last read",
            "sr_index" / UInt8 * "selected sequencer register",
            "sr" / Buffer(8) * "sequencer, registers 0 to 7 of 256",
            "gr_index" / UInt8 * "selected graphics controller register",
            "gr" / Buffer(16) * "graphics controller, registers 0 to 15 of 256",
            "ar_index" / UInt8 * "selected attribute controller register",
            "ar" / Buffer(21) * "attribute controller",
            "ar_flip_flop" / Int32 * "0: the attribute port takes an index next, 1: data",
            "cr_index" / UInt8 * "selected CRT controller register",
            "cr" / Buffer(256) * "CRT controller",
            "msr" / UInt8 * "miscellaneous output register",
            "fcr" / UInt8 * "feature control register",
            "st00" / UInt8 * "input status 0",
            "st01" / UInt8 * "input status 1",
            "dac_state" / UInt8 * "0: DAC is being written, 3: read",
            "dac_sub_index" / UInt8 * "colour component that is next: 0 red, 1 green, 2 blue",
            "dac_read_index" / UInt8 * "palette entry that is read",
            "dac_write_index" / UInt8 * "palette entry that is written",
            "dac_cache" / Buffer(3) * "components of the entry being written",
            "palette" / Buffer(768) * "256 entries of red, green and blue",
            "bank_offset" / Int32 * "bytes from the start of video memory to the bank at 0xa0000",
            "is_vbe_vmstate" / is_vbe_vmstate * "the Bochs VBE registers are in use",
            "vbe_index" / UInt16 * "selected VBE register",
            "vbe_regs" / Array(10, UInt16) * "VBE registers; the first is the interface's version",
            "vbe_start_addr" / UInt32 * "first displayed word of video memory",
            "vbe_line_offset" / UInt32 * "bytes per line",
            "vbe_bank_mask" / UInt32 * "banks of 64 KiB, less one",
        ],
    )


# Without a PCI device, this is VMware's core, which has VBE, or ISA std VGA, which writes 0.
# Each refuses the other's value, but nothing in the section tells which of them it is.
VGA_V2 = _core(Range(UInt8, 0, 1))

PCI_VGA_V2 = VMState(
    "vga",
    version_id=2,
    fields=[
        "dev" / PCI_DEVICE,
        "vga" / _core(Equal(UInt8, 1)),
    ],
)
