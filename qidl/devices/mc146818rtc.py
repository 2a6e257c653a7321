"""The real-time clock and the CMOS RAM."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import datetime
from typing import Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    Notifier,
    QEMUTimer,
    array,
    broken,
    immutable,
    int32,
    int64,
    property_,
    uint8,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import declare

_SECOND = 1_000_000_000
_KIB, _64_KIB, _MIB, _GIB = 1 << 10, 1 << 16, 1 << 20, 1 << 30
_LOW_MEMORY = 3 * _GIB + _GIB // 2
"""RAM beyond this lies above 4 GiB in guest address space."""

_BOOT = {"a": 1, "b": 1, "c": 2, "d": 3, "n": 4}
"""What the BIOS calls the devices that ``-boot`` names: floppy, hard disk, CD-ROM, network."""

_USER_DEFINED = 47
"""Type of a hard disk whose geometry follows."""


@declare
class RTCState:
    """A clock that keeps its time as an offset: it read ``base_rtc`` when the RTC clock read ``last_update``."""

    cmos_data: bytearray = array(128)
    cmos_index: uint8 = 0
    periodic_timer: QEMUTimer = -1
    next_periodic_time: int64 = 0
    irq_coalesced: uint32 = 0
    period: uint32 = 0
    base_rtc: uint64 = 0
    last_update: uint64 = 0
    offset: int64 = 0
    update_timer: QEMUTimer = -1
    next_alarm_time: uint64 = 0

    dev: object = immutable(reason="place on the ISA bus")
    io: MemoryRegion | None = None
    base_year: int32 = property_("base_year", 1980)
    irq: IRQ | None = None
    sqw_irq: IRQ | None = None
    it_shift: int32 = immutable(0, reason="spacing of the registers where they are memory-mapped")
    irq_reinject_on_ack_count: uint16 = broken(0, reason="a few of the periodic interrupts owed may come twice")
    coalesced_timer: QEMUTimer = immutable(-1, reason="armed again from irq_coalesced, period and the clock")
    clock_reset_notifier: Notifier | None = None
    suspend_notifier: Notifier | None = None
    lost_tick_policy: int32 = property_("lost_tick_policy", 0)

    @classmethod
    def reset(
        cls,
        *,
        now: datetime = datetime(2012, 12, 3, 12, 0, 0),
        clock: int = 0,
        ram_size: int = 16 * _MIB,
        cpus: int = 1,
        floppies: Sequence[int] = (4,),
        disks: Sequence[tuple[int, int, int]] = (),
        boot: str = "cad",
    ) -> Self:
        """Power-on state, with what a PC leaves in CMOS RAM for its BIOS.

        :param now: date and time that the guest sees
        :param clock: the RTC clock, in ns: of the virtual machine, or of the host since 1970
        :param ram_size: bytes of RAM
        :param cpus: number of CPUs
        :param floppies: BIOS types of drives A and B: 4 for 1.44 MB, 5 for 2.88 MB, 0 for none
        :param disks: cylinders, heads and sectors of the disks of the first IDE channel
        :param boot: devices to boot from, as in ``-boot``: of the letters a, b, c, d and n, up to three
        """
        rtc = cls(base_rtc=calendar.timegm(now.timetuple()), last_update=clock)
        for register, value in {
            **_clock(now),
            **_memory(ram_size),
            **_floppies(floppies),
            **_disks(disks),
            **_boot(boot),
            0x5F: cpus - 1,
        }.items():
            rtc.cmos_data[register] = value
        rtc.update_timer = clock + _SECOND
        # The alarm is set for midnight, and what has just passed lies a day ahead.
        rtc.next_alarm_time = clock + _SECOND * (86400 - rtc.base_rtc % 86400)
        return rtc


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def _word(register: int, value: int) -> dict[int, int]:
    """A 16-bit value, low byte first; the greatest there is where it does not fit."""
    value = min(value, 0xFFFF)
    return {register: value & 0xFF, register + 1: value >> 8}


def _clock(now: datetime) -> dict[int, int]:
    """Time and date as a guest reads them, and the control registers: 32768 Hz, 24 hours, BCD, battery good."""
    return {
        0x00: _bcd(now.second),
        0x02: _bcd(now.minute),
        0x04: _bcd(now.hour),
        0x06: now.isoweekday() % 7 + 1,
        0x07: _bcd(now.day),
        0x08: _bcd(now.month),
        0x09: _bcd(now.year % 100),
        0x32: _bcd(now.year // 100),
        0x0A: 0x26,
        0x0B: 0x02,
        0x0D: 0x80,
    }


def _memory(ram_size: int) -> dict[int, int]:
    low = min(ram_size, _LOW_MEMORY)
    extended = max(low // _KIB - 1024, 0)
    high = (ram_size - low) // _64_KIB
    return {
        **_word(0x15, min(low // _KIB, 640)),
        **_word(0x17, extended),
        **_word(0x30, extended),
        **_word(0x34, max(low - 16 * _MIB, 0) // _64_KIB),
        **_word(0x5B, high & 0xFFFF),
        0x5D: high >> 16 & 0xFF,
    }


def _floppies(types: Sequence[int]) -> dict[int, int]:
    """Drive types, and the equipment byte: a mouse, a coprocessor, and how many floppy drives there are."""
    first, second = (*types, 0, 0)[:2]
    count = bool(first) + bool(second)
    return {0x10: first << 4 | second, 0x14: 0x06 | (0x00, 0x01, 0x41)[count]}


def _disks(geometries: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    registers: dict[int, int] = {}
    present = translation = 0
    for number, (cylinders, heads, sectors) in enumerate(geometries[:2]):
        present |= 0xF0 >> 4 * number
        translation |= (cylinders > 1024) << 2 * number
        first = 0x1B + 9 * number
        registers |= {
            0x19 + number: _USER_DEFINED,
            **_word(first, cylinders),
            first + 2: heads,
            **_word(first + 3, 0xFFFF),
            first + 5: 0xC0 | (heads > 8) << 3,
            **_word(first + 6, cylinders),
            first + 8: sectors,
        }
    return {**registers, 0x12: present, 0x39: translation}


def _boot(order: str) -> dict[int, int]:
    first, second, third = ([_BOOT[device] for device in order] + [0, 0, 0])[:3]
    return {0x3D: second << 4 | first, 0x38: third << 4}
