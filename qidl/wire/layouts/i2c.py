"""The I²C bus of the PIIX4's SMBus. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState

I2C_BUS_V1 = VMState(
    "i2c_bus",
    version_id=1,
    fields=["saved_address" / UInt8 * "address of the slave of a transfer under way, 255 for none"],
)
