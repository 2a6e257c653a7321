"""The interrupt controllers (PIC): instance 0 is the master, 1 the slave. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState

I8259_V1 = VMState(
    "i8259",
    version_id=1,
    fields=[
        "last_irr" / UInt8 * "levels of the lines, to find edges",
        "irr" / UInt8 * "requested interrupts, bit per line",
        "imr" / UInt8 * "masked ones",
        "isr" / UInt8 * "ones in service",
        "priority_add" / UInt8 * "line of highest priority",
        "irq_base" / UInt8 * "vector of line 0",
        "read_reg_select" / UInt8 * "the command port reads isr instead of irr",
        "poll" / UInt8 * "the next read polls",
        "special_mask" / UInt8 * "special mask mode",
        "init_state" / UInt8 * "initialisation: 0 done, else the number of the command word expected less 1",
        "auto_eoi" / UInt8 * "an acknowledged interrupt ends at once",
        "rotate_on_auto_eoi" / UInt8 * "priorities rotate as it does",
        "special_fully_nested_mode" / UInt8,
        "init4" / UInt8 * "initialisation has a fourth command word",
        "single_mode" / UInt8 * "no cascade: initialisation has no third command word",
        "elcr" / UInt8 * "level-triggered lines",
    ],
)
