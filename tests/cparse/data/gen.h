/* What the macros become while code is generated: themselves, or QIDL(group, kind, …). */
#define q_standard QIDL(serialize, standard)
#define q_immutable QIDL(serialize, immutable)
#define q_derived QIDL(serialize, derived)
#define q_broken QIDL(serialize, broken)
#define q_optional QIDL(serialize, optional)
#define q_elsewhere QIDL(serialize, elsewhere)
#define q_string QIDL(serialize, string)
#define q_size(n) QIDL(serialize, standard) QIDL(serialize, size_is, n)
#define q_property(name, ...) QIDL(serialize, immutable) QIDL(property, name, ##__VA_ARGS__)
#define QIDL_DECLARE(type, ...) QIDL_START(type, ##__VA_ARGS__) struct type
#define QIDL_DECLARE_PUBLIC(type, ...) QIDL_START_PUBLIC(type, ##__VA_ARGS__) struct type
#define QIDL_IMPLEMENT_PUBLIC(type, ...) QIDL_START_IMPLEMENTATION(type, ##__VA_ARGS__)
#define bool _Bool

QIDL_IMMUTABLE_TYPES(Notifier, MemoryRegion, MemoryRegionIoeventfd, DeviceState, BusState, DMAContext, qemu_irq, SysBusDevice)
