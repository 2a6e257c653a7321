"""LSI MegaRAID SAS adapter, from 1.2. Its MSI-X table does not travel."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Int32, UInt64
from qidl.wire.vmstate import VMState

MEGASAS_V0 = VMState(
    "megasas",
    version_id=0,
    fields=[
        "dev" / PCI_DEVICE,
        "fw_state" / Int32 * "state of the firmware; the top four bits: 0xb ready, 0xc operational, 0xf fault",
        "intr_mask" / Int32 * "interrupts masked, -1 = all",
        "doorbell" / Int32 * "a reply waits",
        "reply_queue_pa" / UInt64 * "guest address of the reply queue",
        "consumer_pa" / UInt64 * "guest address of its tail, which the guest advances",
        "producer_pa" / UInt64 * "guest address of its head, which the adapter advances",
    ],
)
