"""The Sound Blaster 16."""

from __future__ import annotations

from typing import Final, Self

from qidl.annotations import (
    IRQ,
    DeviceState,
    QEMUTimer,
    array,
    broken,
    derived,
    immutable,
    int32,
    uint8,
    uint32,
)
from qidl.declaration import declare

_IRQ_CODES: Final = {9: 1, 5: 2, 7: 4, 10: 8}
"""Register 0x80 of the mixer, by interrupt line."""

_BOARD_REVISION = 2 << 5


@declare
class SB16State:
    """A Sound Blaster 16: its DSP and its mixer."""

    # Properties of the device, and yet on the wire: the guest can change the first three through the mixer.
    irq: uint32 = 5
    dma: uint32 = 1
    hdma: uint32 = 5
    port: uint32 = 0x220
    ver: uint32 = 0x405
    in_index: int32 = 0
    out_data_len: int32 = 0
    fmt_stereo: int32 = 0
    fmt_signed: int32 = 0
    fmt_bits: int32 = 0
    fmt: uint32 = 0
    dma_auto: int32 = 0
    block_size: int32 = 0
    fifo: int32 = 0
    freq: int32 = 0
    time_const: int32 = 0
    speaker: int32 = 0
    needed_bytes: int32 = 0
    cmd: int32 = -1
    use_hdma: int32 = 0
    highspeed: int32 = 0
    can_write: int32 = 0
    v2x6: int32 = 0
    csp_param: uint8 = 0
    csp_value: uint8 = 0
    csp_mode: uint8 = 0
    csp_regs: bytearray = array(256)
    csp_index: uint8 = 0
    csp_reg83: bytearray = array(4)
    csp_reg83r: int32 = 0
    csp_reg83w: int32 = 0
    in2_data: bytearray = array(10)
    out_data: bytearray = array(50)
    test_reg: uint8 = 0
    last_read_byte: uint8 = 0
    nzero: int32 = 0
    left_till_irq: int32 = 0
    dma_running: int32 = 0
    bytes_per_second: int32 = 0
    align: int32 = 0
    mixer_nreg: int32 = 0
    mixer_regs: bytearray = array(256)

    dev: DeviceState | None = None
    card: object = immutable()
    pic: IRQ | None = None
    audio_free: int32 = derived(0, reason="room in the host's output, which is opened anew")
    voice: object = immutable(reason="opened again when dma_running")
    aux_ts: QEMUTimer = broken(-1, reason="the interrupt at the end of a silence that the guest asked for is lost")

    def post_load(self) -> None:
        """Nothing can be played until the host asks for it."""
        self.audio_free = 0

    @classmethod
    def reset(cls, irq: int = 5, dma: int = 1, hdma: int = 5, port: int = 0x220, ver: int = 0x405) -> Self:
        """Power-on state; a guest's reset of the DSP leaves a different one.

        :param irq: 5, 7, 9 or 10; the mixer has no code for others
        """
        sb16 = cls(irq=irq, dma=dma, hdma=hdma, port=port, ver=ver, can_write=1)
        sb16.csp_regs[5] = 0x01
        sb16.csp_regs[9] = 0xF8
        sb16.mixer_regs = _mixer()
        sb16.mixer_regs[0x80] = _IRQ_CODES.get(irq, 2)
        sb16.mixer_regs[0x81] = 1 << dma | 1 << hdma
        sb16.mixer_regs[0x82] = _BOARD_REVISION
        return sb16


def _mixer() -> bytearray:
    """Volumes half-way, or off; the rest reads as ones."""
    mixer = bytearray(b"\xff" * 0x7F + b"\x00" * 4 + b"\xff" * 0x7D)
    for register, value in {0x02: 0x04, 0x04: 0x88, 0x06: 0x04, 0x22: 0x88, 0x26: 0x88}.items():
        mixer[register] = value
    for register in (0x08, 0x0A, 0x0C, 0x0E):
        mixer[register] = 0x00
    mixer[0x30:0x48] = b"\x20" * 0x18
    return mixer
