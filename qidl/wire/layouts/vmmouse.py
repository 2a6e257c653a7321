"""The VMware mouse. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Equal, Int32, UInt8, UInt16, UInt32
from qidl.wire.vmstate import VMState

VMMOUSE_V0 = VMState(
    "vmmouse",
    version_id=0,
    fields=[
        "queue_size" / Equal(Int32, 1024) * "words that the queue has room for",
        "queue" / Array(1024, UInt32) * "words for the guest, the first in front",
        "nb_queue" / UInt16 * "words in the queue",
        "status" / UInt16 * "words available, or 0xffff while disabled",
        "absolute" / UInt8 * "positions are absolute",
    ],
)
