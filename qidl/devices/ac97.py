"""The AC97 audio controller of Intel's ICH, with a SigmaTel codec."""

from __future__ import annotations

import struct
from typing import Final, Self

from qidl.annotations import (
    MemoryRegion,
    array,
    derived,
    embedded,
    immutable,
    int32,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

_HALTED = 1 << 0

_MIXER: Final = {
    0x02: 0x8000,  # master volume: mute
    0x18: 0x8808,  # PCM volume: mute
    0x1C: 0x8808,  # record gain: mute
    0x26: 0x000F,  # power: all sections are ready
    0x28: 0x0809,  # extended audio: what there is
    0x2A: 0x0009,  # extended audio: what is on
    # Rates, in Hz.
    0x2C: 48000,
    0x2E: 48000,
    0x30: 48000,
    0x32: 48000,
    0x34: 48000,
    # Maker and model.
    0x7C: 0x8384,
    0x7E: 0x7600,
}


@declare
class BD:
    """A buffer descriptor, as in the guest's memory."""

    addr: uint32 = 0
    ctl_len: uint32 = 0


@declare
class AC97BusMasterRegs:
    """A bus master: what moves samples between the guest's memory and the codec."""

    bdbar: uint32 = 0
    civ: uint8 = 0
    lvi: uint8 = 0
    sr: uint16 = 0
    picb: uint16 = 0
    piv: uint8 = 0
    cr: uint8 = 0
    bd_valid: uint32 = 0
    bd: BD = embedded(BD)


@declare
class AC97LinkState:
    """An AC97 controller and its codec."""

    dev: PCIDevice = embedded(PCIDevice)
    glob_cnt: uint32 = 0
    glob_sta: uint32 = 0
    cas: uint32 = 0
    bm_regs: list[AC97BusMasterRegs] = array(3)
    mixer_data: bytearray = array(256)

    card: object = immutable()
    use_broken_id: uint32 = property_("use_broken_id", 0)
    last_samp: uint32 = derived(0, reason="the last sample, to fill gaps with: begins anew at 0")
    # Opened again, with the rates of the mixer, for the bus masters that run.
    voice_pi: object = immutable()
    voice_po: object = immutable()
    voice_mc: object = immutable()
    invalid_freq: list[int32] = immutable(array(3), reason="spares the log the same message twice")
    silence: bytearray = immutable(array(128), reason="always zero")
    bup_flag: int32 = derived(0, reason="what a gap is filled with: decided anew")
    io_nam: MemoryRegion | None = None
    io_nabm: MemoryRegion | None = None

    def post_load(self) -> None:
        """Forget how the last gap was filled."""
        self.last_samp = 0
        self.bup_flag = 0

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: bus masters halted, codec muted."""
        config = {0x00: 0x86, 0x01: 0x80, 0x02: 0x15, 0x03: 0x24, 0x06: 0x80, 0x07: 0x02, 0x08: 0x01}
        config |= {0x0A: 0x01, 0x0B: 0x04, 0x10: 0x01, 0x14: 0x01, 0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11, 0x3D: 0x01}
        ac97 = cls(dev=PCIDevice(config=config_space(config)))
        for registers in ac97.bm_regs:
            registers.sr = _HALTED
        for register, value in _MIXER.items():
            struct.pack_into("<H", ac97.mixer_data, register, value)
        return ac97
