"""The I/O APIC. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Since, UInt8, UInt32, UInt64, Unused
from qidl.wire.vmstate import VMState

IOAPIC_V3 = VMState(
    "ioapic",
    version_id=3,
    minimum_version_id=1,
    fields=[
        "id" / UInt8 * "APIC ID",
        "ioregsel" / UInt8 * "selected register",
        "unused_base_address" / Since(2, Unused(8)) * "was the base address, in qemu-kvm's version 2",
        "irr" / Since(2, UInt32) * "requested interrupts, bit per pin",
        "ioredtbl" / Array(24, UInt64) * "redirection table",
    ],
)
