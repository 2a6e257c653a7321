"""The Intel 8255x Ethernet controllers."""

from __future__ import annotations

from typing import Final, Self

import attrs

from qidl.annotations import (
    MemoryRegion,
    array,
    derived,
    elsewhere,
    embedded,
    immutable,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.e1000 import DEFAULT_MAC, NICConf
from qidl.devices.eeprom93xx import eeprom_t
from qidl.devices.pci import PCIDevice, config_space


@declare
class eepro100_stats_t:
    """Statistics, as the guest can have them dumped."""

    tx_good_frames: uint32 = 0
    tx_max_collisions: uint32 = 0
    tx_late_collisions: uint32 = 0
    tx_underruns: uint32 = 0
    tx_lost_crs: uint32 = 0
    tx_deferred: uint32 = 0
    tx_single_collisions: uint32 = 0
    tx_multiple_collisions: uint32 = 0
    tx_total_collisions: uint32 = 0
    rx_good_frames: uint32 = 0
    rx_crc_errors: uint32 = 0
    rx_alignment_errors: uint32 = 0
    rx_resource_errors: uint32 = 0
    rx_overrun_errors: uint32 = 0
    rx_cdt_errors: uint32 = 0
    rx_short_frame_errors: uint32 = 0
    fc_xmt_pause: uint32 = 0
    fc_rcv_pause: uint32 = 0
    fc_rcv_unsupported: uint32 = 0
    xmt_tco_frames: uint16 = 0
    rcv_tco_frames: uint16 = 0


@declare
class EEPRO100State:
    """A controller of the family; device says which."""

    dev: PCIDevice = embedded(PCIDevice)
    mult: bytearray = array(8)
    mem: bytearray = array(4096)
    scb_stat: uint8 = 0
    int_stat: uint8 = 0
    conf: NICConf = embedded(NICConf)
    mdimem: list[uint16] = array(32)
    # Fixed by the model, yet it travels, and is believed.
    device: uint32 = 0
    cu_base: uint32 = 0
    cu_offset: uint32 = 0
    ru_base: uint32 = 0
    ru_offset: uint32 = 0
    statsaddr: uint32 = 0
    statistics: eepro100_stats_t = embedded(eepro100_stats_t)
    configuration: bytearray = array(22)

    mmio_bar: MemoryRegion | None = None
    io_bar: MemoryRegion | None = None
    flash_bar: MemoryRegion | None = None
    nic: object = immutable()
    eeprom: eeprom_t | None = elsewhere(reason="has a section of its own")
    tx: object = immutable(reason="scratch: read again from the guest's memory for every command")
    cb_address: uint32 = derived(0, reason="where the current command block is")
    vmstate: object = immutable(reason="description of the section, which bears the model's name")
    stats_size: uint16 = immutable(0, reason="64, 76 or 80 bytes, by the model")
    has_extended_tcb_support: bool = immutable(False, reason="by the model")

    def post_load(self) -> None:
        """Compute the address of the command block."""
        self.cb_address = self.cu_base + self.cu_offset & 0xFFFF_FFFF

    @classmethod
    def reset(cls, model: str = "i82551", mac: bytes = DEFAULT_MAC) -> Self:
        """Power-on state: idle, link up.

        :param model: one of :data:`MODELS`
        """
        nic = cls(
            dev=PCIDevice(config=config_space(_config(MODELS[model]))),
            conf=NICConf(macaddr=bytearray(mac)),
            mdimem=[_PHY_RESET.get(number, 0) for number in range(32)],
            device=MODELS[model].number,
        )
        nic.mem[_MDI_CONTROL : _MDI_CONTROL + 4] = (1 << 21).to_bytes(4, "little")
        nic.configuration[6] = 0x30
        return nic


@attrs.frozen
class Model:
    """What tells the models apart, as far as it is saved.

    :ivar number: value of ``device``
    :ivar device_id: in configuration space, as is revision
    :ivar subsystem: vendor and device
    :ivar has_power_management: has the PCI capability for it
    """

    number: int
    device_id: int
    revision: int
    subsystem: tuple[int, int] = (0x1AF4, 0x1100)
    has_power_management: bool = True


MODELS: Final = {
    "i82550": Model(0x82550, 0x1209, 0x0E),
    "i82551": Model(0x82551, 0x1209, 0x0F),
    "i82557a": Model(0x82557A, 0x1229, 0x01, has_power_management=False),
    "i82557b": Model(0x82557B, 0x1229, 0x02, has_power_management=False),
    "i82557c": Model(0x82557C, 0x1229, 0x03, has_power_management=False),
    "i82558a": Model(0x82558A, 0x1229, 0x04),
    "i82558b": Model(0x82558B, 0x1229, 0x05),
    "i82559a": Model(0x82559A, 0x1229, 0x06),
    "i82559b": Model(0x82559B, 0x1229, 0x07),
    "i82559c": Model(0x82559C, 0x1229, 0x0C, subsystem=(0x8086, 0x0040)),
    "i82559er": Model(0x82559E, 0x1209, 0x09),
    "i82562": Model(0x82562, 0x1209, 0x0E),
    "i82801": Model(0x82801, 0x2449, 0x03),
}
"""The models, by the name that device and section have."""

_MDI_CONTROL = 0x10
"""Offset in mem of the register that reaches the PHY."""

_PHY_RESET = {
    0: 0x3000,
    1: 0x780D,
    2: 0x02A8,
    3: 0x0154,
    4: 0x05E1,
    16: 0x0003,
    18: 0x0001,
}


def _config(model: Model) -> dict[int, int]:
    vendor, subsystem = model.subsystem
    config = {
        0x00: 0x86,  # vendor 8086
        0x01: 0x80,
        0x02: model.device_id & 0xFF,
        0x03: model.device_id >> 8,
        0x06: 0x80,  # status: fast back-to-back, medium timing
        0x07: 0x02,
        0x08: model.revision,
        0x0B: 0x02,  # class 0200, Ethernet
        0x0D: 0x20,  # latency timer
        0x10: 0x08,  # BAR 0: memory, prefetchable
        0x14: 0x01,  # BAR 1: I/O ports
        0x2C: vendor & 0xFF,
        0x2D: vendor >> 8,
        0x2E: subsystem & 0xFF,
        0x2F: subsystem >> 8,
        0x3D: 0x01,  # INTA
        0x3E: 0x08,  # minimum grant
        0x3F: 0x18,  # maximum latency
    }
    if model.has_power_management:
        config[0x06] |= 0x10  # there are capabilities
        config |= {0x34: 0xDC, 0xDC: 0x01, 0xDE: 0x21, 0xDF: 0x7E}
    return config
