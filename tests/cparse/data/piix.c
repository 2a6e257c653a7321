/* The north and south bridges of the i440FX. */
#include "gen.h"

QIDL_DECLARE(PAMMemoryRegion) {
    MemoryRegion alias[4];
    unsigned current;
};

QIDL_DECLARE(PIIX3State) {
    PCIDevice dev;
    uint64_t pic_levels;
    qemu_irq *pic;
    int32_t pci_irq_levels_vmstate[4ULL];
};

QIDL_DECLARE(PCII440FXState) {
    PCIDevice dev;
    MemoryRegion *system_memory;
    PAMMemoryRegion pam_regions[13];
    MemoryRegion smram_region;
    uint8_t smm_enabled;
};
