"""The PIIX3 PCI-to-ISA bridge. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Int32, Since
from qidl.wire.vmstate import VMState

PIIX3_V3 = VMState(
    "PIIX3",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "dev" / PCI_DEVICE,
        "pci_irq_levels_vmstate" / Since(3, Array(4, Int32)) * "levels of PIRQA to PIRQD",
    ],
)
