"""The local APIC."""

from __future__ import annotations

from struct import Struct

from handwritten.common import Checks, State, Wrong, expect_integers

APIC = Struct(">I3BI2B8I8I8I6II2IIiIqqq")


def decode(data: bytes) -> State:
    """From the payload."""
    apicbase, id_, arb_id, tpr, spurious_vec, log_dest, dest_mode, *words = APIC.unpack(data)
    return {
        "apicbase": apicbase,
        "id": id_,
        "arb_id": arb_id,
        "tpr": tpr,
        "spurious_vec": spurious_vec,
        "log_dest": log_dest,
        "dest_mode": dest_mode,
        "isr": words[0:8],
        "tmr": words[8:16],
        "irr": words[16:24],
        "lvt": words[24:30],
        "esr": words[30],
        "icr": words[31:33],
        "divide_conf": words[33],
        "count_shift": words[34],
        "initial_count": words[35],
        "initial_count_load_time": words[36],
        "next_time": words[37],
        "timer_expiry": words[38],
    }


def encode(state: State) -> bytes:
    """To the payload."""
    isr, tmr, irr, lvt, icr = state["isr"], state["tmr"], state["irr"], state["lvt"], state["icr"]
    if (len(state), len(isr), len(tmr), len(irr), len(lvt), len(icr)) != (19, 8, 8, 8, 6, 2):
        raise Wrong
    values = (
        state["apicbase"],
        state["id"],
        state["arb_id"],
        state["tpr"],
        state["spurious_vec"],
        state["log_dest"],
        state["dest_mode"],
        *isr,
        *tmr,
        *irr,
        *lvt,
        state["esr"],
        *icr,
        state["divide_conf"],
        state["count_shift"],
        state["initial_count"],
        state["initial_count_load_time"],
        state["next_time"],
        state["timer_expiry"],
    )
    if Checks.types:
        expect_integers(values)
    return APIC.pack(*values)
