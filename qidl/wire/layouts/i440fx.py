"""The i440FX host bridge. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState

I440FX_V3 = VMState(
    "I440FX",
    version_id=3,
    fields=[
        "dev" / PCI_DEVICE,
        "smm_enabled" / UInt8 * "the CPU is in system management mode",
    ],
)
