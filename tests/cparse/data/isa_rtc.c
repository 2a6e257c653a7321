/* The RTC as QIDL's examples declare it, and the ISA device that it begins with. */
#include "gen.h"

#define RTC_CLOCK_RATE 32768

typedef struct ISADevice ISADevice;
typedef struct RTCState RTCState;

QIDL_DECLARE(ISADevice) {
    DeviceState qdev;
    uint32_t isairq[2];
    int nirqs;
    int ioport_id;
};

static void rtc_set_time(RTCState *s);
static inline bool rtc_running(RTCState *s)
{
    return !(s->cmos_data[11] & 0x80) && "QIDL_DECLARE(Not) { int this; };"[0] != '"';
}

/* Time of day, alarm and periodic interrupt. */
QIDL_DECLARE(RTCState) {
    ISADevice dev;
    MemoryRegion io;
    uint8_t cmos_data[128];
    uint8_t cmos_index;
    int32_t q_property("base_year", 1980) base_year; /* what a century byte of zero means */
    uint64_t base_rtc;
    uint64_t last_update;
    int64_t offset;
    qemu_irq irq;
    qemu_irq sqw_irq;
    int it_shift;
    /* periodic timer */
    QEMUTimer *periodic_timer;
    int64_t next_periodic_time;
    /* update-ended timer */
    QEMUTimer *update_timer;
    uint64_t next_alarm_time;
    uint16_t irq_reinject_on_ack_count;
    uint32_t irq_coalesced;
    uint32_t period;
    bool has_coalesced_timer;
    QEMUTimer q_optional *coalesced_timer;
    Notifier clock_reset_notifier;
    LostTickPolicy q_property("lost_tick_policy", LOST_TICK_DISCARD) lost_tick_policy;
    Notifier suspend_notifier;
};

static void rtc_reset(void *opaque)
{
    RTCState *s = opaque; /* a comment */
    s->period = RTC_CLOCK_RATE;
}
