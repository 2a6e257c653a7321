"""The Intel HD audio controller. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Int64, UInt32
from qidl.wire.vmstate import VMState

INTEL_HDA_STREAM = VMState(
    "intel-hda-stream",
    version_id=1,
    minimum_version_id=0,
    fields=[
        "ctl" / UInt32 * "control and status; bit 1 run",
        "lpib" / UInt32 * "byte position in the cyclic buffer",
        "cbl" / UInt32 * "cyclic buffer length, bytes",
        "lvi" / UInt32 * "last valid buffer",
        "fmt" / UInt32 * "format",
        "bdlp_lbase" / UInt32 * "buffer descriptor list, guest physical address, lower half",
        "bdlp_ubase" / UInt32 * "upper half",
    ],
)

INTEL_HDA_V1 = VMState(
    "intel-hda",
    version_id=1,
    minimum_version_id=0,
    fields=[
        "pci" / PCI_DEVICE,
        "g_ctl" / UInt32 * "global control; bit 0: out of reset",
        "wake_en" / UInt32 * "wake enable, a bit per codec",
        "state_sts" / UInt32 * "codecs that came up, a bit each",
        "int_ctl" / UInt32 * "interrupt control",
        "int_sts" / UInt32 * "interrupt status",
        "wall_clk" / UInt32 * "wall clock counter",
        "corb_lbase" / UInt32 * "command ring, guest physical address, lower half",
        "corb_ubase" / UInt32 * "upper half",
        "corb_rp" / UInt32 * "command ring: read pointer",
        "corb_wp" / UInt32 * "command ring: write pointer",
        "corb_ctl" / UInt32 * "command ring: control",
        "corb_sts" / UInt32 * "command ring: status",
        "corb_size" / UInt32 * "command ring: size",
        "rirb_lbase" / UInt32 * "response ring, guest physical address, lower half",
        "rirb_ubase" / UInt32 * "upper half",
        "rirb_wp" / UInt32 * "response ring: write pointer",
        "rirb_cnt" / UInt32 * "response ring: responses per interrupt",
        "rirb_ctl" / UInt32 * "response ring: control",
        "rirb_sts" / UInt32 * "response ring: status",
        "rirb_size" / UInt32 * "response ring: size",
        "dp_lbase" / UInt32 * "DMA position buffer, guest physical address, lower half",
        "dp_ubase" / UInt32 * "upper half",
        "icw" / UInt32 * "immediate command",
        "irr" / UInt32 * "immediate response",
        "ics" / UInt32 * "immediate command status",
        "st" / Array(8, INTEL_HDA_STREAM) * "streams: 0 to 3 in, 4 to 7 out",
        "rirb_count" / UInt32 * "responses since the last interrupt",
        "wall_base_ns" / Int64 * "when the wall clock was 0, ns of the virtual clock",
    ],
)
