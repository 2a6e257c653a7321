"""PCI Express ports: a root port (ioh3420), and the ports of a switch (x3130-upstream, xio3130-downstream)."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    array,
    elsewhere,
    embedded,
    immutable,
    int32,
    property_,
    uint8,
    uint16,
    uint32,
    valid,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space
from qidl.devices.pci_bridge import PCIBridge

_COMMON = {
    0x06: 0x10,
    **{0x0A: 0x04, 0x0B: 0x06, 0x0E: 0x01},  # PCI-to-PCI bridge
    **{0x24: 0x01, 0x26: 0x01},
    0x34: 0x90,
    # PCI Express capability
    **{0x90: 0x10, 0x95: 0x80, 0x9C: 0x11, 0x9D: 0x04, 0xA2: 0x11, 0xB6: 0x30},
    # Advanced Error Reporting
    **{0x100: 0x01, 0x102: 0x02, 0x10C: 0x30, 0x10D: 0x20, 0x10E: 0x46, 0x115: 0xE0, 0x118: 0xA0, 0x119: 0x02},
}

_IOH3420 = {
    **_COMMON,
    **{0x00: 0x86, 0x01: 0x80, 0x02: 0x20, 0x03: 0x34, 0x08: 0x02},  # 8086:3420
    # The windows are closed: each begins beyond its end.
    **{0x1C: 0xF0, 0x20: 0xF0, 0x21: 0xFF, 0x24: 0xF1, 0x25: 0xFF},
    **{0x40: 0x0D, 0x44: 0x86, 0x45: 0x80},  # subsystem
    **{0x60: 0x05, 0x61: 0x40, 0x62: 0x02, 0x63: 0x01},  # MSI
    **{0x91: 0x60, 0x92: 0x42, 0x93: 0x01, 0xA8: 0xC0, 0xA9: 0x03, 0xAA: 0x40},
}

_XIO3130 = {
    **_COMMON,
    **{0x00: 0x4C, 0x01: 0x10},  # 104c
    **{0x70: 0x05, 0x72: 0x80},  # MSI
    **{0x80: 0x0D, 0x81: 0x70},  # subsystem
    **{0x91: 0x80, 0x97: 0x10},
}

_UPSTREAM = {**_XIO3130, **{0x02: 0x32, 0x03: 0x82, 0x08: 0x02}, 0x92: 0x52}

_DOWNSTREAM = {
    **_XIO3130,
    **{0x02: 0x33, 0x03: 0x82, 0x08: 0x01},
    **{0x92: 0x62, 0x93: 0x01, 0xA8: 0xC0, 0xA9: 0x03, 0xB4: 0x20},
}

_AER_LOG_LIMIT = 128


@declare
class PCIEAERErr:
    """An error that a port was told of."""

    status: uint32 = 0
    source_id: uint16 = 0
    flags: uint16 = 0
    header: list[uint32] = array(4)
    prefix: list[uint32] = array(4)


@declare
class PCIEAERLog:
    """Errors that wait for the guest to read them."""

    log_num: uint16 = valid(0, le="log_max")
    # A property, and yet on the wire.
    log_max: uint16 = valid(8, range=(0, _AER_LOG_LIMIT))
    log: list[PCIEAERErr] = array(size="log_num")


@declare
class PCIExpressDevice:
    """What PCI Express adds to a device."""

    aer_log: PCIEAERLog = embedded(PCIEAERLog)

    exp_cap: uint8 = immutable(0, reason="offset of a capability")
    hpev_intx: uint32 = immutable(0, reason="pin of hot-plug interrupts")
    hpev_notified: bool = immutable(False, reason="follows from the slot registers in the device's config")
    aer_cap: uint16 = immutable(0, reason="offset of a capability")
    aer_intx: uint32 = immutable(0, reason="pin of error interrupts")


@declare
class PCIEDevice(PCIDevice):
    """A PCI Express device: as a conventional one, with more config, and its error log."""

    # Declared again so that they stay in the order of the wire.
    version_id: int32 = 2
    config: bytearray = array(4096)
    irq_state: list[uint32] = array(4)
    exp: PCIExpressDevice = embedded(PCIExpressDevice)


@declare
class PCIEBridge(PCIBridge):
    """A bridge that is a PCI Express device."""

    dev: PCIEDevice = embedded(PCIEDevice)


@declare
class PCIEPort:
    """A port; by itself, an upstream port of a switch."""

    br: PCIEBridge = embedded(PCIEBridge)

    port: uint8 = property_("port", 0)

    @classmethod
    def reset(cls, *, aer_log_max: int = 8) -> Self:
        """Power-on state of an ``x3130-upstream``, with room for ``aer_log_max`` errors."""
        return cls(br=_bridge(_UPSTREAM, aer_log_max))


@declare
class PCIESlot:
    """A port that leads to a slot: a root port, or a downstream port of a switch."""

    port: PCIEPort = embedded(PCIEPort)

    chassis: uint8 = property_("chassis", 0)
    slot: uint16 = property_("slot", 0)
    next: PCIESlot | None = elsewhere(reason="the list of slots")

    @classmethod
    def reset(
        cls, *, downstream: bool = False, port: int = 1, chassis: int = 0, slot: int = 1, aer_log_max: int = 8
    ) -> Self:
        """Power-on state of an ``ioh3420``.

        :param downstream: of an ``xio3130-downstream`` instead
        :param port: number of the port
        :param chassis: number of the chassis
        :param slot: number of the slot, below 8192
        :param aer_log_max: errors that the log has room for
        """
        # The slot number is the upper 13 bits of the slot capabilities, over flags.
        low, high = (slot << 3 | 0x02).to_bytes(2, "little")
        numbers = {0x9F: port, 0xA4: 0x79, 0xA6: low, 0xA7: high}
        config = {**(_DOWNSTREAM if downstream else _IOH3420), **numbers}
        return cls(
            port=PCIEPort(br=_bridge(config, aer_log_max), port=port),
            chassis=chassis,
            slot=slot,
        )


def _bridge(config: dict[int, int], aer_log_max: int) -> PCIEBridge:
    exp = PCIExpressDevice(aer_log=PCIEAERLog(log_max=aer_log_max), exp_cap=0x90, aer_cap=0x100)
    return PCIEBridge(dev=PCIEDevice(config=config_space(config, 4096), exp=exp))
