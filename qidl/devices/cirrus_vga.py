"""Cirrus VGA, on PCI and on ISA."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    MemoryRegion,
    array,
    broken,
    embedded,
    immutable,
    int32,
    uint8,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space
from qidl.devices.vga import VGACommonState

GD5446 = 0xB8
"""Device id of the CL-GD5446, which sits on PCI."""

GD5430 = 0xA0
"""Device id of the CL-GD5430, which sits on ISA."""

_BLIT = "a blit in progress is lost"
_BANKS = "follows from graphics registers 9 to 11 and the size of video memory"
_CURSOR = "the cursor is drawn again"


@declare
class CirrusVGAState:
    """A VGA with Cirrus' extensions; its ``vga`` has no VBE registers."""

    vga: VGACommonState = embedded(VGACommonState)
    cirrus_shadow_gr0: uint8 = 0
    cirrus_shadow_gr1: uint8 = 0
    cirrus_hidden_dac_lockindex: uint8 = 5
    cirrus_hidden_dac_data: uint8 = 0
    hw_cursor_x: uint32 = 0
    hw_cursor_y: uint32 = 0

    cirrus_vga_io: MemoryRegion | None = None
    cirrus_linear_io: MemoryRegion | None = None
    cirrus_linear_bitblt_io: MemoryRegion | None = None
    cirrus_mmio_io: MemoryRegion | None = None
    pci_bar: MemoryRegion | None = None
    linear_vram: bool = immutable(False, reason="follows from the mode that the registers select")
    low_mem_container: MemoryRegion | None = None
    low_mem: MemoryRegion | None = None
    cirrus_bank: list[MemoryRegion] | None = immutable()
    cirrus_addr_mask: uint32 = immutable(0x3F_FFFF, reason="size of video memory, less one")
    linear_mmio_mask: uint32 = immutable(0x3F_FF00, reason="last 256 bytes of video memory")
    cirrus_bank_base: list[uint32] = immutable(array(2), reason=_BANKS)
    cirrus_bank_limit: list[uint32] = immutable(array(2), reason=_BANKS)
    cirrus_hidden_palette: bytearray = broken(array(48), reason="colours of cursor and overscan are lost")
    cirrus_blt_pixelwidth: int32 = broken(0, reason=_BLIT)
    cirrus_blt_width: int32 = broken(0, reason=_BLIT)
    cirrus_blt_height: int32 = broken(0, reason=_BLIT)
    cirrus_blt_dstpitch: int32 = broken(0, reason=_BLIT)
    cirrus_blt_srcpitch: int32 = broken(0, reason=_BLIT)
    cirrus_blt_fgcol: uint32 = broken(0, reason=_BLIT)
    cirrus_blt_bgcol: uint32 = broken(0, reason=_BLIT)
    cirrus_blt_dstaddr: uint32 = broken(0, reason=_BLIT)
    cirrus_blt_srcaddr: uint32 = broken(0, reason=_BLIT)
    cirrus_blt_mode: uint8 = broken(0, reason=_BLIT)
    cirrus_blt_modeext: uint8 = broken(0, reason=_BLIT)
    cirrus_rop: object = immutable(reason="the function of a blit's raster operation")
    cirrus_bltbuf: bytearray = broken(array(8192), reason=_BLIT)
    cirrus_srcptr: object = broken(reason=_BLIT)
    cirrus_srcptr_end: object = broken(reason=_BLIT)
    cirrus_srccounter: uint32 = broken(0, reason=_BLIT)
    last_hw_cursor_size: int32 = immutable(0, reason=_CURSOR)
    last_hw_cursor_x: int32 = immutable(0, reason=_CURSOR)
    last_hw_cursor_y: int32 = immutable(0, reason=_CURSOR)
    last_hw_cursor_y_start: int32 = immutable(0, reason=_CURSOR)
    last_hw_cursor_y_end: int32 = immutable(0, reason=_CURSOR)
    real_vram_size: int32 = immutable(4 << 20, reason="4 MiB on PCI, 2 MiB on ISA")
    device_id: int32 = immutable(GD5446)
    bustype: int32 = immutable(0x20, reason="0x20: PCI, 0x38: ISA")

    @classmethod
    def reset(cls, device_id: int = GD5446) -> Self:
        """Power-on state of a CL-GD5446 on PCI, or of another chip on ISA."""
        pci = device_id == GD5446
        size = (4 if pci else 2) << 20
        bustype = 0x20 if pci else 0x38
        vga = VGACommonState()
        vga.sr[0x06] = 0x0F  # the extensions are locked
        vga.sr[0x0F] = 0x98 if pci else 0x18  # memory bus
        vga.sr[0x15] = 0x04 if pci else 0x03  # memory size
        vga.sr[0x17] = bustype
        vga.sr[0x1F] = 0x2D if pci else 0x22  # memory clock
        vga.gr[0x18] = 0x0F if pci else 0
        vga.cr[0x27] = device_id
        return cls(
            vga=vga,
            cirrus_addr_mask=size - 1,
            linear_mmio_mask=size - 256,
            real_vram_size=size,
            device_id=device_id,
            bustype=bustype,
        )


@declare
class PCICirrusVGAState:
    """Cirrus VGA on PCI."""

    dev: PCIDevice = embedded(PCIDevice)
    cirrus_vga: CirrusVGAState = embedded(CirrusVGAState)

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        config = config_space(
            {
                **{0x00: 0x13, 0x01: 0x10, 0x02: GD5446},  # 1013:00b8
                0x0B: 0x03,  # VGA
                0x10: 0x08,  # video memory, prefetchable
                **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},  # 1af4:1100
            }
        )
        return cls(dev=PCIDevice(config=config), cirrus_vga=CirrusVGAState.reset())


@declare
class ISACirrusVGAState:
    """Cirrus VGA on ISA, as 1.1 wraps it. Its section is the :class:`CirrusVGAState` alone."""

    cirrus_vga: CirrusVGAState = embedded(CirrusVGAState)

    dev: object = immutable()

    @classmethod
    def reset(cls) -> Self:
        """Power-on state."""
        return cls(cirrus_vga=CirrusVGAState.reset(GD5430))
