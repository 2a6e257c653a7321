/* VGA and the Cirrus cards built on it. */
#include "gen.h"

#define VBE_DISPI_INDEX_NB 0xa
#define CH_ATTR_SIZE (160 * 100)
#define CIRRUS_BLTBUFSIZE (2048 * 4)

QIDL_DECLARE(VGACommonState) {
    MemoryRegion *legacy_address_space;
    uint8_t q_broken *vram_ptr;
    MemoryRegion vram;
    uint32_t vram_size;
    uint32_t vram_size_mb;
    uint32_t latch;
    MemoryRegion *chain4_alias;
    uint8_t sr_index;
    uint8_t sr[256];
    uint8_t gr_index;
    uint8_t gr[256];
    uint8_t ar_index;
    uint8_t ar[21];
    int ar_flip_flop;
    uint8_t cr_index;
    uint8_t cr[256];
    uint8_t msr;
    uint8_t fcr;
    uint8_t st00;
    uint8_t st01;
    uint8_t dac_state;
    uint8_t dac_sub_index;
    uint8_t dac_read_index;
    uint8_t dac_write_index;
    uint8_t dac_cache[3];
    int dac_8bit;
    uint8_t palette[768];
    int32_t bank_offset;
    int (*get_bpp)(struct VGACommonState *s);
    void (*get_resolution)(struct VGACommonState *s, int *pwidth, int *pheight);
    uint16_t vbe_index;
    uint16_t vbe_regs[VBE_DISPI_INDEX_NB];
    uint32_t vbe_start_addr;
    uint32_t vbe_line_offset;
    uint32_t vbe_bank_mask;
    int vbe_mapped;
    DisplayState q_immutable *ds;
    uint32_t font_offsets[2];
    int graphic_mode;
    uint8_t shift_control;
    uint8_t double_scan;
    uint32_t line_offset;
    uint32_t line_compare;
    uint32_t start_addr;
    uint32_t plane_updated;
    uint32_t last_line_offset;
    uint8_t last_cw, last_ch;
    uint32_t last_width, last_height;
    uint32_t last_scr_width, last_scr_height;
    uint32_t last_depth;
    uint8_t cursor_start, cursor_end;
    bool cursor_visible_phase;
    int64_t cursor_blink_time;
    uint32_t cursor_offset;
    unsigned int q_derived (*rgb_to_pixel)(unsigned int r, unsigned int g, unsigned b);
    bool full_update_text;
    bool full_update_gfx;
    uint32_t invalidated_y_table[2048 / 32];
    uint32_t q_derived invalidated_y[4];
    uint32_t last_palette[256];
    uint32_t last_ch_attr[CH_ATTR_SIZE];
    uint8_t is_vbe_vmstate;
};

QIDL_DECLARE(CirrusVGAState) {
    VGACommonState vga;
    MemoryRegion cirrus_linear_io;
    bool linear_vram;
    uint32_t cirrus_addr_mask;
    uint32_t linear_mmio_mask;
    uint8_t cirrus_shadow_gr0;
    uint8_t cirrus_shadow_gr1;
    uint8_t cirrus_hidden_dac_lockindex;
    uint8_t cirrus_hidden_dac_data;
    uint32_t cirrus_bank_base[2];
    uint32_t cirrus_bank_limit[2];
    uint8_t cirrus_hidden_palette[48];
    uint32_t hw_cursor_x;
    uint32_t hw_cursor_y;
    int cirrus_blt_pixelwidth;
    int cirrus_blt_width;
    int cirrus_blt_height;
    int cirrus_blt_dstpitch;
    int cirrus_blt_srcpitch;
    uint32_t cirrus_blt_fgcol;
    uint32_t cirrus_blt_bgcol;
    uint32_t cirrus_blt_dstaddr;
    uint32_t cirrus_blt_srcaddr;
    uint8_t cirrus_blt_mode;
    uint8_t cirrus_blt_modeext;
    cirrus_bitblt_rop_t q_immutable cirrus_rop;
    uint8_t cirrus_bltbuf[CIRRUS_BLTBUFSIZE];
    uint8_t q_derived *cirrus_srcptr;
    uint8_t q_derived *cirrus_srcptr_end;
    uint32_t cirrus_srccounter;
    int last_hw_cursor_size;
    int last_hw_cursor_x;
    int last_hw_cursor_y;
    int last_hw_cursor_y_start;
    int last_hw_cursor_y_end;
    int real_vram_size;
    int device_id;
    int bustype;
};

QIDL_DECLARE(PCICirrusVGAState) {
    PCIDevice dev;
    CirrusVGAState cirrus_vga;
};

QIDL_DECLARE(ISACirrusVGAState) {
    ISADevice q_immutable dev;
    CirrusVGAState cirrus_vga;
};
