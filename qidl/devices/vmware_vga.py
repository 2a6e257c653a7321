"""VMware's SVGA adapter."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    MemoryRegion,
    array,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space
from qidl.devices.vga import VGACommonState

SCRATCH_SIZE = 0x8000
FIFO_SIZE = 0x10000

_SVGA_ID_2 = 0x9000_0002
_DISPLAY = "the host display's"


@declare
class vmsvga_cursor_s:
    """The hardware cursor. The struct has no name in C."""

    id: int32 = 0
    x: int32 = 0
    y: int32 = 0
    on: int32 = 0


@declare
class vmsvga_state_s:
    """The SVGA chip. Its FIFO's content is a RAM block."""

    # On the wire, but only to be compared with the destination's.
    depth: int32 = 32
    enable: int32 = 0
    config: int32 = 0
    cursor: vmsvga_cursor_s = embedded(vmsvga_cursor_s)
    index: int32 = 0
    scratch: list[uint32] = array(SCRATCH_SIZE)
    new_width: int32 = 0
    new_height: int32 = 0
    guest: uint32 = 0
    svgaid: uint32 = 0
    syncing: int32 = 0

    vga: VGACommonState | None = elsewhere(reason="a section of its own")
    invalidated: int32 = derived(0, reason="1: the next update draws everything")
    bypp: int32 = immutable(4, reason=_DISPLAY)
    wred: uint32 = immutable(0xFF0000, reason=_DISPLAY)
    wgreen: uint32 = immutable(0x00FF00, reason=_DISPLAY)
    wblue: uint32 = immutable(0x0000FF, reason=_DISPLAY)
    scratch_size: int32 = immutable(SCRATCH_SIZE, reason="constant")
    fifo_ram: MemoryRegion | None = None
    fifo_ptr: object = immutable(reason="memory of fifo_ram")
    fifo_size: uint32 = immutable(FIFO_SIZE)
    fifo: object = immutable(reason="pointer to fifo_ram once config is not 0")
    redraw_fifo: object = immutable(reason="what waits to be drawn; after loading, everything is")
    redraw_fifo_first: int32 = immutable(0)
    redraw_fifo_last: int32 = immutable(0)

    def post_load(self) -> None:
        """Have everything drawn."""
        self.invalidated = 1


@declare
class pci_vmsvga_state_s:
    """VMware's SVGA adapter on PCI."""

    card: PCIDevice = embedded(PCIDevice)
    chip: vmsvga_state_s = embedded(vmsvga_state_s)

    io_bar: MemoryRegion | None = None

    @classmethod
    def reset(cls, *, depth: int = 32) -> Self:
        """Power-on state; QEMU leaves the scratch registers uninitialised.

        :param depth: bits per pixel of the host's display
        """
        config = config_space(
            {
                **{0x00: 0xAD, 0x01: 0x15, 0x02: 0x05, 0x03: 0x04},  # 15ad:0405
                0x0B: 0x03,  # VGA
                0x0D: 0x40,  # latency timer
                0x10: 0x01,  # I/O ports
                0x14: 0x08,  # video memory, prefetchable
                0x18: 0x08,  # FIFO, prefetchable
                **{0x2C: 0xAD, 0x2D: 0x15, 0x2E: 0x05, 0x2F: 0x04},
            }
        )
        return cls(card=PCIDevice(config=config), chip=vmsvga_state_s(depth=depth, svgaid=_SVGA_ID_2))
