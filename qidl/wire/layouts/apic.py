"""The local APIC of a CPU. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Int32, Int64, Only, Timer, UInt8, UInt32
from qidl.wire.vmstate import VMState

_REGISTERS = (
    "apicbase" / UInt32 * "MSR: address, bit 8 boot CPU, bit 11 enabled",
    "id" / UInt8 * "APIC ID",
    "arb_id" / UInt8 * "arbitration ID",
    "tpr" / UInt8 * "task priority",
    "spurious_vec" / UInt32 * "vector of spurious interrupts; bit 8 enables the APIC",
    "log_dest" / UInt8 * "logical destination",
    "dest_mode" / UInt8 * "destination format: 15 flat, else clusters",
)

_TIMER = (
    "lvt" / Array(6, UInt32) * "local vectors: timer, thermal, performance, LINT0, LINT1, error",
    "esr" / UInt32 * "error status",
    "icr" / Array(2, UInt32) * "interrupt command",
    "divide_conf" / UInt32 * "divider of the timer, as encoded in the register",
    "count_shift" / Int32 * "log2 of that divider",
    "initial_count" / UInt32 * "reload value of the timer",
    "initial_count_load_time" / Int64 * "when counting began, ns of the virtual clock",
    "next_time" / Int64 * "when the timer expires next, ns of the virtual clock",
)

APIC_V3 = VMState(
    "apic",
    version_id=3,
    fields=[
        *_REGISTERS,
        "isr" / Array(8, UInt32) * "interrupts in service, bit per vector",
        "tmr" / Array(8, UInt32) * "level-triggered ones",
        "irr" / Array(8, UInt32) * "requested ones",
        *_TIMER,
        # 1.0 calls it timer.
        "timer_expiry" / Timer * "next interrupt of the timer, ns of the virtual clock",
    ],
)


def _interleaved(word: int) -> tuple[object, ...]:
    return (
        f"isr[{word}]" / UInt32 * "interrupts in service, bit per vector",
        f"tmr[{word}]" / UInt32 * "level-triggered ones",
        f"irr[{word}]" / UInt32 * "requested ones",
    )


# Written before there was VMState; every release still reads it.
APIC_V2 = VMState(
    "apic",
    version_id=2,
    minimum_version_id=1,
    fields=[
        *_REGISTERS,
        *(field for word in range(8) for field in _interleaved(word)),
        *_TIMER,
        "timer_expiry" / Only(2, Timer) * "next interrupt of the timer, ns of the virtual clock",
    ],
)
