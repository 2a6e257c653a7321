"""The interval timer."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

PIT_CHANNEL = Struct(">iH10B2q")
PIT_LAST = Struct(">q")


def decode(data: bytes) -> State:
    """From the payload."""
    if len(data) != 4 + 3 * PIT_CHANNEL.size + 8:
        raise Wrong
    channels = [
        {
            "count": count,
            "latched_count": latched_count,
            "count_latched": count_latched,
            "status_latched": status_latched,
            "status": status,
            "read_state": read_state,
            "write_state": write_state,
            "write_latch": write_latch,
            "rw_mode": rw_mode,
            "mode": mode,
            "bcd": bcd,
            "gate": gate,
            "count_load_time": count_load_time,
            "next_transition_time": next_transition_time,
        }
        for (
            count,
            latched_count,
            count_latched,
            status_latched,
            status,
            read_state,
            write_state,
            write_latch,
            rw_mode,
            mode,
            bcd,
            gate,
            count_load_time,
            next_transition_time,
        ) in PIT_CHANNEL.iter_unpack(data[4:-8])
    ]
    first: State = {"irq_disabled": int.from_bytes(data[:4], "big"), **channels[0]}
    if PIT_LAST.unpack_from(data, len(data) - 8)[0] != first["next_transition_time"]:
        raise Wrong
    return {"channels": [first, channels[1], channels[2]]}


get_channel = itemgetter(
    *("count", "latched_count", "count_latched", "status_latched", "status", "read_state", "write_state"),
    *("write_latch", "rw_mode", "mode", "bcd", "gate", "count_load_time", "next_transition_time"),
)


def encode(state: State) -> bytes:
    """To the payload."""
    expect(state, 1)
    channels = state["channels"]
    first, second, third = channels
    expect(first, 15)
    expect(second, 14)
    expect(third, 14)
    parts = [first["irq_disabled"].to_bytes(4, "big")]
    for c in channels:
        values = get_channel(c)
        if Checks.types:
            expect_integers(values)
        parts.append(PIT_CHANNEL.pack(*values))
    if Checks.types:
        expect_integers((first["irq_disabled"],))
    parts.append(PIT_LAST.pack(first["next_transition_time"]))
    return b"".join(parts)
