"""EHCI host controllers (USB 2.0), since 1.2. Until then one kept a machine from being saved at all.

The bytes of 1.2 and 1.3 are the same; 1.3 split the struct in two.
"""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Since, Timer, UInt32, UInt64
from qidl.wire.vmstate import VMState

_CORE = (
    "usbcmd" / UInt32 * "bit 0 run",
    "usbsts" / UInt32 * "bit 12 halted",
    "usbsts_pending" / Since(2, UInt32) * "interrupts held back until usbsts_frindex",
    "usbsts_frindex" / Since(2, UInt32) * "micro-frame at which they are due",
    "usbintr" / UInt32 * "interrupt enable",
    "frindex" / UInt32 * "micro-frame number",
    "ctrldssegment" / UInt32 * "upper half of guest addresses",
    "periodiclistbase" / UInt32 * "periodic frame list, guest physical address",
    "asynclistaddr" / UInt32 * "asynchronous schedule, guest physical address",
    "configflag" / UInt32 * "bit 0: ports are this controller's, not its companions'",
    *(
        f"portsc[{port}]" / UInt32 * "bit 0 connected, 1 it changed, 2 enabled, 12 powered, 13 companion's"
        for port in range(6)
    ),
    "frame_timer" / Timer * "next frames, ns of the virtual clock",
    "last_run_ns" / UInt64 * "how far the schedules are worked off, ns of the virtual clock",
    "async_stepdown" / UInt32 * "frames without work in the asynchronous schedule",
    "astate" / UInt32 * "asynchronous schedule: 1000 inactive, 1001 active, then states within",
    "pstate" / UInt32 * "periodic schedule, likewise",
    "a_fetch_addr" / UInt32 * "asynchronous schedule: item to fetch, guest physical address",
    "p_fetch_addr" / UInt32 * "periodic schedule, likewise",
)

EHCI_V2_1_2 = VMState("ehci", version_id=2, minimum_version_id=1, fields=["dev" / PCI_DEVICE, *_CORE])

EHCI_CORE = VMState("ehci-core", version_id=2, minimum_version_id=1, fields=_CORE)

# A struct within another is of its own version: here a version 1 stream holds the fields of version 2, too.
EHCI_V2 = VMState(
    "ehci",
    version_id=2,
    minimum_version_id=1,
    fields=["pcidev" / PCI_DEVICE, "ehci" / EHCI_CORE],
)
