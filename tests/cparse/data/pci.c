/* PCI devices, buses and bridges, and the hot-plug controller of a bridge. */
#include "gen.h"

enum { PCI_NUM_REGIONS = 7 };

QIDL_DECLARE(PCIDevice) {
    DeviceState qdev;
    uint8_t q_size((pci_is_express(*obj) ? 0x1000 : 0x100)) *config;
    uint8_t q_immutable *cmask, *wmask q_immutable, *used q_immutable;
    PCIBus *bus;
    int32_t q_property("addr", -1) devfn;
    char q_string name[64];
    PCIIORegion q_immutable io_regions[7];
    PCIConfigReadFunc q_immutable *config_read;
    void (*config_write)(PCIDevice *dev, uint32_t address, uint32_t val, int len);
    qemu_irq *irq;
    uint8_t irq_state;
    uint32_t q_property("multifunction", 3, 0) q_property("command_serr_enable", 4, 1) cap_present;
    uint8_t msix_cap;
    int msix_entries_nr;
    int msix_table_size;
    uint8_t q_size(msix_table_size) *msix_table;
    int msix_pba_size;
    uint8_t q_size(msix_pba_size) *msix_pba;
    MemoryRegion msix_exclusive_bar;
    unsigned q_immutable *msix_entry_used;
    bool msix_function_masked;
    int32_t version_id;
    uint8_t msi_cap;
    PCIExpressDevice q_immutable exp;
    bool has_shpc;
    SHPCDevice q_optional *shpc;
    char q_property("romfile") *romfile;
    bool has_rom;
    MemoryRegion rom;
    uint32_t q_property("rombar", 1) rom_bar;
    MSIVectorUseNotifier q_immutable msix_vector_use_notifier;
};

QIDL_DECLARE(PCIBus) {
    BusState qbus;
    DMAContext *dma;
    uint8_t devfn_min;
    pci_set_irq_fn q_immutable set_irq;
    void q_immutable *irq_opaque;
    PCIDevice q_elsewhere *devices[256];
    PCIDevice q_elsewhere *parent_dev;
    MemoryRegion *address_space_mem;
    struct {
        PCIBus *lh_first;
    } child;
    struct { PCIBus *le_next, **le_prev; } sibling;
    int nirq;
    int q_size(nirq) *irq_count;
};

QIDL_DECLARE(SHPCDevice) {
    int cap;
    int nslots;
    size_t config_size;
    uint8_t q_size(config_size) *config;
    uint8_t q_immutable *cmask;
    MemoryRegion mmio;
    int msi_requested;
};

QIDL_DECLARE(PCIBridge) {
    PCIDevice dev;
    PCIBus q_elsewhere sec_bus;
    MemoryRegion address_space_mem;
    PCIBridgeWindows q_derived windows;
    pci_map_irq_fn q_immutable map_irq;
    const char *bus_name;
};

QIDL_DECLARE(PCIBridgeDev) {
    PCIBridge bridge;
    MemoryRegion bar;
    uint8_t chassis_nr;
    uint32_t flags;
};
