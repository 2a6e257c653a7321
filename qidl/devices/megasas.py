"""The LSI MegaRAID SAS adapter."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    BusState,
    MemoryRegion,
    Property,
    broken,
    elsewhere,
    embedded,
    immutable,
    int32,
    properties,
    property_,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

FW_STATE_READY = 0xB << 28
"""State of the firmware before the guest's driver starts it."""

_CONFIG = {
    **{0x01: 0x10, 0x02: 0x60},
    **{0x0A: 0x04, 0x0B: 0x01},
    **{0x10: 0x04, 0x18: 0x01, 0x1C: 0x04},  # registers in memory and in I/O space, queues in memory
    **{0x2D: 0x10, 0x2E: 0x13, 0x2F: 0x10},
    0x3D: 0x01,
}


@declare
class MegasasState:
    """A RAID adapter. It loses its queues: a guest that uses it does not survive migration."""

    dev: PCIDevice = embedded(PCIDevice)
    fw_state: int32 = 0
    intr_mask: int32 = 0
    doorbell: int32 = 0
    reply_queue_pa: uint64 = 0
    consumer_pa: uint64 = 0
    producer_pa: uint64 = 0

    mmio_io: MemoryRegion | None = None
    port_io: MemoryRegion | None = None
    queue_io: MemoryRegion | None = None
    frame_hi: uint32 = broken(0, reason="high half of an address, between two writes of the guest")
    fw_sge: uint32 = property_("max_sge", 80)
    fw_cmds: uint32 = property_("max_cmds", 1000)
    # A third bit, queues of 64-bit addresses, is the guest's doing and ought to travel.
    flags: uint32 = properties(Property("use_msix", False, bit=0), Property("use_jbod", False, bit=1), default=0)
    fw_luns: int32 = immutable(0, reason="number of disks")
    busy: int32 = broken(0, reason="frames in use are lost")
    event_cmd: object = broken(reason="the guest's wish to be told of events is forgotten")
    event_locale: int32 = broken(0, reason="goes with event_cmd")
    event_class: int32 = broken(0, reason="goes with event_cmd")
    event_count: int32 = broken(0, reason="events are numbered from the start")
    shutdown_event: int32 = broken(0, reason="number of an event")
    boot_event: int32 = broken(0, reason="number of an event")
    sas_addr: uint64 = property_("sas_address", 0)
    hba_serial: str | None = property_("hba_serial")
    reply_queue: object = broken(reason="not mapped after loading")
    reply_queue_len: int32 = broken(0, reason="0 after loading: no reply reaches the guest")
    reply_queue_head: int32 = broken(0, reason="goes with reply_queue_len")
    reply_queue_tail: int32 = broken(0, reason="goes with reply_queue_len")
    frames: list[object] | None = broken(reason="commands in flight are lost")
    bus: BusState | None = elsewhere(reason="the disks have sections of their own")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: firmware ready, interrupts masked."""
        return cls(
            dev=PCIDevice(config=config_space(_CONFIG)),
            fw_state=FW_STATE_READY - (1 << 32),
            intr_mask=-1,
        )
