"""The i8042 keyboard controller."""

from __future__ import annotations

from typing import Self

from qidl.annotations import IRQ, MemoryRegion, broken, elsewhere, embedded, immutable, uint8, uint64
from qidl.declaration import declare


@declare
class KBDState:
    """The controller's registers, and from which device data is pending."""

    write_cmd: uint8 = 0
    status: uint8 = 0
    mode: uint8 = 0
    pending: uint8 = 0

    outport: uint8 = broken(0x03, reason="the guest reads an A20 gate that it may have closed as open")
    kbd: object = elsewhere(reason="the keyboard has its own section")
    mouse: object = elsewhere(reason="the mouse has its own section")
    irq_kbd: IRQ | None = None
    irq_mouse: IRQ | None = None
    a20_out: IRQ | None = None
    mask: uint64 = immutable(0, reason="selects a register where they are memory-mapped")


@declare
class ISAKBDState:
    """The controller on the ISA bus."""

    kbd: KBDState = embedded(KBDState)

    dev: object = immutable(reason="place on the ISA bus")
    io: list[MemoryRegion] | None = immutable()

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: unlocked, both interrupts enabled, A20 open."""
        keyboard = cls()
        keyboard.kbd = KBDState(status=0x18, mode=0x03)
        return keyboard
