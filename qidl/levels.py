"""Machine levels: which section has which layout in the wire that a release locked in.

A table gives, by the name of a section, the place of its layout: ``module:CONSTANT`` within
:mod:`qidl.wire.layouts`, loaded when it is first used; several where the payload alone does
not tell which of them it is. A name that begins with ``/`` is that of a section whose idstr
has a path.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from qidl.devices import EEPRO100_MODELS
from qidl.errors import CompatError
from qidl.sentences import shown

if TYPE_CHECKING:
    from qidl.wire.vmstate import VMState

Table = Mapping[str, str | tuple[str, ...]]


class Sizes(NamedTuple):
    """Bytes that devices have by themselves; options may give them others.

    :ivar video_memory: memory of a standard or a VMware VGA
    :ivar blk_config: configuration of a virtio disk
    :ivar scsi_msix_table: MSI-X table of a virtio SCSI adapter, 16 for each vector
    """

    video_memory: int
    blk_config: int
    scsi_msix_table: int


class Level(NamedTuple):
    """A released machine's wire.

    :ivar name: the machine type that was new with it (``pc-1.0``)
    :ivar release: the QEMU that writes it
    :ivar table: layouts by section
    :ivar sizes: of what its devices have by themselves
    """

    name: str
    release: str
    table: Table
    sizes: Sizes

    def __repr__(self) -> str:
        return f"Level(name={self.name!r}, release={self.release!r})"

    def layouts(self, idstr: str) -> tuple[VMState, ...]:
        """Layouts that a section of this name may have at this level; none if the level does not know it."""
        place = self.table.get(section_key(idstr), ())
        return tuple(_load(one) for one in ((place,) if isinstance(place, str) else place))


def section_key(idstr: str) -> str:
    """Name by which tables know a section: ``timer``, ``/ide``."""
    _, slash, name = idstr.rpartition("/")
    return slash + name


@functools.cache
def _load(place: str) -> VMState:
    module, _, constant = place.partition(":")
    layout: VMState = getattr(importlib.import_module(f"qidl.wire.layouts.{module}"), constant)
    return layout


_SCSI_DISK_1_1 = ("scsi_disk:SCSI_DISK_V1_1_1", "scsi_disk:SCSI_DISK_V1_1_1_VIRTIO")
_SCSI_DEVICE_1_1 = ("scsi_disk:SCSI_DEVICE_V1_1_1", "scsi_disk:SCSI_DEVICE_V1_1_1_VIRTIO")
_SCSI_DISK = ("scsi_disk:SCSI_DISK_V1", "scsi_disk:SCSI_DISK_V1_VIRTIO")
_SCSI_DEVICE = ("scsi_disk:SCSI_DEVICE_V1", "scsi_disk:SCSI_DEVICE_V1_VIRTIO")

_EEPRO100 = {f"/{model}": f"eepro100:{model.upper()}_V3" for model in EEPRO100_MODELS}

_PC_1_0: Table = {
    # In the order of a stream: what every PC has, then what can be added.
    "timer": "timer:TIMER_V2",
    "slirp": "slirp:SLIRP_V3",
    "cpu_common": "cpu:CPU_COMMON_V1",
    "cpu": "cpu:CPU_V12_1_0",
    "kvmclock": "kvmclock:KVMCLOCK_V1",
    "apic": "apic:APIC_V3",
    "fw_cfg": "fw_cfg:FW_CFG_V2",
    "PCIBUS": "pci:PCIBUS",
    "/I440FX": "i440fx:I440FX_V3",
    "/PIIX3": "piix3:PIIX3_V3",
    "i8259": "i8259:I8259_V1",
    "ioapic": "ioapic:IOAPIC_V3",
    "cirrus_vga": "cirrus_vga:CIRRUS_VGA_V2",
    "/cirrus_vga": "cirrus_vga:PCI_CIRRUS_VGA_V2",
    "vga": "vga:VGA_V2",
    "/vga": "vga:PCI_VGA_V2",
    "/vmware_vga": "vmware_vga:VMWARE_VGA_V0_1_0",
    "hpet": "hpet:HPET_V2_1_0",
    "mc146818rtc": "mc146818rtc:MC146818RTC_V2",
    "i8254": "i8254:I8254_V2",
    "serial": "serial:SERIAL_V3",
    "ps2kbd": "ps2:PS2KBD_V3",
    "ps2mouse": "ps2:PS2MOUSE_V2",
    "pckbd": "pckbd:PCKBD_V3",
    "vmmouse": "vmmouse:VMMOUSE_V0",
    "port92": "port92:PORT92_V1",
    "dma": "dma:DMA_V1",
    "fdc": "fdc:FDC_V2_1_0",
    "/e1000": "e1000:E1000_V2",
    "/rtl8139": "rtl8139:RTL8139_V4",
    "ne2000": "ne2000:NE2000_ISA_V2",
    "/ne2000": "ne2000:NE2000_PCI_V3",
    "/pcnet": "pcnet:PCNET_V3",
    "/eeprom": "eeprom93xx:EEPROM_V20061113",
    **_EEPRO100,
    "/ide": "ide:IDE_V3",
    "isa-ide": "ide:ISA_IDE_V3",
    "/uhci": "uhci:UHCI_V2",
    "i2c_bus": "i2c:I2C_BUS_V1",
    "/piix4_pm": "piix4_pm:PIIX4_PM_V2",
    "/usb-ptr": "usb:USB_PTR_V1",
    "/usb-kbd": "usb:USB_KBD_V1",
    "/usb-hub": "usb:USB_HUB_V1",
    "/lsiscsi": "lsi53c895a:LSISCSI_V0",
    "/virtio-net": "virtio_net:VIRTIO_NET_V11",
    "/virtio-blk": "virtio_blk:VIRTIO_BLK_V2",
    "/virtio-balloon": "virtio_balloon:VIRTIO_BALLOON_V1",
    "/virtio-console": "virtio_console:VIRTIO_CONSOLE_V3",
    "/ioh-3240-express-root-port": "pcie_ports:IOH3420_V1",
    "/xio3130-express-upstream-port": "pcie_ports:XIO3130_UPSTREAM_V1",
    "/xio3130-express-downstream-port": "pcie_ports:XIO3130_DOWNSTREAM_V1",
    "/i6300esb_wdt": "i6300esb:I6300ESB_V1336",
    "ib700_wdt": "ib700:IB700_V0",
    "audio": "audio:AUDIO_V1",
    "/ac97": "ac97:AC97_V3",
    "/es1370": "es1370:ES1370_V2",
    "sb16": "sb16:SB16_V1",
    "cs4231a": "cs4231a:CS4231A_V1",
    "gus": "gus:GUS_V2",
    "/intel-hda": "intel_hda:INTEL_HDA_V1",
    "hda-audio": "hda_audio:HDA_AUDIO_V2",
}

_PC_1_1: Table = {
    **_PC_1_0,
    "kvm-tpr-opt": "kvmvapic:KVM_TPR_OPT_V1",
    "hpet": "hpet:HPET_V2",
    "i8254": "i8254:I8254_V3",
    "fdc": "fdc:FDC_V2",
    "/scsi-disk": _SCSI_DISK_1_1,
    "/SCSIDevice": _SCSI_DEVICE_1_1,
    "/virtio-scsi": "virtio_scsi:VIRTIO_SCSI_V1",
    "/pci_bridge": "pci_bridge:PCI_BRIDGE_V0",
    "/i6300esb_wdt": "i6300esb:I6300ESB_V1264",
}

_PC_1_2: Table = {
    **_PC_1_1,
    "cpu": "cpu:CPU_V12",
    "/scsi-disk": _SCSI_DISK,
    "/SCSIDevice": _SCSI_DEVICE,
    "/ehci": "ehci:EHCI_V2_1_2",
    "/usb-storage": "usb_storage:USB_STORAGE_V1",
    "/megasas": "megasas:MEGASAS_V0",
    "/pciespscsi": "esp:PCIESPSCSI_V0",
    "/i6300esb_wdt": "i6300esb:I6300ESB_V1616",
}

_PC_1_3: Table = {
    **_PC_1_2,
    "mc146818rtc": "mc146818rtc:MC146818RTC_V3",
    "/piix4_pm": "piix4_pm:PIIX4_PM_V3",
    "/ehci": "ehci:EHCI_V2",
    "/vmware_vga": "vmware_vga:VMWARE_VGA_V0",
    "/virtio-rng": "virtio_rng:VIRTIO_RNG_V1",
    "/i6300esb_wdt": "i6300esb:I6300ESB_V1904",
}

VIDEO_MEMORY: Final = "vga.vram"
"""Block of guest memory that a VGA shows."""

RESIZED_VGAS: Final = ("/vga", "/vmware_vga")
"""Sections of those that have more of it in later levels."""

_SIZES_1_0 = Sizes(video_memory=8 << 20, blk_config=32, scsi_msix_table=32)
_SIZES_1_2 = Sizes(video_memory=16 << 20, blk_config=33, scsi_msix_table=64)

LEVELS: Final[Mapping[str, Level]] = {
    level.name: level
    for level in (
        Level("pc-1.0", "1.0", _PC_1_0, _SIZES_1_0),
        Level("pc-1.1", "1.1", _PC_1_1, _SIZES_1_0),
        Level("pc-1.2", "1.2", _PC_1_2, _SIZES_1_2),
        Level("pc-1.3", "1.3", _PC_1_3, _SIZES_1_2),
    )
}
"""Every level, the oldest first."""

ALIASES: Final[Mapping[str, Mapping[int, int]]] = {
    "i8259": {0x20: 0, 0xA0: 1},
    "i8254": {0x40: 0},
    "mc146818rtc": {0x70: 0},
    "serial": {0x3F8: 0, 0x2F8: 1, 0x3E8: 2, 0x2E8: 3},
    "fdc": {0x3F0: 0},
}
"""Ports by which ISA devices were numbered once: QEMU still takes them for the instance_id."""

NEWEST: Final = "pc-1.3"
"""The level that the device classes model."""


def level(name: str) -> Level:
    """Return a level by name.

    :raises CompatError: there is none of this name
    """
    if name not in LEVELS:
        raise CompatError(f"level: expected one of {', '.join(LEVELS)}, found {shown(name)}")
    return LEVELS[name]
