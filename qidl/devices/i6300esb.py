"""The i6300ESB watchdog."""

from __future__ import annotations

from typing import Self

from qidl.annotations import MemoryRegion, QEMUTimer, embedded, int32, uint32
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

_GREATEST = 0xFFFFF


@declare
class I6300State:
    """A watchdog of two stages: the first warns, the second reboots."""

    dev: PCIDevice = embedded(PCIDevice)
    reboot_enabled: int32 = 1
    clock_scale: int32 = 0
    int_type: int32 = 0
    free_run: int32 = 0
    locked: int32 = 0
    enabled: int32 = 0
    timer: QEMUTimer = -1
    timer1_preload: uint32 = _GREATEST
    timer2_preload: uint32 = _GREATEST
    stage: int32 = 1
    unlock_state: int32 = 0
    previous_reboot_flag: int32 = 0

    io_mem: MemoryRegion | None = None

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: off."""
        config = config_space(
            {
                **{0x00: 0x86, 0x01: 0x80, 0x02: 0xAB, 0x03: 0x25},  # 8086:25ab
                **{0x0A: 0x80, 0x0B: 0x08},  # system peripheral of another kind
                **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},  # 1af4:1100
            }
        )
        return cls(dev=PCIDevice(config=config))
