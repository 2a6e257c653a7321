"""EHCI host controllers: USB 2.0."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    QEMUTimer,
    array,
    elsewhere,
    embedded,
    immutable,
    int32,
    property_,
    uint32,
    uint64,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

INACTIVE: Final = 1000
"""State of a schedule that is off."""

_PORT_POWER = 1 << 12
_CONNECTED_AND_CHANGED = 1 << 0 | 1 << 1
_EIGHT_MICRO_FRAMES = 8 << 16
_HALTED = 1 << 12
_PORT_CHANGE = 1 << 2


@declare
class EHCIState:
    """The core of an EHCI controller: registers, ports and the state of its two schedules."""

    # usbcmd to configflag share an anonymous union with the register file in C.
    usbcmd: uint32 = 0
    usbsts: uint32 = 0
    usbsts_pending: uint32 = 0
    usbsts_frindex: uint32 = 0
    usbintr: uint32 = 0
    frindex: uint32 = 0
    ctrldssegment: uint32 = 0
    periodiclistbase: uint32 = 0
    asynclistaddr: uint32 = 0
    configflag: uint32 = 0
    portsc: list[uint32] = array(6)
    frame_timer: QEMUTimer = -1
    last_run_ns: uint64 = 0
    async_stepdown: uint32 = 0
    astate: uint32 = INACTIVE
    pstate: uint32 = INACTIVE
    a_fetch_addr: uint32 = 0
    p_fetch_addr: uint32 = 0

    bus: object = immutable()
    irq: IRQ | None = None
    mem: MemoryRegion | None = None
    mem_caps: MemoryRegion | None = None
    mem_opreg: MemoryRegion | None = None
    mem_ports: MemoryRegion | None = None
    companion_count: int32 = immutable(0, reason="companions are other devices of the machine")
    maxframes: uint32 = property_("maxframes", 128)
    caps: bytes | None = immutable(reason="capability registers, fixed but for companion_count")
    notused: list[uint32] = immutable(array(9), reason="reserved registers, always 0")
    async_bh: object = immutable(reason="scheduled again once the machine runs")
    ports: object = immutable()
    companion_ports: object = elsewhere(reason="ports of the companions; bit 13 of portsc says which are theirs")
    # Packets in flight are cancelled when the machine is saved, and executed again.
    aqueues: object = immutable(reason="made again from the guest's memory")
    pqueues: object = immutable(reason="made again from the guest's memory")
    ipacket: object = immutable(reason="scratch of isochronous transfers")
    isgl: object = immutable(reason="scratch of isochronous transfers")

    @classmethod
    def reset(cls, attached: Collection[int] = ()) -> Self:
        """Power-on state: halted, both schedules off.

        :param attached: ports, counted from 0, that something is plugged into
        """
        return cls(
            usbcmd=_EIGHT_MICRO_FRAMES,
            usbsts=_HALTED | (_PORT_CHANGE if attached else 0),
            portsc=[_PORT_POWER | (_CONNECTED_AND_CHANGED if port in attached else 0) for port in range(6)],
        )


@declare
class EHCIPCIState:
    """An EHCI controller on a PCI bus."""

    pcidev: PCIDevice = embedded(PCIDevice)
    ehci: EHCIState = embedded(EHCIState)

    @classmethod
    def reset(cls, attached: Collection[int] = (), *, device_id: int = 0x24CD, revision: int = 0x10) -> Self:
        """Power-on state.

        :param attached: ports, counted from 0, that something is plugged into
        :param device_id: PCI device id; usb-ehci unless given
        :param revision: PCI revision
        """
        config = {0x00: 0x86, 0x01: 0x80, 0x02: device_id & 0xFF, 0x03: device_id >> 8, 0x08: revision}
        config |= {0x09: 0x20, 0x0A: 0x03, 0x0B: 0x0C, 0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11, 0x3D: 0x04}
        # 0x60: USB release 2.0; 0x61: frame length adjustment; 0x68 and 0x6f: legacy support capability.
        config |= {0x60: 0x20, 0x61: 0x20, 0x68: 0x01, 0x6F: 0xC0}
        return cls(pcidev=PCIDevice(config=config_space(config)), ehci=EHCIState.reset(attached))
