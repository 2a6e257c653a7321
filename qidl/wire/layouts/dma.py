"""The DMA controllers (8237): instance 0 has channels 0 to 3, 1 has 4 to 7. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Int32, UInt8, UInt16
from qidl.wire.vmstate import VMState

DMA_REGS = VMState(
    "dma_regs",
    version_id=1,
    fields=[
        "now" / Array(2, Int32) * "current address, and bytes done",
        "base" / Array(2, UInt16) * "address and count as programmed",
        "mode" / UInt8 * "mode register",
        "page" / UInt8 * "address bits 16 to 23",
        "pageh" / UInt8 * "address bits 24 to 30",
        "dack" / UInt8 * "the channel was acknowledged",
        "eop" / UInt8 * "end of process",
    ],
)

DMA_V1 = VMState(
    "dma",
    version_id=1,
    fields=[
        "command" / UInt8 * "command register",
        "mask" / UInt8 * "masked channels",
        "flip_flop" / UInt8 * "the next access is to the high byte",
        "dshift" / Int32 * "log2 of a transfer's bytes: 0 or 1; not checked",
        "regs" / Array(4, DMA_REGS) * "the channels",
    ],
)
