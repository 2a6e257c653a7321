"""What every PCI device's section begins with, and the bus. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Buffer, Equal, Int32, Range, Since, UInt32
from qidl.wire.vmstate import VMState

PCI_DEVICE = VMState(
    "PCIDevice",
    version_id=2,
    minimum_version_id=1,
    fields=[
        # 1.x refuses less, 2.0 and later more.
        "version_id" / Equal(Int32, 2) * "version of this struct, written as 2",
        "config" / Buffer(256) * "configuration space",
        "irq_state" / Since(2, Array(4, Range(UInt32, 0, 1))) * "levels of INTA to INTD",
    ],
)

PCIE_DEVICE = VMState(
    # From 1.2 on it is called PCIEDevice; the name is not on the wire.
    "PCIDevice",
    version_id=2,
    minimum_version_id=1,
    fields=[
        # 1.x refuses less, 2.0 and later more.
        "version_id" / Equal(Int32, 2) * "version of this struct, written as 2",
        "config" / Buffer(4096) * "configuration space, PCI Express",
        "irq_state" / Since(2, Array(4, Range(UInt32, 0, 1))) * "levels of INTA to INTD",
    ],
)

PCIBUS = VMState(
    "PCIBUS",
    version_id=1,
    fields=[
        # A PC's bus has the four lines of PCI: the destination's own number is 4, too.
        "nirq" / Equal(Int32, 4) * "interrupt lines of the bus",
        "irq_count" / Array("nirq", Int32) * "devices that assert each line",
    ],
)
