"""The arithmetic of the real-time clock: broken-down time, seconds, CMOS registers, alarms.

All of it is total: a state may hold any numbers.
"""

from __future__ import annotations

from typing import Any, Final

Tm = dict[str, int]

SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM, WEEKDAY, MONTHDAY, MONTH, YEAR = range(10)
REGISTER_A, REGISTER_B, REGISTER_C = 10, 11, 12
CENTURY: Final = 0x32

A_UPDATE_IN_PROGRESS: Final = 0x80
A_DIVIDER: Final = 0x70
A_DIVIDER_RUNS: Final = 0x20
A_DIVIDER_RESET: Final = 0x60
B_SET: Final = 0x80
B_BINARY: Final = 0x04
B_24_HOURS: Final = 0x02
C_ALARM: Final = 0x20
C_UPDATE_ENDED: Final = 0x10

_ANY = 0xC0
_PM = 0x80
_DAY = 24 * 60 * 60


def is_running(cmos: bytes) -> bool:
    """Whether the clock counts: neither held by the guest nor its oscillator stopped."""
    return not cmos[REGISTER_B] & B_SET and cmos[REGISTER_A] & A_DIVIDER <= A_DIVIDER_RUNS


def to_tm(seconds: int) -> Tm:
    """Break down seconds since 1970, as ``struct tm`` has them: months from 0, years from 1900."""
    days, rest = divmod(seconds, _DAY)
    year, month, day = _date(days)
    return {
        "tm_sec": rest % 60,
        "tm_min": rest // 60 % 60,
        "tm_hour": rest // 3600,
        "tm_wday": (days + 4) % 7,
        "tm_mday": day,
        "tm_mon": month - 1,
        "tm_year": wrap(year - 1900, 32),
    }


def from_tm(tm: Tm) -> int:
    """Seconds since 1970 of a broken-down time; the weekday does not matter."""
    years, month = divmod(tm["tm_mon"], 12)
    days = _days(tm["tm_year"] + 1900 + years, month + 1) + tm["tm_mday"] - 1
    return ((days * 24 + tm["tm_hour"]) * 60 + tm["tm_min"]) * 60 + tm["tm_sec"]


# Years begin with March here, so that the leap day is the last of them; 400 of them are an era.
_ERA = 146097
_EPOCH = 719468


def _date(days: int) -> tuple[int, int, int]:
    era, of_era = divmod(days + _EPOCH, _ERA)
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // (_ERA - 1)) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    from_march = (5 * of_year + 2) // 153
    day = of_year - (153 * from_march + 2) // 5 + 1
    month = from_march + 3 if from_march < 10 else from_march - 9
    return 400 * era + year_of_era + (month <= 2), month, day


def _days(year: int, month: int) -> int:
    """Days from 1970 to the first of a month."""
    era, year_of_era = divmod(year - (month <= 2), 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5
    return era * _ERA + 365 * year_of_era + year_of_era // 4 - year_of_era // 100 + of_year - _EPOCH


def from_registers(cmos: bytes) -> Tm:
    """The time that the CMOS registers say, of the century that they say."""
    century = _number(cmos[CENTURY], binary=False)
    return {
        "tm_sec": _decode(cmos, SECONDS),
        "tm_min": _decode(cmos, MINUTES),
        "tm_hour": _hour(cmos, HOURS),
        "tm_wday": _decode(cmos, WEEKDAY) - 1,
        "tm_mday": _decode(cmos, MONTHDAY),
        "tm_mon": _decode(cmos, MONTH) - 1,
        "tm_year": _decode(cmos, YEAR) + 100 * (century - 19),
    }


def seconds_to_alarm(cmos: bytes, tm: Tm) -> int:
    """Seconds from a time to the next at which the alarm registers match: at most a day, which is also "never"."""
    hour = None if _is_any(cmos, HOURS_ALARM) else _hour(cmos, HOURS_ALARM)
    minute = None if _is_any(cmos, MINUTES_ALARM) else _decode(cmos, MINUTES_ALARM)
    second = None if _is_any(cmos, SECONDS_ALARM) else _decode(cmos, SECONDS_ALARM)
    now = ((tm["tm_hour"] * 60 + tm["tm_min"]) * 60 + tm["tm_sec"]) % _DAY
    if hour is None and minute is None and second is None:
        return 1
    hours = range(24) if hour is None else [hour]
    minutes = range(60) if minute is None else [minute]
    seconds = range(60) if second is None else [second]
    if not (set(hours) <= set(range(24)) and set(minutes) <= set(range(60)) and set(seconds) <= set(range(60))):
        return _DAY
    return min(((h * 60 + m) * 60 + s - now - 1) % _DAY + 1 for h in hours for m in minutes for s in seconds)


def _is_any(cmos: bytes, place: int) -> bool:
    return cmos[place] & _ANY == _ANY


def _decode(cmos: bytes, place: int) -> int:
    return _number(cmos[place], binary=bool(cmos[REGISTER_B] & B_BINARY))


def _number(byte: int, *, binary: bool) -> int:
    return byte if binary else (byte >> 4) * 10 + (byte & 0x0F)


def _hour(cmos: bytes, place: int) -> int:
    if cmos[REGISTER_B] & B_24_HOURS:
        return _decode(cmos, place)
    hour = _number(cmos[place] & ~_PM, binary=bool(cmos[REGISTER_B] & B_BINARY)) % 12
    return hour + 12 if cmos[place] & _PM else hour


def wrap(value: int, bits: int) -> Any:
    """A number as two's complement of so many bits holds it."""
    half = 1 << bits - 1
    return (value + half) % (1 << bits) - half
