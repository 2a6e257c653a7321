"""KVM's clock, where KVM runs the machine. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import UInt64
from qidl.wire.vmstate import VMState

KVMCLOCK_V1 = VMState("kvmclock", version_id=1, fields=["clock" / UInt64 * "ns since the machine started"])
