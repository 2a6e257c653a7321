"""The High Precision Event Timer."""

from __future__ import annotations

from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

HPET = Struct(">QQQB")
HPET_TIMER = Struct(">BQQQQBq")
HPET_LEVEL = b"\x05\x12hpet/rtc_irq_level\0\0\0\1"


def decode(data: bytes) -> State:
    """From the payload."""
    config, isr, counter, count = HPET.unpack_from(data)
    end = HPET.size + count * HPET_TIMER.size
    if count > 32 or len(data) < end:
        raise Wrong
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
            for tn, config, cmp, fsb, period, wrap_flag, timer in HPET_TIMER.iter_unpack(data[HPET.size : end])
        ],
    }
    if len(data) > end:
        if not data.startswith(HPET_LEVEL, end) or len(data) != end + len(HPET_LEVEL) + 1:
            raise Wrong
        state["rtc_irq_level"] = data[-1]
    return state


def encode(state: State) -> bytes:
    """To the payload."""
    timers = state["timer"]
    if len(timers) != state["num_timers"] or len(timers) > 32:
        raise Wrong
    values = (state["config"], state["isr"], state["hpet_counter"], state["num_timers"])
    if Checks.types:
        expect_integers(values)
    parts = [HPET.pack(*values)]
    for t in timers:
        expect(t, 7)
        values = (t["tn"], t["config"], t["cmp"], t["fsb"], t["period"], t["wrap_flag"], t["qemu_timer"])
        if Checks.types:
            expect_integers(values)
        parts.append(HPET_TIMER.pack(*values))
    if "rtc_irq_level" in state:
        expect(state, 6)
        if Checks.types:
            expect_integers((state["rtc_irq_level"],))
        parts.append(HPET_LEVEL + bytes([state["rtc_irq_level"]]))
    else:
        expect(state, 5)
    return b"".join(parts)
