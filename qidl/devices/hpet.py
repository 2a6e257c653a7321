"""The High Precision Event Timer."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    QEMUTimer,
    SysBusDevice,
    array,
    derived,
    elsewhere,
    immutable,
    optional,
    uint8,
    uint32,
    uint64,
    valid,
)
from qidl.declaration import declare

TIMER_FSB_CAP = 1 << 15
"""Bit of a timer's config: it can send its interrupt as a message."""

LEGACY_REPLACEMENT = 1 << 1
"""Bit of the HPET's config: it stands in for the PIT and the RTC."""

_CAPABILITY = 10_000_000 << 32 | 0x8086A001
_TIMER_CONFIG = 1 << 34 | 0x30
_MAX_TIMERS = 32


@declare
class HPETTimer:
    """One comparator of an HPET."""

    tn: uint8 = 0
    config: uint64 = 0
    cmp: uint64 = 0
    fsb: uint64 = 0
    period: uint64 = 0
    wrap_flag: uint8 = 0
    qemu_timer: QEMUTimer = -1

    state: HPETState | None = elsewhere(reason="pointer back to the HPET")


@declare
class HPETState:
    """An HPET of up to 32 timers."""

    config: uint64 = 0
    isr: uint64 = 0
    hpet_counter: uint64 = 0
    num_timers: uint8 = valid(3, range=(3, _MAX_TIMERS))
    timer: list[HPETTimer] = array(_MAX_TIMERS, size="num_timers")
    rtc_irq_level: uint8 | None = optional()

    busdev: SysBusDevice | None = None
    iomem: MemoryRegion | None = None
    irqs: list[IRQ] | None = immutable()
    pit_enabled: IRQ | None = None
    # The offset is hpet_counter * 10 less the virtual clock, which is another section's.
    hpet_offset: uint64 = immutable(0, reason="made from the counter and the virtual clock when the machine runs")
    flags: uint32 = derived(0, reason="bit 0: timers can send messages, as timer[0].config says")
    capability: uint64 = derived(_CAPABILITY, reason="constant but for the number of timers")
    hpet_id: uint8 = immutable(0, reason="instance number")

    def post_load(self) -> None:
        """Compute the capability register and the message flag."""
        self.capability = _CAPABILITY | (self.num_timers - 1 & 0x1F) << 8
        self.flags = int(bool(self.timer[0].config & TIMER_FSB_CAP))

    @classmethod
    def reset(cls, num_timers: int = 3) -> Self:
        """Power-on state: disabled, every comparator at its greatest."""
        hpet = cls(num_timers=num_timers)
        for number, timer in enumerate(hpet.timer[:num_timers]):
            timer.tn = number
            timer.config = _TIMER_CONFIG
            timer.cmp = 0xFFFF_FFFF_FFFF_FFFF
        hpet.post_load()
        return hpet
