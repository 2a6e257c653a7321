"""HD audio codecs: hda-output, hda-duplex and hda-micro."""

from __future__ import annotations

from typing import Final, Self

from qidl.annotations import array, elsewhere, immutable, property_, uint32
from qidl.declaration import declare

FULL_GAIN: Final = 0x4A
"""No attenuation."""

_STEREO_16_BITS_48_KHZ = 0x11
_BUFFER_SIZE = 256


@declare
class HDAAudioStream:
    """A converter of a codec, and the stream that the guest has tied to it."""

    stream: uint32 = 0
    channel: uint32 = 0
    format: uint32 = 0
    gain_left: uint32 = 0
    gain_right: uint32 = 0
    mute_left: bool = False
    mute_right: bool = False
    bpos: uint32 = 0
    buf: bytearray = array(_BUFFER_SIZE)

    state: HDAAudioState | None = elsewhere(reason="pointer back to the codec")
    node: object = immutable(reason="absent where the codec has fewer converters")
    output: bool = immutable(False)
    running: bool = elsewhere(False, reason="running_real of the codec has it")
    # In C its name is `as`.
    as_: object = immutable(reason="format, in the host's terms")
    voice: object = immutable()


@declare
class HDAAudioState:
    """A codec of up to four converters."""

    st: list[HDAAudioStream] = array(4)
    # Written for readers of version 1, who do not tell input from output: not what the codec goes by.
    running_compat: list[bool] = array(16)
    running_real: list[bool] = array(32)

    hda: object = immutable()
    name: str = immutable("")
    desc: object = immutable()
    card: object = immutable()
    debug: uint32 = property_("debug", 0)

    @classmethod
    def reset(cls, *, duplex: bool = True) -> Self:
        """Power-on state: nothing runs.

        :param duplex: input beside output
        """
        codec = cls()
        output, source = codec.st[:2]
        output.format = _STEREO_16_BITS_48_KHZ
        output.gain_left = output.gain_right = FULL_GAIN
        # All of the buffer is done: there is nothing in it to play.
        output.bpos = _BUFFER_SIZE
        output.output = True
        if duplex:
            source.format = _STEREO_16_BITS_48_KHZ
        return codec
