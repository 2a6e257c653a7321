"""The interrupt controllers (PIC)."""

from __future__ import annotations

from typing import Self

from qidl.annotations import IRQ, MemoryRegion, immutable, property_, uint8, uint32
from qidl.declaration import declare


@declare
class PICCommonState:
    """One of the two controllers: eight lines."""

    last_irr: uint8 = 0
    irr: uint8 = 0
    imr: uint8 = 0
    isr: uint8 = 0
    priority_add: uint8 = 0
    irq_base: uint8 = 0
    read_reg_select: uint8 = 0
    poll: uint8 = 0
    special_mask: uint8 = 0
    init_state: uint8 = 0
    auto_eoi: uint8 = 0
    rotate_on_auto_eoi: uint8 = 0
    special_fully_nested_mode: uint8 = 0
    init4: uint8 = 0
    single_mode: uint8 = 0
    elcr: uint8 = 0

    dev: object = immutable(reason="place on the ISA bus")
    elcr_mask: uint8 = property_("elcr_mask", -1)
    int_out: list[IRQ] | None = immutable()
    master: uint32 = property_("master", False, bit=0)
    iobase: uint32 = property_("iobase", -1)
    elcr_addr: uint32 = property_("elcr_addr", -1)
    base_io: MemoryRegion | None = None
    elcr_io: MemoryRegion | None = None

    @classmethod
    def reset(cls, master: bool = True) -> Self:
        """Power-on state: all registers 0.

        :param master: the first controller, to whose line 2 the other is tied
        """
        if master:
            return cls(master=1, iobase=0x20, elcr_addr=0x4D0, elcr_mask=0xF8)
        return cls(master=0, iobase=0xA0, elcr_addr=0x4D1, elcr_mask=0xDE)
