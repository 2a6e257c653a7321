"""The real-time clock between 1.2, which counts seconds, and 1.3, which keeps the difference to a clock."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

from qidl.compat import rtc_time as time
from qidl.compat.step import Lost, step

State = dict[str, Any]

_SECOND: Final = 1_000_000_000
_V2 = ("current_tm", "next_second_time", "second_timer", "second_timer2")
_V3 = ("base_rtc", "last_update", "offset", "update_timer", "next_alarm_time")


@step("mc146818rtc", newer="pc-1.3", older="pc-1.2")
class RTC:
    """1.3 keeps the time as of one moment (base_rtc, last_update, offset); 1.2 keeps it broken down, and counts on."""

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        before = copy.deepcopy(state)
        _down(state)
        after = copy.deepcopy(state)
        _up(after)
        keeps_time = not time.is_running(before["cmos_data"]) or _guest_ns(before, 0) == _guest_ns(after, 0)
        yield from _lost(before, after, harmless=keeps_time)

    @staticmethod
    def up(state: State) -> Iterator[Lost]:
        before = copy.deepcopy(state)
        _up(state)
        after = copy.deepcopy(state)
        _down(after)
        yield from _lost(before, after, harmless=True)


def _guest_ns(state: State, moment: int) -> int:
    """The guest's time at a moment of the RTC's clock, in ns since 1970."""
    return int(state["base_rtc"] * _SECOND + moment - state["last_update"] + state["offset"])


def _down(state: State) -> None:
    boundary = _next_second(state)
    if time.is_running(state["cmos_data"]):
        tm = time.to_tm(_guest_ns(state, boundary) // _SECOND - 1)
    else:
        tm = time.from_registers(state["cmos_data"])
    _remove(state, _V3)
    state["current_tm"] = tm
    state["next_second_time"] = state["second_timer"] = time.wrap(boundary, 64)
    state["second_timer2"] = -1
    cmos = bytearray(state["cmos_data"])
    cmos[time.REGISTER_A] &= ~time.A_UPDATE_IN_PROGRESS
    state["cmos_data"] = bytes(cmos)


def _next_second(state: State) -> int:
    """When the guest's next second begins.

    The update timer says it, unless it waits for an alarm. The moment of saving is not in
    the stream; without the timer, the second that follows last_update has to do, from which
    an older QEMU catches up.
    """
    timer: int = state["update_timer"]
    update_ended = state["cmos_data"][time.REGISTER_C] & time.C_UPDATE_ENDED
    if timer != -1 and not update_ended and _guest_ns(state, timer) % _SECOND == 0:
        return timer
    return int(state["last_update"] + _SECOND - state["offset"] % _SECOND)


def _up(state: State) -> None:
    tm, boundary = state["current_tm"], state["next_second_time"]
    if state["second_timer2"] != -1:
        # Half-way through an update: current_tm is already that of the second that began.
        last_update, boundary = boundary, boundary + _SECOND
    else:
        last_update = boundary - _SECOND
    _remove(state, _V2)
    cmos = state["cmos_data"]
    alarm = boundary + (time.seconds_to_alarm(cmos, tm) - 1) * _SECOND
    state["base_rtc"] = time.from_tm(tm) % (1 << 64)
    state["last_update"] = last_update % (1 << 64)
    state["offset"] = 0
    state["update_timer"] = time.wrap(_update_timer(cmos, boundary, alarm), 64)
    state["next_alarm_time"] = alarm % (1 << 64)


def _update_timer(cmos: bytes, boundary: int, alarm: int) -> int:
    """When 1.3 next has something to do: at the next second, at the alarm if that is all that is left, or never."""
    if cmos[time.REGISTER_A] & time.A_DIVIDER_RESET == time.A_DIVIDER_RESET:
        return -1
    if not cmos[time.REGISTER_C] & time.C_UPDATE_ENDED:
        return boundary
    if cmos[time.REGISTER_B] & time.B_SET or cmos[time.REGISTER_C] & time.C_ALARM:
        return -1
    return alarm


def _remove(state: State, names: tuple[str, ...]) -> None:
    for name in list(state):
        if name in names or name.startswith("unused"):
            del state[name]


def _lost(before: State, after: State, *, harmless: bool) -> Iterator[Lost]:
    """What the way there and back does not restore."""
    reason = "the time is counted from another moment" if harmless else "the older form does not hold it"
    for name, value in before.items():
        if name == "cmos_data":
            for place, byte in enumerate(value):
                if after[name][place] != byte:
                    yield Lost(f"{name}[{place}]", byte, "no update is in progress between levels", harmless=True)
        elif name == "current_tm":
            # The registers of a clock that counts will say it.
            unseen = not time.is_running(before["cmos_data"])
            for part, number in value.items():
                if after[name][part] != number:
                    yield Lost(f"{name}.{part}", number, "the date says otherwise", harmless=unseen)
        elif after.get(name) != value:
            yield Lost(name, value, reason, harmless)
