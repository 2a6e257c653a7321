"""The AMD PCnet-PCI II Ethernet controller, Am79C970A. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Buffer, Int32, Only, Timer, UInt16, UInt32, UInt64, Unused
from qidl.wire.vmstate import VMState

PCNET_CHIP = VMState(
    "pcnet",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "rap" / Int32 * "register that the guest addresses",
        "isr" / Int32 * "level of the interrupt line",
        "lnkst" / Int32 * "link status bit, 0x40 or 0",
        "rdra" / UInt32 * "receive descriptors",
        "tdra" / UInt32 * "transmit descriptors",
        "prom" / Buffer(16) * "address PROM",
        "csr" / Array(128, UInt16) * "control and status registers",
        "bcr" / Array(32, UInt16) * "bus configuration registers",
        "timer" / UInt64 * "time of the last poll, ns of the virtual clock",
        "xmit_pos" / Int32 * "bytes in buffer, -1 where no frame is under way",
        "buffer" / Buffer(4096) * "frame to transmit",
        # Never there: the chip is a nested struct, which has its own version 3 even in a section of version 2.
        "unused_version_2" / Only(2, Unused(4)),
        "tx_busy" / Int32 * "inside a transmission",
        "poll_timer" / Timer * "next look at the descriptors, ns of the virtual clock",
    ],
)

PCNET_V3 = VMState(
    "pcnet",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "pci_dev" / PCI_DEVICE,
        "state" / PCNET_CHIP,
    ],
)
