"""The interval timer (PIT). 1.1 replaced the timer on the wire by the time of the next transition."""

from __future__ import annotations

from qidl.wire.primitives import Again, Array, Before, Int32, Int64, Since, Timer, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

PIT_CHANNEL = VMState(
    "pit channel",
    version_id=2,
    fields=[
        "count" / Int32 * "reload value, 1 to 65536",
        "latched_count" / UInt16 * "count held by a latch command",
        "count_latched" / UInt8 * "how it is read: 0 not latched, 1 low byte, 2 high byte, 3 both (4 when one is read)",
        "status_latched" / UInt8 * "a latched status byte waits to be read",
        "status" / UInt8 * "the latched status byte",
        "read_state" / UInt8 * "byte that is read next, as in count_latched",
        "write_state" / UInt8 * "byte that is written next, as in count_latched",
        "write_latch" / UInt8 * "low byte, until the high byte comes",
        "rw_mode" / UInt8 * "bytes by which the count is accessed, as in count_latched",
        "mode" / UInt8 * "0 to 5",
        "bcd" / UInt8 * "the guest asked for decimal counting",
        "gate" / UInt8 * "level of the gate input",
        "count_load_time" / Int64 * "when counting began, ns of the virtual clock",
        "next_transition_time" / Int64 * "when the output changes next, ns of the virtual clock; -1 never",
    ],
)

I8254_V2 = VMState(
    "i8254",
    version_id=2,
    fields=[
        "channels" / Array(3, PIT_CHANNEL) * "the counters",
        # Stopped while the HPET replaces the PIT, though transitions go on.
        "channels[0].irq_timer" / Timer * "next interrupt, ns of the virtual clock",
    ],
)

I8254_V3 = VMState(
    "i8254",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "channels[0].irq_disabled" / Since(3, UInt32) * "the HPET replaces the PIT: no interrupts",
        "channels" / Array(3, PIT_CHANNEL) * "the counters",
        # In version 2 the timer stood here, and it may be stopped while a transition is due.
        "channels[0].irq_timer" / Before(3, Timer) * "next interrupt, ns of the virtual clock",
        "channels[0].next_transition_time" / Since(3, Again("channels[0].next_transition_time", Int64)),
    ],
)
