"""The OHCI host controller (pci-ohci). Nothing of it is saved, not even its PCI configuration.

After loading, the guest's driver faces a controller fresh from reset.
"""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    DMAContext,
    Mark,
    MemoryRegion,
    QEMUTimer,
    array,
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


@declare(mark=Mark.BROKEN, reason="after loading, the driver faces a controller fresh from reset")
class OHCIPort:
    """A root port."""

    ctrl: uint32 = 0

    port: object = immutable()


@declare(mark=Mark.BROKEN, reason="after loading, the driver faces a controller fresh from reset")
class OHCIState:
    """An OHCI controller, of up to 15 ports."""

    bus: object = immutable()
    irq: IRQ | None = None
    mem: MemoryRegion | None = None
    dma: DMAContext | None = None
    num_ports: int32 = property_("num-ports", 3)
    name: str = immutable("")

    eof_timer: QEMUTimer = -1
    sof_time: int64 = 0

    ctl: uint32 = 0
    status: uint32 = 0
    intr_status: uint32 = 0
    intr: uint32 = 0

    # Lists of the guest, by physical address.
    hcca: uint32 = 0
    ctrl_head: uint32 = 0
    ctrl_cur: uint32 = 0
    bulk_head: uint32 = 0
    bulk_cur: uint32 = 0
    per_cur: uint32 = 0
    done: uint32 = 0
    done_count: int32 = 7

    # Bit-fields in C, of 15, 1, 14 and 1 bits: a description of them has to widen them.
    fsmps: uint32 = 0x2778
    fit: uint32 = 0
    fi: uint32 = 0x2EDF
    frt: uint32 = 0
    frame_number: uint16 = 0
    padding: uint16 = immutable(0)
    pstart: uint32 = 0
    lst: uint32 = 0x628

    rhdesc_a: uint32 = 0
    rhdesc_b: uint32 = 0
    rhstatus: uint32 = 0
    rhport: list[OHCIPort] = array(15)

    # Registers that a PC's controller does not have.
    hstatus: uint32 = 0
    hmask: uint32 = 0
    hreset: uint32 = 0
    htest: uint32 = 0
    localmem_base: uint64 = immutable(0)

    old_ctl: uint32 = 0
    # The transfer in flight.
    usb_packet: object = None
    usb_buf: list[uint8] = array(8192)
    async_td: uint32 = 0
    async_complete: int32 = 0

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        return cls()
