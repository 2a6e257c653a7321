"""Eight devices of pc-1.1 written by hand with struct, as one would for speed: what the engine is held against.

Each refuses what is cut short, too long, out of range, unknown or of the wrong type, but does not
say where. It knows the version that pc-1.1 writes, and no other. What the engine does beyond that:
it looks for subsections behind every struct, as QEMU does, not only where there are any, and it
keeps bytes that QEMU skips unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from struct import Struct
from typing import Any

State = dict[str, Any]

INTEGERS = {int}
BOOLS = {bool}


class Checks:
    """What may be left out."""

    types = True


class Wrong(Exception):
    """A payload or a state that is not as it should be."""


def expect(state: State, members: int) -> None:
    """Refuse a dict with members that nobody knows; one that lacks any fails by itself."""
    if len(state) != members:
        raise Wrong


def expect_integers(*groups: Iterable[Any]) -> None:
    """Refuse what struct would take for an integer: a bool, say."""
    for group in groups:
        if set(map(type, group)) != INTEGERS:
            raise Wrong


PCI = Struct(">i256s4I")


def decode_pci(data: bytes) -> State:
    """What the section of every PCI device begins with."""
    version_id, config, a, b, c, d = PCI.unpack_from(data)
    if version_id < 2 or a > 1 or b > 1 or c > 1 or d > 1:
        raise Wrong
    return {"version_id": version_id, "config": config, "irq_state": [a, b, c, d]}


def encode_pci(dev: State) -> bytes:
    """To the payload."""
    expect(dev, 3)
    version_id, config = dev["version_id"], dev["config"]
    a, b, c, d = dev["irq_state"]
    if version_id < 2 or len(config) != 256 or a > 1 or b > 1 or c > 1 or d > 1:
        raise Wrong
    if Checks.types:
        expect_integers((version_id, a, b, c, d))
    return PCI.pack(version_id, config, a, b, c, d)


RTC = Struct(">128sB7i5q2I")


def decode_rtc(data: bytes) -> State:
    """From the payload."""
    cmos, index, sec, min_, hour, wday, mday, mon, year, periodic, next_, second, begin, end, coalesced, period = (
        RTC.unpack(data)
    )
    return {
        "cmos_data": cmos,
        "cmos_index": index,
        "current_tm": {
            "tm_sec": sec,
            "tm_min": min_,
            "tm_hour": hour,
            "tm_wday": wday,
            "tm_mday": mday,
            "tm_mon": mon,
            "tm_year": year,
        },
        "periodic_timer": periodic,
        "next_periodic_time": next_,
        "next_second_time": second,
        "second_timer": begin,
        "second_timer2": end,
        "irq_coalesced": coalesced,
        "period": period,
    }


def encode_rtc(state: State) -> bytes:
    """To the payload."""
    expect(state, 10)
    tm = state["current_tm"]
    expect(tm, 7)
    if len(state["cmos_data"]) != 128:
        raise Wrong
    values = (
        state["cmos_index"],
        tm["tm_sec"],
        tm["tm_min"],
        tm["tm_hour"],
        tm["tm_wday"],
        tm["tm_mday"],
        tm["tm_mon"],
        tm["tm_year"],
        state["periodic_timer"],
        state["next_periodic_time"],
        state["next_second_time"],
        state["second_timer"],
        state["second_timer2"],
        state["irq_coalesced"],
        state["period"],
    )
    if Checks.types:
        expect_integers(values)
    return RTC.pack(state["cmos_data"], *values)


HPET = Struct(">QQQB")
HPET_TIMER = Struct(">BQQQQBq")
HPET_LEVEL = b"\x05\x12hpet/rtc_irq_level\0\0\0\1"


def decode_hpet(data: bytes) -> State:
    """From the payload."""
    config, isr, counter, count = HPET.unpack_from(data)
    end = HPET.size + count * HPET_TIMER.size
    if len(data) < end:
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


def encode_hpet(state: State) -> bytes:
    """To the payload."""
    timers = state["timer"]
    if len(timers) != state["num_timers"]:
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


PIT_CHANNEL = Struct(">iH10B2q")
PIT_LAST = Struct(">q")


def decode_pit(data: bytes) -> State:
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


def encode_pit(state: State) -> bytes:
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


APIC = Struct(">I3BI2B8I8I8I6II2IIiIqqq")


def decode_apic(data: bytes) -> State:
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


def encode_apic(state: State) -> bytes:
    """To the payload."""
    expect(state, 19)
    if (len(state["isr"]), len(state["tmr"]), len(state["irr"]), len(state["lvt"]), len(state["icr"])) != (
        *(8, 8, 8, 6, 2),
    ):
        raise Wrong
    values = (
        state["apicbase"],
        state["id"],
        state["arb_id"],
        state["tpr"],
        state["spurious_vec"],
        state["log_dest"],
        state["dest_mode"],
        *state["isr"],
        *state["tmr"],
        *state["irr"],
        *state["lvt"],
        state["esr"],
        *state["icr"],
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


FDC_NAMES = ("sra", "srb", "dor_vmstate", "tdr", "dsr", "msr", "status0", "status1", "status2")
FDC_MORE = (
    *("data_pos", "data_len", "data_state", "data_dir", "eot", "timer0", "timer1", "precomp_trk", "config"),
    *("lock", "pwrd", "num_floppies"),
)
FDC = Struct(">9B512sII10B")
FDC_CHANGED = b"\x05\x14fdrive/media_changed\0\0\0\1"
FDC_RATE = b"\x05\x11fdrive/media_rate\0\0\0\1"


def decode_fdc(data: bytes) -> State:
    """From the payload."""
    values = FDC.unpack_from(data)
    state: State = dict(zip(FDC_NAMES, values, strict=False))
    state["fifo"] = list(values[9])
    state.update(zip(FDC_MORE, values[10:], strict=True))
    if state["num_floppies"] != 2:
        raise Wrong
    drives, offset = [], FDC.size
    for _ in range(2):
        drive = {"head": data[offset], "track": data[offset + 1], "sect": data[offset + 2]}
        offset += 3
        if data.startswith(FDC_CHANGED, offset):
            offset += len(FDC_CHANGED) + 1
            drive["media_changed"] = data[offset - 1]
        if data.startswith(FDC_RATE, offset):
            offset += len(FDC_RATE) + 1
            drive["media_rate"] = data[offset - 1]
        drives.append(drive)
    if offset != len(data):
        raise Wrong
    state["drives"] = drives
    return {"state": state}


get_fdc = itemgetter(*FDC_NAMES)
get_fdc_more = itemgetter(*FDC_MORE)


def encode_fdc(outer: State) -> bytes:
    """To the payload."""
    expect(outer, 1)
    state = outer["state"]
    expect(state, 23)
    if len(state["fifo"]) != 512 or len(state["drives"]) != 2 or state["num_floppies"] != 2:
        raise Wrong
    first, more = get_fdc(state), get_fdc_more(state)
    if Checks.types:
        expect_integers(first, more, state["fifo"])
    parts = [FDC.pack(*first, bytes(state["fifo"]), *more)]
    for drive in state["drives"]:
        values = [drive["head"], drive["track"], drive["sect"]]
        parts.append(bytes(values))
        if "media_changed" in drive:
            values.append(drive["media_changed"])
            parts += (FDC_CHANGED, bytes((drive["media_changed"],)))
        if "media_rate" in drive:
            values.append(drive["media_rate"])
            parts += (FDC_RATE, bytes((drive["media_rate"],)))
        expect(drive, len(values))
        if Checks.types:
            expect_integers(values)
    return b"".join(parts)
