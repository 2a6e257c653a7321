"""The firmware configuration device. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Before, Since, UInt16, UInt32
from qidl.wire.vmstate import VMState

FW_CFG_V2 = VMState(
    "fw_cfg",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "cur_entry" / UInt16 * "selected entry",
        "cur_offset" / Before(2, UInt16) * "byte of the entry that is read next",
        "cur_offset" / Since(2, UInt32) * "byte of the entry that is read next",
    ],
)
