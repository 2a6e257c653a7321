"""The Ensoniq AudioPCI ES1370 sound card."""

from __future__ import annotations

from typing import Self

from qidl.annotations import MemoryRegion, array, embedded, immutable, uint32
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space


@declare
class Chan:
    """``struct chan``: a DAC or the ADC."""

    shift: uint32 = 0
    leftover: uint32 = 0
    scount: uint32 = 0
    frame_addr: uint32 = 0
    frame_cnt: uint32 = 0


@declare
class ES1370State:
    """An ES1370: DAC 1, DAC 2 and ADC."""

    dev: PCIDevice = embedded(PCIDevice)
    chan: list[Chan] = array(3)
    ctl: uint32 = 0
    status: uint32 = 0
    mempage: uint32 = 0
    codec: uint32 = 0
    sctl: uint32 = 0

    card: object = immutable()
    io: MemoryRegion | None = None
    # Opened again as ctl and sctl say.
    dac_voice: object = immutable()
    adc_voice: object = immutable()

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: both DACs and the ADC stopped."""
        config = {0x00: 0x74, 0x01: 0x12, 0x03: 0x50, 0x07: 0x04, 0x0A: 0x01, 0x0B: 0x04, 0x10: 0x01}
        config |= {0x2C: 0x42, 0x2D: 0x49, 0x2E: 0x4C, 0x2F: 0x4C, 0x3D: 0x01, 0x3E: 0x0C, 0x3F: 0x80}
        return cls(dev=PCIDevice(config=config_space(config)), ctl=1, status=0x60)
