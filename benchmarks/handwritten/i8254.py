"""The interval timer."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect_integers

PIT = Struct(">I" + "iH10B2q" * 3 + "q")


def decode(data: bytes) -> State:
    """From the payload."""
    v = PIT.unpack(data)
    if v[43] != v[14]:
        raise Wrong
    return {
        "channels": [
            {
                "irq_disabled": v[0],
                "count": v[1],
                "latched_count": v[2],
                "count_latched": v[3],
                "status_latched": v[4],
                "status": v[5],
                "read_state": v[6],
                "write_state": v[7],
                "write_latch": v[8],
                "rw_mode": v[9],
                "mode": v[10],
                "bcd": v[11],
                "gate": v[12],
                "count_load_time": v[13],
                "next_transition_time": v[14],
            },
            {
                "count": v[15],
                "latched_count": v[16],
                "count_latched": v[17],
                "status_latched": v[18],
                "status": v[19],
                "read_state": v[20],
                "write_state": v[21],
                "write_latch": v[22],
                "rw_mode": v[23],
                "mode": v[24],
                "bcd": v[25],
                "gate": v[26],
                "count_load_time": v[27],
                "next_transition_time": v[28],
            },
            {
                "count": v[29],
                "latched_count": v[30],
                "count_latched": v[31],
                "status_latched": v[32],
                "status": v[33],
                "read_state": v[34],
                "write_state": v[35],
                "write_latch": v[36],
                "rw_mode": v[37],
                "mode": v[38],
                "bcd": v[39],
                "gate": v[40],
                "count_load_time": v[41],
                "next_transition_time": v[42],
            },
        ]
    }


get_channel = itemgetter(
    *("count", "latched_count", "count_latched", "status_latched", "status", "read_state", "write_state"),
    *("write_latch", "rw_mode", "mode", "bcd", "gate", "count_load_time", "next_transition_time"),
)


def encode(state: State) -> bytes:
    """To the payload."""
    first, second, third = state["channels"]
    if (len(state), len(first), len(second), len(third)) != (1, 15, 14, 14):
        raise Wrong
    values = (
        first["irq_disabled"],
        *get_channel(first),
        *get_channel(second),
        *get_channel(third),
        first["next_transition_time"],
    )
    if Checks.types:
        expect_integers(values)
    return PIT.pack(*values)
