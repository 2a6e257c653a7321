"""The local APIC of a CPU."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    DeviceState,
    MemoryRegion,
    QEMUTimer,
    SysBusDevice,
    array,
    broken,
    derived,
    elsewhere,
    immutable,
    int32,
    int64,
    property_,
    uint8,
    uint32,
    uint64,
)
from qidl.declaration import declare

BOOT_CPU = 1 << 8
"""Bit of ``apicbase``: this CPU starts the machine."""

ENABLED = 1 << 11
"""Bit of ``apicbase``."""

MASKED = 1 << 16
"""Bit of a local vector."""

LINT0 = 3
"""Index of a local vector: the line that the PIC drives."""

_BASE = 0xFEE0_0000
_EXTERNAL_INTERRUPT = 0x700
_FLAT = 0xF


@declare
class APICCommonState:
    """Registers and timer of a local APIC."""

    apicbase: uint32 = 0
    # Also a property, of the CPU's number; but it travels.
    id: uint8 = 0
    arb_id: uint8 = 0
    tpr: uint8 = 0
    spurious_vec: uint32 = 0
    log_dest: uint8 = 0
    dest_mode: uint8 = 0
    isr: list[uint32] = array(8)
    tmr: list[uint32] = array(8)
    irr: list[uint32] = array(8)
    lvt: list[uint32] = array(6)
    esr: uint32 = 0
    icr: list[uint32] = array(2)
    divide_conf: uint32 = 0
    # It follows from divide_conf, but travels.
    count_shift: int32 = 0
    initial_count: uint32 = 0
    initial_count_load_time: int64 = 0
    next_time: int64 = 0
    timer_expiry: int64 = -1

    busdev: SysBusDevice | None = None
    io_memory: MemoryRegion | None = None
    # Older releases call it cpu_env.
    cpu: object = elsewhere(reason="the CPU has its own sections")
    idx: int32 = immutable(0, reason="order in which the APICs were made")
    timer: QEMUTimer = derived(-1, reason="timer_expiry says when it expires")
    sipi_vector: int32 = broken(0, reason="a start-up interrupt between its arrival and the CPU's start is lost")
    wait_for_sipi: int32 = broken(1, reason="a loaded CPU that runs still accepts one start-up interrupt")
    vapic_control: uint32 = property_("vapic", True, bit=0)
    vapic: DeviceState | None = None
    vapic_paddr: uint64 = elsewhere(0, reason="kvm-tpr-opt saves it, and enables it again")

    def post_load(self) -> None:
        """Arm the timer."""
        self.timer = self.timer_expiry

    @classmethod
    def reset(cls, index: int = 0) -> Self:
        """Power-on state: enabled, every local vector masked but the boot CPU's LINT0.

        :param index: number of the CPU; 0 is the boot CPU
        """
        apic = cls(id=index, apicbase=_BASE | ENABLED, spurious_vec=0xFF, dest_mode=_FLAT, idx=index)
        apic.lvt = [MASKED] * len(apic.lvt)
        if index == 0:
            apic.apicbase |= BOOT_CPU
            apic.lvt[LINT0] = _EXTERNAL_INTERRUPT
        return apic
