"""The interval timer (PIT)."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    QEMUTimer,
    array,
    derived,
    immutable,
    int32,
    int64,
    optional,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare

FREQUENCY = 1193182
"""Ticks per second."""

_SECOND = 1_000_000_000


@declare
class PITChannelState:
    """One of the three counters."""

    count: int32 = 0
    latched_count: uint16 = 0
    count_latched: uint8 = 0
    status_latched: uint8 = 0
    status: uint8 = 0
    read_state: uint8 = 0
    write_state: uint8 = 0
    write_latch: uint8 = 0
    rw_mode: uint8 = 0
    mode: uint8 = 0
    bcd: uint8 = 0
    gate: uint8 = 0
    count_load_time: int64 = 0
    next_transition_time: int64 = 0
    # Channel 0 alone makes interrupts, so that of the others does not travel.
    irq_disabled: uint32 | None = optional()

    irq_timer: QEMUTimer = derived(-1, reason="channel 0 interrupts at its next transition")
    irq: IRQ | None = None

    def post_load(self) -> None:
        """Arm the timer of channel 0; the others have none."""
        self.irq_timer = -1 if self.irq_disabled is None else self.next_transition_time


@declare
class PITCommonState:
    """Three counters: the timer interrupt, memory refresh and the speaker."""

    channels: list[PITChannelState] = array(3)

    dev: object = immutable(reason="place on the ISA bus")
    ioports: MemoryRegion | None = None
    iobase: uint32 = property_("iobase", 0xFFFF_FFFF)

    @classmethod
    def reset(cls, clock: int = 0) -> Self:
        """Power-on state: square waves at the slowest rate.

        :param clock: the virtual clock, in ns
        """
        channels = [PITChannelState(count=0x10000, mode=3, gate=gate, count_load_time=clock) for gate in (1, 1, 0)]
        timer = channels[0]
        timer.irq_disabled = 0
        # Half a period of the square wave.
        timer.next_transition_time = clock + timer.count // 2 * _SECOND // FREQUENCY
        timer.post_load()
        return cls(channels=channels)
