"""The Gravis Ultrasound. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Buffer, Int32, Int64
from qidl.wire.vmstate import VMState

GUS_V2 = VMState(
    "gus",
    version_id=2,
    fields=[
        "pos" / Int32 * "first sample in the host's buffer that is yet to be played",
        "left" / Int32 * "samples in it that are yet to be played",
        "shift" / Int32 * "bytes of a sample, as a power of two",
        "irqs" / Int32 * "times that the interrupt line was raised and not yet lowered",
        # The reader's own buffer may be shorter; nothing checks.
        "samples" / Int32 * "size of the host's buffer",
        "last_ticks" / Int64 * "not used",
        "himem" / Buffer(1024 * 1024 + 32 + 4096) * "1 MiB of sample RAM, 32 bytes of slack, 4 KiB of registers",
    ],
)
