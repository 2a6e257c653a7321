/* A USB 1.1 controller. */
#include "gen.h"

#define NB_PORTS 2

QIDL_DECLARE(UHCIPort) {
    USBPort q_immutable port;
    uint16_t ctrl;
};

QIDL_DECLARE(UHCIState) {
    PCIDevice dev;
    MemoryRegion q_immutable io_bar;
    USBBus q_immutable bus;
    uint16_t cmd;
    uint16_t status;
    uint16_t intr;
    uint16_t frnum;
    uint32_t fl_base_addr;
    uint8_t sof_timing;
    uint8_t status2;
    int64_t expire_time;
    QEMUTimer *frame_timer;
    QEMUBH q_immutable *bh;
    uint32_t frame_bytes;
    uint32_t q_property("bandwidth", 1280) frame_bandwidth;
    UHCIPort ports[NB_PORTS];
    uint32_t pending_int_mask;
    int irq_pin;
    struct {
        struct UHCIQueue *first;
        struct UHCIQueue **last;
    } queues;
    uint8_t num_ports_vmstate;
    char q_property("masterbus") *masterbus;
    uint32_t q_property("firstport", 0) firstport;
};
