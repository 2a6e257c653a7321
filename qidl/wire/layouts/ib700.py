"""The IB700 watchdog, on ISA. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Timer
from qidl.wire.vmstate import VMState

IB700_V0 = VMState(
    "ib700_wdt",
    version_id=0,
    fields=["timer" / Timer * "end of the countdown, ns of the virtual clock"],
)
