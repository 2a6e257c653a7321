"""The High Precision Event Timer."""

from __future__ import annotations

from qidl.wire.primitives import Array, Before, Range, Since, Timer, UInt8, UInt64
from qidl.wire.vmstate import VMState

HPET_TIMER = VMState(
    "hpet_timer",
    version_id=1,
    fields=[
        "tn" / UInt8 * "number of the timer",
        "config" / UInt64 * "configuration and capabilities",
        "cmp" / UInt64 * "comparator",
        "fsb" / UInt64 * "FSB interrupt route",
        "period" / UInt64 * "last value written to the comparator or the period",
        "wrap_flag" / UInt8 * "a 32-bit one-shot timer has yet to wrap",
        "qemu_timer" / Timer * "next interrupt, ns of the virtual clock",
    ],
)

_FIELDS = (
    "config" / UInt64 * "bit 0 enable, bit 1 legacy replacement",
    "isr" / UInt64 * "interrupt status",
    "hpet_counter" / UInt64 * "main counter, ticks of 10 ns",
    # There is room for 32, and the count is used before anything else looks at it: CVE-2013-4527. From 2.1 on less
    # than 3 are refused, too.
    "num_timers" / Since(2, Range(UInt8, 3, 32)) * "timers that follow",
    "timer" / Since(2, Array("num_timers", HPET_TIMER)) * "the timers",
    # Version 1 does not say how many there are.
    "timer" / Before(2, Array(3, HPET_TIMER)) * "the timers",
)

HPET_V2_1_0 = VMState("hpet", version_id=2, minimum_version_id=1, fields=_FIELDS)

HPET_RTC_IRQ_LEVEL = VMState(
    "hpet/rtc_irq_level",
    version_id=1,
    fields=["rtc_irq_level" / UInt8 * "level of the RTC's line while the HPET replaces it"],
)

HPET_V2 = VMState("hpet", version_id=2, minimum_version_id=1, fields=_FIELDS, subsections=[HPET_RTC_IRQ_LEVEL])
