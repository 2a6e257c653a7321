"""A 16550A serial port. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Since, UInt8, UInt16
from qidl.wire.vmstate import VMState

SERIAL_STATE = VMState(
    "serial",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "divider" / UInt16 * "115200 / baud rate",
        "rbr" / UInt8 * "receive buffer",
        "ier" / UInt8 * "interrupt enable register",
        "iir" / UInt8 * "interrupt identification register",
        "lcr" / UInt8 * "line control register",
        "mcr" / UInt8 * "modem control register",
        "lsr" / UInt8 * "line status register",
        "msr" / UInt8 * "modem status register",
        "scr" / UInt8 * "scratch register",
        "fcr_vmstate" / Since(3, UInt8) * "FIFO control register",
    ],
)

SERIAL_V3 = VMState(
    "serial",
    version_id=3,
    minimum_version_id=2,
    fields=["state" / SERIAL_STATE * "the UART"],
)
