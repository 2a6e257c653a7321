/* IDE controllers, buses and drives. */
#include "gen.h"

QIDL_DECLARE(IDEUnreportedEvents) {
    bool eject_request;
    bool new_media;
};

QIDL_DECLARE(IDEState) {
    IDEBus q_elsewhere *bus;
    uint8_t unit;
    IDEDriveKind q_immutable drive_kind;
    int cylinders, heads, sectors, chs_trans;
    int64_t nb_sectors;
    int mult_sectors;
    int identify_set;
    bool has_identify_data;
    uint8_t q_optional identify_data[512];
    int drive_serial;
    char q_string drive_serial_str[21];
    char q_string drive_model_str[41];
    uint64_t wwn;
    uint8_t feature;
    uint8_t error;
    uint32_t nsector;
    uint8_t sector;
    uint8_t lcyl;
    uint8_t hcyl;
    uint8_t hob_feature;
    uint8_t hob_nsector;
    uint8_t hob_sector;
    uint8_t hob_lcyl;
    uint8_t hob_hcyl;
    uint8_t select;
    uint8_t status;
    uint8_t lba48;
    BlockDriverState q_immutable *bs;
    char q_string version[9];
    IDEUnreportedEvents events;
    uint8_t sense_key;
    uint8_t asc;
    bool tray_open;
    bool tray_locked;
    uint8_t cdrom_changed;
    int packet_transfer_size;
    int elementary_transfer_size;
    int io_buffer_index;
    int lba;
    int cd_sector_size;
    int atapi_dma;
    BlockAcctCookie q_broken acct;
    int io_buffer_offset;
    int io_buffer_size;
    int io_buffer_total_len;
    int cur_io_buffer_offset;
    int cur_io_buffer_len;
    uint8_t end_transfer_fn_idx;
    EndTransferFunc q_derived *end_transfer_func;
    uint8_t q_derived *data_ptr;
    uint8_t q_derived *data_end;
    int req_nb_sectors;
    uint8_t q_size(io_buffer_total_len) *io_buffer;
    QEMUTimer *sector_write_timer;
    uint32_t irq_count;
    uint8_t ext_error;
    uint32_t mdata_size;
    uint8_t q_size(mdata_size) *mdata_storage;
    int media_changed;
    enum ide_dma_cmd q_broken dma_cmd;
    uint8_t smart_enabled;
    uint8_t smart_autosave;
    int smart_errors;
    uint8_t smart_selftest_count;
    uint8_t q_size(smart_selftest_count) *smart_selftest_data;
    int ncq_queues;
};

QIDL_DECLARE(IDEDevice) {
    DeviceState qdev;
    uint32_t unit;
    BlockConf q_immutable conf;
    int chs_trans;
    char *version;
    char *serial;
    char *model;
    uint64_t wwn;
};

QIDL_DECLARE(IDEBus) {
    BusState qbus;
    bool has_master;
    IDEDevice q_optional *master;
    bool has_slave;
    IDEDevice q_optional *slave;
    IDEState ifs[2];
    int bus_id;
    IDEDMA q_elsewhere *dma;
    uint8_t unit;
    uint8_t cmd;
    qemu_irq irq;
    int error_status;
};

QIDL_DECLARE(ISAIDEState) {
    ISADevice dev;
    IDEBus bus;
    uint32_t iobase;
    uint32_t iobase2;
    uint32_t isairq;
    qemu_irq irq;
};

QIDL_DECLARE(BMDMAState) {
    IDEDMA q_elsewhere dma;
    uint8_t cmd;
    uint8_t status;
    uint32_t addr;
    IDEBus q_elsewhere *bus;
    uint32_t cur_addr;
    uint32_t cur_prd_last;
    uint32_t cur_prd_addr;
    uint32_t cur_prd_len;
    uint8_t unit;
    BlockDriverCompletionFunc q_derived *dma_cb;
    int64_t sector_num;
    uint32_t nsector;
    MemoryRegion addr_ioport, extra_io;
    QEMUBH q_immutable *bh;
    uint8_t migration_compat_status;
    struct PCIIDEState q_elsewhere *pci_dev;
};

QIDL_DECLARE(PCIIDEState) {
    PCIDevice dev;
    IDEBus bus[2];
    BMDMAState bmdma[2];
    uint32_t q_immutable secondary;
    MemoryRegion bmdma_bar;
};
