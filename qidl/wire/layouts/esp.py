"""AMD PCscsi (am53c974 from 1.2, dc390 from 1.3): an ESP behind a DMA engine of its own."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Buffer, Int32, UInt32
from qidl.wire.vmstate import VMState

ESP_V3 = VMState(
    "esp",
    version_id=3,
    fields=[
        "rregs" / Buffer(16) * "registers, as read",
        "wregs" / Buffer(16) * "registers, as written",
        "ti_size" / Int32 * "bytes yet to transfer",
        "ti_rptr" / UInt32 * "next byte to take from ti_buf",
        "ti_wptr" / UInt32 * "next byte to put into ti_buf",
        "ti_buf" / Buffer(16) * "FIFO",
        "status" / UInt32 * "status byte of the last command",
        "dma" / UInt32 * "the last command asked for DMA",
        "cmdbuf" / Buffer(16) * "SCSI command being collected",
        "cmdlen" / UInt32 * "bytes of it",
        "do_cmd" / UInt32 * "1: the next transfer brings more of the command",
        "dma_left" / UInt32 * "bytes that the DMA controller has yet to transfer",
    ],
)

PCIESPSCSI_V0 = VMState(
    "pciespscsi",
    version_id=0,
    fields=[
        "dev" / PCI_DEVICE,
        # CMD, STC, SPA, WBC, WAC, STAT, SMDLA, WMAC: words in C, which travel as the host's memory holds them.
        "dma_regs" / Buffer(32) * "registers of the DMA engine, 32-bit words in the host's byte order",
        "esp" / ESP_V3,
    ],
)
