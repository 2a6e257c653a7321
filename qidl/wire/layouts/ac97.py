"""The AC97 audio controller. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Buffer, Only, UInt8, UInt16, UInt32, Unused
from qidl.wire.vmstate import VMState

AC97_BM_REGS = VMState(
    "ac97_bm_regs",
    version_id=1,
    fields=[
        "bdbar" / UInt32 * "buffer descriptor list, guest physical address",
        "civ" / UInt8 * "current descriptor, 0 to 31",
        "lvi" / UInt8 * "last valid descriptor, 0 to 31",
        "sr" / UInt16 * "status; bit 0 halted",
        "picb" / UInt16 * "samples left in the current buffer",
        "piv" / UInt8 * "descriptor that was fetched ahead",
        "cr" / UInt8 * "control; bit 0 run",
        "bd_valid" / UInt32 * "bd holds a descriptor",
        "bd.addr" / UInt32 * "its buffer, guest physical address",
        "bd.ctl_len" / UInt32 * "its samples in the low half, flags in the high",
    ],
)

AC97_V3 = VMState(
    "ac97",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "dev" / PCI_DEVICE,
        "glob_cnt" / UInt32 * "global control",
        "glob_sta" / UInt32 * "global status",
        "cas" / UInt32 * "codec access semaphore",
        "bm_regs" / Array(3, AC97_BM_REGS) * "PCM in, PCM out, microphone",
        "mixer_data" / Buffer(256) * "registers of 16 bits, little-endian",
        "unused_active" / Only(2, Unused(3)) * "was which voices run",
    ],
)
