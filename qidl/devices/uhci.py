"""UHCI host controllers: USB 1.1 as in Intel's chip sets."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from qidl.annotations import (
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    embedded,
    immutable,
    int32,
    int64,
    property_,
    uint8,
    uint16,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

_ALWAYS_SET = 1 << 7
_CONNECTED_AND_CHANGED = 1 << 0 | 1 << 1


@declare
class UHCIPort:
    """A root port."""

    ctrl: uint16 = 0

    port: object = immutable()


@declare
class UHCIState:
    """A UHCI controller of two ports."""

    dev: PCIDevice = embedded(PCIDevice)
    num_ports_vmstate: uint8 = 2
    ports: list[UHCIPort] = array(2)
    cmd: uint16 = 0
    status: uint16 = 0
    intr: uint16 = 0
    frnum: uint16 = 0
    fl_base_addr: uint32 = 0
    sof_timing: uint8 = 0
    status2: uint8 = 0
    frame_timer: QEMUTimer = -1
    expire_time: int64 = 0

    io_bar: MemoryRegion | None = None
    bus: object = immutable()
    bh: object = immutable()
    frame_bytes: uint32 = broken(0, reason="bandwidth that is used up in the frame under way")
    frame_bandwidth: uint32 = property_("bandwidth", 1280)
    pending_int_mask: uint32 = broken(0, reason="interrupts that the end of the frame would raise")
    irq_pin: int32 = immutable(3, reason="fixed by the type; also a register of the configuration space")
    queues: object = immutable(reason="made again from the guest's memory, frame by frame")
    masterbus: str | None = property_("masterbus")
    firstport: uint32 = property_("firstport", 0)

    @classmethod
    def reset(
        cls, attached: Collection[int] = (), *, device_id: int = 0x7020, revision: int = 1, irq_pin: int = 3
    ) -> Self:
        """Power-on state: stopped.

        :param attached: ports, counted from 0, that something is plugged into
        :param device_id: PCI device id; piix3-usb-uhci unless given
        :param revision: PCI revision
        :param irq_pin: 0 for INTA to 3 for INTD
        """
        config = {0x00: 0x86, 0x01: 0x80, 0x02: device_id & 0xFF, 0x03: device_id >> 8, 0x08: revision}
        config |= {0x0A: 0x03, 0x0B: 0x0C, 0x20: 0x01, 0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11, 0x3D: irq_pin + 1}
        # 0x60: USB release 1.0; 0x6a: the USB clock runs.
        config |= {0x60: 0x10, 0x6A: 0x01}
        uhci = cls(dev=PCIDevice(config=config_space(config)), sof_timing=64, irq_pin=irq_pin)
        for number, port in enumerate(uhci.ports):
            port.ctrl = _ALWAYS_SET | (_CONNECTED_AND_CHANGED if number in attached else 0)
        return uhci
