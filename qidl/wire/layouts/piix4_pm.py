"""PIIX4 power management. 1.3 stopped writing what lies behind the two GPE registers."""

from __future__ import annotations

from typing import Any

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Int64, Since, Timer, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

APM = VMState(
    "APM State",
    version_id=1,
    fields=[
        "apmc" / UInt8 * "control port 0xb2",
        "apms" / UInt8 * "status port 0xb3",
    ],
)

PCI_STATUS = VMState(
    "pci_status",
    version_id=1,
    fields=[
        "up" / UInt32 * "slots that were filled, one bit each; since 1.1 those that hold a hot-pluggable device",
        "down" / UInt32 * "slots to be emptied, one bit each",
    ],
)


def _piix4_pm(version_id: int, minimum_version_id: int, gpe_register: Any) -> VMState:
    # The bytes of a GPE register, low one first, are one integer of the (little-endian) host.
    gpe = VMState(
        "gpe",
        version_id=1,
        fields=[
            "sts" / gpe_register * "general purpose events that occurred",
            "en" / gpe_register * "general purpose events that raise the SCI",
        ],
    )
    return VMState(
        "piix4_pm",
        version_id=version_id,
        minimum_version_id=minimum_version_id,
        fields=[
            "dev" / PCI_DEVICE,
            # 1.0 has no ar: pm1a.sts, pm1a.en, pm1_cnt.cnt, tmr and gpe.
            "ar.pm1.evt.sts" / UInt16 * "PM1 status",
            "ar.pm1.evt.en" / UInt16 * "PM1 enable",
            "ar.pm1.cnt.cnt" / UInt16 * "PM1 control; bit 0: ACPI mode",
            "apm" / APM,
            "ar.tmr.timer" / Timer * "overflow of the PM timer",
            "ar.tmr.overflow_time" / Int64 * "ticks of the PM timer, 3579545 Hz",
            "ar.gpe" / Since(2, gpe),
            "pci0_status" / Since(2, PCI_STATUS) * "PCI hot-plug",
        ],
    )


# Up to 1.2 each register is written as four integers. It has two bytes: the first integer is the
# register, the others are whatever lies behind it on the heap.
PIIX4_PM_V2 = _piix4_pm(2, 1, Array(4, UInt16))

PIIX4_PM_V3 = _piix4_pm(3, 3, UInt16)
