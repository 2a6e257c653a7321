"""The real-time clock. What 1.3 no longer reads, it writes as zeros: two gaps, and no members."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect_integers

RTC = Struct(">128sB28sqq24sIIQQqqQ")
RTC_WRITTEN = Struct(">128sB28xqq24xIIQQqqQ")
GAPS = (bytes(28), bytes(24))


def decode(data: bytes) -> State:
    """From the payload."""
    cmos, index, gap, periodic, next_, other, coalesced, period, base, update, offset, timer, alarm = RTC.unpack(data)
    if (gap, other) != GAPS:
        raise Wrong
    return {
        "cmos_data": cmos,
        "cmos_index": index,
        "periodic_timer": periodic,
        "next_periodic_time": next_,
        "irq_coalesced": coalesced,
        "period": period,
        "base_rtc": base,
        "last_update": update,
        "offset": offset,
        "update_timer": timer,
        "next_alarm_time": alarm,
    }


get_integers = itemgetter(
    *("cmos_index", "periodic_timer", "next_periodic_time", "irq_coalesced", "period", "base_rtc", "last_update"),
    *("offset", "update_timer", "next_alarm_time"),
)


def encode(state: State) -> bytes:
    """To the payload."""
    cmos, values = state["cmos_data"], get_integers(state)
    if len(state) != 11 or len(cmos) != 128:
        raise Wrong
    if Checks.types:
        expect_integers(values)
    return RTC_WRITTEN.pack(cmos, *values)
