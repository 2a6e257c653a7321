"""The real-time clock. What 1.3 no longer reads, it writes as zeros: two gaps, and no members."""

from __future__ import annotations

from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

RTC = Struct(">128sB28sqq24sIIQQqqQ")
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


def encode(state: State) -> bytes:
    """To the payload."""
    expect(state, 11)
    if len(state["cmos_data"]) != 128:
        raise Wrong
    index = state["cmos_index"]
    timers = (state["periodic_timer"], state["next_periodic_time"])
    rest = (
        state["irq_coalesced"],
        state["period"],
        state["base_rtc"],
        state["last_update"],
        state["offset"],
        state["update_timer"],
        state["next_alarm_time"],
    )
    if Checks.types:
        expect_integers((index, *timers, *rest))
    return RTC.pack(state["cmos_data"], index, GAPS[0], *timers, GAPS[1], *rest)
