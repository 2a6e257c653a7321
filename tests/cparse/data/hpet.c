/* The HPET, one struct within the other. */
#include "gen.h"

struct HPETState;

QIDL_DECLARE(HPETTimer) {
    uint8_t tn;
    QEMUTimer *qemu_timer;
    struct HPETState q_elsewhere *state;
    uint64_t config;
    uint64_t cmp;
    uint64_t fsb;
    uint64_t period;
    uint8_t wrap_flag;
};

QIDL_DECLARE(HPETState) {
    SysBusDevice busdev;
    MemoryRegion iomem;
    uint64_t hpet_offset;
    qemu_irq irqs[24];
    uint32_t flags;
    uint8_t rtc_irq_level;
    qemu_irq pit_enabled;
    uint8_t num_timers;
    HPETTimer timer[32];
    uint64_t capability;
    uint64_t config;
    uint64_t isr;
    uint64_t hpet_counter;
    uint8_t hpet_id;
};
