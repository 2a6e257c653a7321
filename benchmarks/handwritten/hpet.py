"""The High Precision Event Timer."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect_integers

TIMER = Struct(">BQQQQBq")
MOST = 32
HPET = [Struct(">QQQB" + "BQQQQBq" * count) for count in range(MOST + 1)]
"""By the number of timers."""

HPET_LEVEL = b"\x05\x12hpet/rtc_irq_level\0\0\0\1"


def decode(data: bytes) -> State:
    """From the payload."""
    config, isr, counter, count = HPET[0].unpack_from(data)
    if count > MOST:
        raise Wrong
    end = HPET[count].size
    state = {
        "config": config,
        "isr": isr,
        "hpet_counter": counter,
        "num_timers": count,
        "timer": [
            {
                "tn": tn,
                "config": config,
                "cmp": cmp,
                "fsb": fsb,
                "period": period,
                "wrap_flag": wrap_flag,
                "qemu_timer": timer,
            }
            for tn, config, cmp, fsb, period, wrap_flag, timer in TIMER.iter_unpack(data[HPET[0].size : end])
        ],
    }
    if len(data) != end:
        if not data.startswith(HPET_LEVEL, end) or len(data) != end + len(HPET_LEVEL) + 1:
            raise Wrong
        state["rtc_irq_level"] = data[-1]
    return state


get_integers = itemgetter("config", "isr", "hpet_counter", "num_timers")
get_timer = itemgetter("tn", "config", "cmp", "fsb", "period", "wrap_flag", "qemu_timer")


def encode(state: State) -> bytes:
    """To the payload."""
    timers = state["timer"]
    count = len(timers)
    if count != state["num_timers"] or count > MOST:
        raise Wrong
    values = [*get_integers(state)]
    for timer in timers:
        if len(timer) != 7:
            raise Wrong
        values += get_timer(timer)
    if Checks.types:
        expect_integers(values)
    packed = HPET[count].pack(*values)
    if len(state) == 5:
        return packed
    level = state["rtc_irq_level"]
    if len(state) != 6:
        raise Wrong
    if Checks.types:
        expect_integers((level,))
    return packed + HPET_LEVEL + bytes((level,))
