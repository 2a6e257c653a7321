"""PIIX4 power management: ACPI registers, APM ports, PCI hot-plug and the SMBus host."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    Notifier,
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


@declare
class ACPIPM1EVT:
    """PM1 event registers."""

    sts: uint16 = 0
    en: uint16 = 0


@declare
class ACPIPM1CNT:
    """PM1 control register."""

    cnt: uint16 = 0


@declare
class ACPIPM1:
    """PM1 registers. The struct has no name in C."""

    evt: ACPIPM1EVT = embedded(ACPIPM1EVT)
    cnt: ACPIPM1CNT = embedded(ACPIPM1CNT)


@declare
class ACPIPMTimer:
    """The PM timer, 3579545 Hz."""

    timer: QEMUTimer = -1
    overflow_time: int64 = 0


@declare
class ACPIGPE:
    """General purpose events. Each register is two bytes in C, and one integer on the wire."""

    sts: uint16 = 0
    en: uint16 = 0

    len: uint8 = immutable(4, reason="bytes of both registers")


@declare
class ACPIREGS:
    """Fixed ACPI hardware."""

    pm1: ACPIPM1 = embedded(ACPIPM1)
    tmr: ACPIPMTimer = embedded(ACPIPMTimer)
    gpe: ACPIGPE = embedded(ACPIGPE)


@declare
class APMState:
    """APM control and status ports."""

    apmc: uint8 = 0
    apms: uint8 = 0


@declare
class pci_status:
    """PCI hot-plug: one bit a slot."""

    # QEMU works it out before saving, from the slots in use. Kept as it came: the slots are not this device's.
    up: uint32 = 0
    down: uint32 = 0


@declare
class PMSMBus:
    """SMBus host registers."""

    smb_stat: uint8 = 0
    smb_ctl: uint8 = 0
    smb_cmd: uint8 = 0
    smb_addr: uint8 = 0
    smb_data0: uint8 = 0
    smb_data1: uint8 = 0
    smb_data: bytearray = array(32)
    smb_index: uint8 = 0


@declare
class PIIX4PMState:
    """The power management function of a PIIX4."""

    dev: PCIDevice = embedded(PCIDevice)
    ar: ACPIREGS = embedded(ACPIREGS)
    apm: APMState = embedded(APMState)
    pci0_status: pci_status = embedded(pci_status)

    ioport: object = immutable(reason="the PM ports, where config[0x40] puts them")
    smb: PMSMBus = broken(embedded(PMSMBus), reason="a transfer in progress is lost")
    smb_io_base: uint32 = property_("smb_io_base", 0)
    irq: IRQ | None = None
    smi_irq: IRQ | None = None
    kvm_enabled: int32 = immutable(0)
    machine_ready: Notifier | None = None
    pci0_hotplug_enable: uint32 = immutable(0xFFFF_FFFF, reason="found by looking through the PCI bus")
    pci0_slot_device_present: uint32 = immutable(0, reason="found by looking through the PCI bus")

    @classmethod
    def reset(cls, *, hot_pluggable: int = 1 << 3, parallel: bool = True, serial: int = 1) -> Self:
        """Power-on state.

        :param hot_pluggable: slots that hold a device which can be unplugged, one bit each; the NIC's, unless given
        :param parallel: the machine has a parallel port
        :param serial: its serial ports, 0 to 2
        """
        config = config_space(
            {
                **{0x00: 0x86, 0x01: 0x80, 0x02: 0x13, 0x03: 0x71},  # 8086:7113
                **{0x06: 0x80, 0x07: 0x02, 0x08: 0x03},
                **{0x0A: 0x80, 0x0B: 0x06},  # bridge of another kind
                **{0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11},  # 1af4:1100
                0x3D: 0x01,  # INTA
                0x40: 0x01,  # base of the PM ports, not set
                **{0x5F: 0x90 if parallel else 0x10, 0x63: 0x60, 0x67: (0x00, 0x08, 0x98)[serial]},
                **{0x90: 0x01, 0x91: 0xB1, 0xD2: 0x09},  # SMBus, ports 0xb100
            }
        )
        return cls(
            dev=PCIDevice(config=config),
            smb_io_base=0xB100,
            pci0_status=pci_status(up=hot_pluggable),
        )
