"""The real-time clock. 1.3 keeps time as an offset; until then it was counted second by second."""

from __future__ import annotations

from qidl.wire.primitives import Buffer, Int32, Int64, Since, Timer, UInt8, UInt32, UInt64, Unused
from qidl.wire.vmstate import VMState

MC146818RTC_V2 = VMState(
    "mc146818rtc",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "cmos_data" / Buffer(128) * "CMOS RAM, clock registers included",
        "cmos_index" / UInt8 * "selected register",
        "current_tm.tm_sec" / Int32 * "seconds",
        "current_tm.tm_min" / Int32 * "minutes",
        "current_tm.tm_hour" / Int32 * "hours, 0 to 23",
        "current_tm.tm_wday" / Int32 * "day of the week, 0 = Sunday",
        "current_tm.tm_mday" / Int32 * "day of the month",
        "current_tm.tm_mon" / Int32 * "month, 0 to 11",
        "current_tm.tm_year" / Int32 * "years since 1900",
        "periodic_timer" / Timer * "periodic interrupt",
        "next_periodic_time" / Int64 * "ns of the RTC clock",
        "next_second_time" / Int64 * "next update of the time, ns of the RTC clock",
        "second_timer" / Timer * "update begins",
        "second_timer2" / Timer * "update ends",
        "irq_coalesced" / Since(2, UInt32) * "periodic interrupts still owed to the guest",
        "period" / Since(2, UInt32) * "of the periodic interrupt, in ticks of 32768 Hz",
    ],
)

MC146818RTC_V3 = VMState(
    "mc146818rtc",
    version_id=3,
    minimum_version_id=1,
    fields=[
        "cmos_data" / Buffer(128) * "CMOS RAM, clock registers included",
        "cmos_index" / UInt8 * "selected register",
        "unused_current_tm" / Unused(7 * 4) * "was current_tm",
        "periodic_timer" / Timer * "periodic interrupt",
        "next_periodic_time" / Int64 * "ns of the RTC clock",
        "unused_second_timers" / Unused(3 * 8) * "was next_second_time, second_timer, second_timer2",
        "irq_coalesced" / Since(2, UInt32) * "periodic interrupts still owed to the guest",
        "period" / Since(2, UInt32) * "of the periodic interrupt, in ticks of 32768 Hz",
        "base_rtc" / Since(3, UInt64) * "time at last_update, seconds since 1970",
        "last_update" / Since(3, UInt64) * "when base_rtc was set, ns of the RTC clock",
        "offset" / Since(3, Int64) * "ns into the second at last_update",
        "update_timer" / Since(3, Timer) * "next update or alarm",
        "next_alarm_time" / Since(3, UInt64) * "ns of the RTC clock",
    ],
)
