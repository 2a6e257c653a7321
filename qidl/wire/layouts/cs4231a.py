"""The Crystal CS4231A sound card. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Buffer, Int32, UInt32
from qidl.wire.vmstate import VMState

CS4231A_V1 = VMState(
    "cs4231a",
    version_id=1,
    fields=[
        "regs" / Array(16, UInt32) * "registers; the first selects one of dregs",
        "dregs" / Buffer(32) * "indexed registers",
        "dma_running" / Int32 * "playback is under way",
        "audio_free" / Int32 * "bytes that the host's output can take",
        "transferred" / Int32 * "bytes since the last interrupt",
        "aci_counter" / Int32 * "reads that will still find the calibration under way",
    ],
)
