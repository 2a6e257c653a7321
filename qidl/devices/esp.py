"""The AMD PCscsi adapter, am53c974 or dc390: an ESP behind a DMA engine of its own."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    BusState,
    MemoryRegion,
    array,
    broken,
    elsewhere,
    embedded,
    immutable,
    int32,
    uint8,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

CHIP_ID = 0x12
"""What the am53c974 calls itself."""

CFG1 = 8
"""Register: configuration, own SCSI id in bits 0 to 2."""

TCHI = 14
"""Register: high byte of the transfer counter; the chip's id after a reset."""

_CONFIG = {
    **{0x00: 0x22, 0x01: 0x10, 0x02: 0x20, 0x03: 0x20},
    **{0x08: 0x10, 0x0B: 0x01},
    0x10: 0x01,
    **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},
    0x3D: 0x01,
}
_WAC = 4
_WMAC = 7


@declare
class ESPState:
    """An ESP, and the command that it has under way."""

    rregs: bytearray = array(16)
    wregs: bytearray = array(16)
    ti_size: int32 = 0
    # Neither is bounded by the 16 bytes of ti_buf.
    ti_rptr: uint32 = 0
    ti_wptr: uint32 = 0
    ti_buf: bytearray = array(16)
    status: uint32 = 0
    dma: uint32 = 0
    cmdbuf: bytearray = array(16)
    cmdlen: uint32 = 0
    do_cmd: uint32 = 0
    dma_left: uint32 = 0

    irq: IRQ | None = None
    chip_id: uint8 = immutable(CHIP_ID)
    bus: BusState | None = elsewhere(reason="the disks have sections of their own")
    current_dev: object = broken(reason="no device is selected after loading")
    current_req: object = broken(reason="the command under way is dropped")
    dma_counter: uint32 = broken(0, reason="bytes that were to transfer")
    dma_enabled: int32 = broken(0, reason="0 after loading, though the command in dma_regs[0] may say otherwise")
    async_len: uint32 = broken(0, reason="data of the command under way")
    async_buf: bytes | None = broken(reason="data of the command under way")
    dma_memory_read: object = immutable()
    dma_memory_write: object = immutable()
    dma_opaque: object = immutable()
    dma_cb: object = broken(reason="the command that waits for DMA to be enabled is forgotten")


@declare
class PCIESPState:
    """An ESP on PCI, and its DMA engine."""

    dev: PCIDevice = embedded(PCIDevice)
    # uint32_t[8] in C: CMD, STC, SPA, WBC, WAC, STAT, SMDLA, WMAC, as the host's memory holds them.
    dma_regs: bytearray = array(32)
    esp: ESPState = embedded(ESPState)

    io: MemoryRegion | None = None
    sbac: uint32 = broken(0, reason="SCSI bus and control register")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        adapter = cls(dev=PCIDevice(config=config_space(_CONFIG)))
        for register, value in ((_WAC, 0xFFFF_FFFF), (_WMAC, 0xFFFF_FFFD)):
            adapter.dma_regs[4 * register : 4 * register + 4] = value.to_bytes(4, "little")
        adapter.esp.rregs[CFG1] = 7
        adapter.esp.rregs[TCHI] = CHIP_ID
        return adapter
