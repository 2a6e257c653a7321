"""Port 0x92: fast A20 gate and reset. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState

PORT92_V1 = VMState("port92", version_id=1, fields=["outport" / UInt8 * "bit 0 reset, bit 1 A20"])
