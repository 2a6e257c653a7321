"""The devices of QEMU's PC machines: one file each, its annotated classes and power-on state."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

from qidl.errors import CompatError, SchemaError

EEPRO100_MODELS: Final = (
    *("i82550", "i82551", "i82557a", "i82557b", "i82557c", "i82558a", "i82558b"),
    *("i82559a", "i82559b", "i82559c", "i82559er", "i82562", "i82801"),
)
"""Names of the 8255x network cards, which are those of their sections."""

SECTIONS: Final[Mapping[str, str]] = {
    "timer": "timer:TimersState",
    "slirp": "slirp:Slirp",
    "cpu_common": "cpu:CPUCommon",
    "cpu": "cpu:CPUX86State",
    "kvm-tpr-opt": "kvmvapic:VAPICROMState",
    "kvmclock": "kvmclock:KVMClockState",
    "apic": "apic:APICCommonState",
    "fw_cfg": "fw_cfg:FWCfgState",
    "PCIBUS": "pci:PCIBus",
    "/I440FX": "i440fx:PCII440FXState",
    "/PIIX3": "piix3:PIIX3State",
    "i8259": "i8259:PICCommonState",
    "ioapic": "ioapic:IOAPICCommonState",
    "cirrus_vga": "cirrus_vga:CirrusVGAState",
    "/cirrus_vga": "cirrus_vga:PCICirrusVGAState",
    "vga": "vga:VGACommonState",
    "/vga": "vga:PCIVGAState",
    "/vmware_vga": "vmware_vga:pci_vmsvga_state_s",
    "hpet": "hpet:HPETState",
    "mc146818rtc": "mc146818rtc:RTCState",
    "i8254": "i8254:PITCommonState",
    "serial": "serial:ISASerialState",
    "ps2kbd": "ps2:PS2KbdState",
    "ps2mouse": "ps2:PS2MouseState",
    "pckbd": "pckbd:ISAKBDState",
    "vmmouse": "vmmouse:VMMouseState",
    "port92": "port92:Port92State",
    "dma": "dma:dma_cont",
    "fdc": "fdc:FDCtrlISABus",
    "/e1000": "e1000:E1000State",
    "/rtl8139": "rtl8139:RTL8139State",
    "ne2000": "ne2000:ISANE2000State",
    "/ne2000": "ne2000:PCINE2000State",
    "/pcnet": "pcnet:PCIPCNetState",
    "/eeprom": "eeprom93xx:eeprom_t",
    **{f"/{model}": "eepro100:EEPRO100State" for model in EEPRO100_MODELS},
    "/ide": "ide:PCIIDEState",
    "isa-ide": "ide:ISAIDEState",
    "/uhci": "uhci:UHCIState",
    "/ehci": "ehci:EHCIPCIState",
    "i2c_bus": "i2c:i2c_bus",
    "/piix4_pm": "piix4_pm:PIIX4PMState",
    "/usb-ptr": "usb:USBHIDState",
    "/usb-kbd": "usb:USBHIDState",
    "/usb-hub": "usb:USBHubState",
    "/usb-storage": "usb_storage:MSDState",
    "/scsi-disk": "scsi_disk:SCSIDiskState",
    "/SCSIDevice": "scsi_disk:SCSIDevice",
    "/lsiscsi": "lsi53c895a:LSIState",
    "/megasas": "megasas:MegasasState",
    "/pciespscsi": "esp:PCIESPState",
    "/virtio-net": "virtio_net:VirtIONetPCI",
    "/virtio-blk": "virtio_blk:VirtIOBlkPCI",
    "/virtio-balloon": "virtio_balloon:VirtIOBalloonPCI",
    "/virtio-console": "virtio_console:VirtIOSerialPCI",
    "/virtio-scsi": "virtio_scsi:VirtIOSCSIPCI",
    "/virtio-rng": "virtio_rng:VirtIORNGPCI",
    "/ioh-3240-express-root-port": "pcie_ports:PCIESlot",
    "/xio3130-express-upstream-port": "pcie_ports:PCIEPort",
    "/xio3130-express-downstream-port": "pcie_ports:PCIESlot",
    "/pci_bridge": "pci_bridge:PCIBridgeDev",
    "/i6300esb_wdt": "i6300esb:I6300State",
    "ib700_wdt": "ib700:IB700State",
    "audio": "audio:AudioState",
    "/ac97": "ac97:AC97LinkState",
    "/es1370": "es1370:ES1370State",
    "sb16": "sb16:SB16State",
    "cs4231a": "cs4231a:CSState",
    "gus": "gus:GUSState",
    "/intel-hda": "intel_hda:IntelHDAState",
    "hda-audio": "hda_audio:HDAAudioState",
}
"""Place of the class, ``module:Class``, by the section's name; ``/`` begins the name of one whose idstr has a path."""


def device_class(idstr: str) -> Any:
    """Return the class that models a section.

    :param idstr: idstr of the section
    :raises CompatError: no class does
    """
    _, slash, name = idstr.rpartition("/")
    place = SECTIONS.get(slash + name)
    if place is None:
        raise CompatError(f"{idstr}: expected a section whose device has a class, found one without")
    return _load(place)


def find_class(name: str) -> Any:
    """Return a device class by its own name (``RTCState``) or by its section's (``mc146818rtc``).

    A section's name may come with a path or without: ``0000:00:01.1/ide``, ``ide``.

    :raises SchemaError: there is none
    """
    _, slash, last = name.rpartition("/")
    for key, place in SECTIONS.items():
        if slash + last == key or name in (key.lstrip("/"), place.partition(":")[2]):
            return _load(place)
    known = ", ".join(sorted({place.partition(":")[2] for place in SECTIONS.values()}))
    raise SchemaError(f"{name}: expected a section or one of {known}, found neither")


def _load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(f"qidl.devices.{module}"), name)
