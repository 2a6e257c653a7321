"""The VGA core, and std VGA on PCI."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    MemoryRegion,
    array,
    broken,
    derived,
    embedded,
    immutable,
    int32,
    int64,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

VBE_ENABLE = 4
"""Index of the VBE register that turns the VBE modes on."""

VBE_8BIT_DAC = 0x20
"""Bit of that register: colour components have 8 bits, not 6."""

_VBE_VERSION = 0xB0C5
_CACHE = "drawn again from the registers"


@declare
class VGACommonState:
    """Registers of a VGA, with the Bochs VBE extension."""

    latch: uint32 = 0
    sr_index: uint8 = 0
    sr: bytearray = array(256)
    gr_index: uint8 = 0
    gr: bytearray = array(256)
    ar_index: uint8 = 0
    ar: bytearray = array(21)
    ar_flip_flop: int32 = 0
    cr_index: uint8 = 0
    cr: bytearray = array(256)
    msr: uint8 = 0
    fcr: uint8 = 0
    st00: uint8 = 0
    st01: uint8 = 0
    dac_state: uint8 = 0
    dac_sub_index: uint8 = 0
    dac_read_index: uint8 = 0
    dac_write_index: uint8 = 0
    dac_cache: bytearray = array(3)
    palette: bytearray = array(768)
    bank_offset: int32 = 0
    is_vbe_vmstate: uint8 = 0
    vbe_index: uint16 = 0
    vbe_regs: list[uint16] = array(10)
    vbe_start_addr: uint32 = 0
    vbe_line_offset: uint32 = 0
    vbe_bank_mask: uint32 = 0

    legacy_address_space: MemoryRegion | None = None
    vram: MemoryRegion | None = None
    vram_vbe: MemoryRegion | None = None
    chain4_alias: MemoryRegion | None = None
    vram_ptr: object = immutable(reason="video memory is a RAM block")
    vram_size: uint32 = immutable(16 << 20)
    vram_size_mb: uint32 = property_("vgamem_mb", 16)
    dac_8bit: int32 = derived(0, reason="a bit of vbe_regs[4]")
    get_bpp: object = immutable()
    get_offsets: object = immutable()
    get_resolution: object = immutable()
    rgb_to_pixel: object = immutable()
    cursor_invalidate: object = immutable()
    cursor_draw_line: object = immutable()
    vbe_mapped: int32 = immutable(0)
    ds: object = immutable(reason="the host's display")
    font_offsets: list[uint32] = immutable(array(2), reason=_CACHE)
    graphic_mode: int32 = derived(-1, reason="-1: the next update draws everything")
    shift_control: uint8 = immutable(0, reason=_CACHE)
    double_scan: uint8 = immutable(0, reason=_CACHE)
    line_offset: uint32 = immutable(0, reason=_CACHE)
    line_compare: uint32 = immutable(0, reason=_CACHE)
    start_addr: uint32 = immutable(0, reason=_CACHE)
    plane_updated: uint32 = immutable(0, reason=_CACHE)
    last_line_offset: uint32 = immutable(0, reason=_CACHE)
    last_cw: uint8 = immutable(0, reason=_CACHE)
    last_ch: uint8 = immutable(0, reason=_CACHE)
    last_width: uint32 = immutable(0, reason=_CACHE)
    last_height: uint32 = immutable(0, reason=_CACHE)
    last_scr_width: uint32 = immutable(0, reason=_CACHE)
    last_scr_height: uint32 = immutable(0, reason=_CACHE)
    last_depth: uint32 = immutable(0, reason=_CACHE)
    cursor_start: uint8 = immutable(0, reason=_CACHE)
    cursor_end: uint8 = immutable(0, reason=_CACHE)
    cursor_visible_phase: bool = broken(False, reason="the text cursor may miss a blink")
    cursor_blink_time: int64 = broken(0, reason="the text cursor may miss a blink")
    cursor_offset: uint32 = immutable(0, reason=_CACHE)
    full_update_text: bool = immutable(False, reason=_CACHE)
    full_update_gfx: bool = immutable(False, reason=_CACHE)
    update: object = immutable()
    invalidate: object = immutable()
    screen_dump: object = immutable()
    text_update: object = immutable()
    invalidated_y_table: list[uint32] | None = immutable(reason=_CACHE)
    last_palette: list[uint32] | None = immutable(reason=_CACHE)
    last_ch_attr: list[uint32] | None = immutable(reason=_CACHE)
    retrace: object = immutable()
    update_retrace_info: object = immutable()
    retrace_info: object = immutable(reason="timing of the display, from the registers")

    def post_load(self) -> None:
        """Take the DAC's width from the VBE registers, and have everything drawn."""
        self.dac_8bit = int(bool(self.vbe_regs[VBE_ENABLE] & VBE_8BIT_DAC))
        self.graphic_mode = -1

    @classmethod
    def reset(cls, *, vgamem_mb: int = 16, vbe: bool = True) -> Self:
        """Power-on state.

        :param vgamem_mb: video memory in MiB
        :param vbe: with the VBE registers, which ISA std VGA lacks
        """
        vga = cls(vram_size=vgamem_mb << 20, vram_size_mb=vgamem_mb)
        if vbe:
            vga.is_vbe_vmstate = 1
            vga.vbe_regs[0] = _VBE_VERSION
            vga.vbe_bank_mask = (vga.vram_size >> 16) - 1
        return vga


@declare
class PCIVGAState:
    """Std VGA on PCI."""

    dev: PCIDevice = embedded(PCIDevice)
    vga: VGACommonState = embedded(VGACommonState)

    @classmethod
    def reset(cls, *, vgamem_mb: int = 16) -> Self:
        """Power-on state, with ``vgamem_mb`` MiB of video memory."""
        config = config_space(
            {
                **{0x00: 0x34, 0x01: 0x12, 0x02: 0x11, 0x03: 0x11},  # 1234:1111
                0x0B: 0x03,  # VGA
                0x10: 0x08,  # video memory, prefetchable
                **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},  # 1af4:1100
            }
        )
        return cls(dev=PCIDevice(config=config), vga=VGACommonState.reset(vgamem_mb=vgamem_mb))
