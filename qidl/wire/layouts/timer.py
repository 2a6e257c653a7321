"""The virtual machine's clocks. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Int64, Since
from qidl.wire.vmstate import VMState

TIMER_V2 = VMState(
    "timer",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "cpu_ticks_offset" / Int64 * "time stamp counter at which the machine stopped",
        "dummy" / Int64 * "0; once the number of ticks per second",
        "cpu_clock_offset" / Since(2, Int64) * "virtual clock at which the machine stopped, ns",
    ],
)
