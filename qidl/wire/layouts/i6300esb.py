"""The i6300ESB watchdog. Same bytes in every release, each under a version of its own."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Int32, Timer, UInt32
from qidl.wire.vmstate import VMState


class SizeAsVersion(VMState):
    """A VMState that takes any version.

    The version that QEMU writes is the size in bytes of the C struct, which differs from build to
    build while the layout stays. A build takes its own alone; whoever only reads bytes need not.
    """

    def accept(self, version_id: int | None) -> int:
        """Return the version to read or write, whatever it is."""
        return self.version_id if version_id is None else version_id

    def written(self, version_id: int) -> int:
        """Return the version of the section, since any may be a build of the same release; but not another's."""
        return self.version_id if version_id in _SIZES else version_id


def _i6300esb(size: int) -> VMState:
    return SizeAsVersion(
        "i6300esb_wdt",
        version_id=size,
        fields=[
            "dev" / PCI_DEVICE,
            "reboot_enabled" / Int32 * "the second stage reboots",
            "clock_scale" / Int32 * "0: ticks of 1 ms, 1: of 1 μs",
            "int_type" / Int32 * "first stage: 0 interrupt, 2 SMI, 3 nothing",
            "free_run" / Int32 * "start again rather than reboot",
            "locked" / Int32 * "the guest cannot change the settings any more",
            "enabled" / Int32,
            "timer" / Timer * "end of the stage",
            "timer1_preload" / UInt32 * "length of the first stage, ticks",
            "timer2_preload" / UInt32 * "length of the second stage, ticks",
            "stage" / Int32 * "1 or 2",
            "unlock_state" / Int32 * "bytes of the unlocking sequence seen so far: 0 to 2",
            "previous_reboot_flag" / Int32 * "the watchdog caused the last reboot",
        ],
    )


I6300ESB_V1336 = _i6300esb(1336)  # 1.0
I6300ESB_V1264 = _i6300esb(1264)  # 1.1
I6300ESB_V1616 = _i6300esb(1616)  # 1.2
I6300ESB_V1904 = _i6300esb(1904)  # 1.3

_SIZES = (1336, 1264, 1616, 1904)
"""Those of the captured builds, for 64-bit hosts."""
