"""HD audio codecs. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Bool, Buffer, Since, UInt32
from qidl.wire.vmstate import VMState

HDA_AUDIO_STREAM = VMState(
    "hda-audio-stream",
    version_id=1,
    minimum_version_id=0,
    fields=[
        "stream" / UInt32 * "number of the stream that the guest has tied to it",
        "channel" / UInt32 * "first channel in that stream",
        "format" / UInt32 * "rate, bits and channels as the guest gave them",
        "gain_left" / UInt32 * "0 to 0x4a",
        "gain_right" / UInt32 * "0 to 0x4a",
        "mute_left" / Bool,
        "mute_right" / Bool,
        "bpos" / UInt32 * "bytes of buf that are done; 256: all",
        "buf" / Buffer(256) * "samples between controller and host",
    ],
)

HDA_AUDIO_V2 = VMState(
    "hda-audio",
    version_id=2,
    minimum_version_id=0,
    fields=[
        # Always four, whatever the codec has.
        "st" / Array(4, HDA_AUDIO_STREAM) * "converters",
        "running_compat" / Array(16, Bool) * "by stream number, in or out, for readers of version 1",
        "running_real" / Since(2, Array(32, Bool)) * "by stream number: 0 to 15 in, 16 to 31 out",
    ],
)
