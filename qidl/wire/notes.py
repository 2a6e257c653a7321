"""Where QEMU itself refuses, misreads or breaks on what it writes: notes for the pages of the levels.

Layouts say what the bytes are. That a release cannot load some of its own is no part of them.
"""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Note:
    """Something to know about a section.

    :ivar sections: keys of the sections, as in the tables of :mod:`qidl.levels`
    :ivar text: MyST; names the releases
    :ivar levels: names of the levels that it is about; all unless given
    """

    sections: tuple[str, ...]
    text: str
    levels: tuple[str, ...] = ()

    def is_for(self, section: str, level: str) -> bool:
        """Whether a section of a level has this note."""
        return section in self.sections and (not self.levels or level in self.levels)


_PCIE_PORTS = (
    "/ioh-3240-express-root-port",
    "/xio3130-express-upstream-port",
    "/xio3130-express-downstream-port",
)
_VIRTIO_1_0 = ("/virtio-net", "/virtio-blk", "/virtio-balloon", "/virtio-console")

NOTES: Final = (
    Note(
        _PCIE_PORTS,
        "QEMU 1.0 and 1.1 cannot load what they write. They call the PCI device a field of version 2, the section is of"
        " version 1: the field is written all the same, but a reader passes over it, and takes its first bytes for the"
        " error log.",
        ("pc-1.0", "pc-1.1"),
    ),
    Note(
        _PCIE_PORTS,
        "No release holds `log_num` against the room that it has for errors, and `log_max` is overwritten: a longer log"
        " than its own overruns memory.",
    ),
    Note(
        _VIRTIO_1_0,
        "QEMU 1.0 goes on where the part that all virtio devices share was refused, at a place that is not the next"
        " field's. It may then take a byte 0 for the end of the stream and drop every later section, without an error.",
        ("pc-1.0",),
    ),
    Note(
        ("/virtio-balloon",),
        "The PCI class in `config` is 0x0500 at pc-1.0 and 0x00ff from pc-1.1 on. QEMU compares it with its own:"
        " neither loads the other's.",
    ),
    Note(
        ("/virtio-rng",),
        "QEMU 1.3 goes on where the part that all virtio devices share was refused, at a place that is not the end of"
        " the section.",
        ("pc-1.3",),
    ),
    Note(
        ("/virtio-scsi",),
        "`sense_size` and `cdb_size` travel in `config`, but a loading QEMU keeps its own.",
    ),
    Note(
        ("cirrus_vga",),
        "On ISA, QEMU 1.1 saves memory that is not the card's state: it looks for the state at the wrong offset.",
        ("pc-1.1",),
    ),
    Note(
        ("/ehci",),
        "Of version 1, which no release writes, QEMU 1.3 reads the PCI device alone: `ehci` came with version 2.",
        ("pc-1.3",),
    ),
    Note(
        ("/lsiscsi",),
        "QEMU aborts if it is to save while a command is disconnected or a transfer under way.",
    ),
    Note(
        ("/lsiscsi",),
        "The adapter puts nothing of its own into the requests of its disks' sections. Such a request is loaded without"
        " an owner, and QEMU dies when its data come.",
        ("pc-1.1", "pc-1.2", "pc-1.3"),
    ),
    Note(
        ("/i6300esb_wdt",),
        "The version is the size in bytes of the struct in the build that wrote the section, and a build takes its own"
        " alone. The layout is the same in all of them. The version on this page is that of a build for x86-64.",
    ),
    Note(
        ("/piix4_pm",),
        "Up to QEMU 1.2 each GPE register has two bytes of memory, of which eight are written: what lies behind them on"
        " the heap travels too. Loading overruns them by six bytes.",
        ("pc-1.0", "pc-1.1", "pc-1.2"),
    ),
    Note(
        ("/piix4_pm",),
        "QEMU 1.3 reads versions 1 and 2 as well, but puts `apm` and `pci0_status` in the wrong place.",
        ("pc-1.3",),
    ),
    Note(
        ("apic",),
        "QEMU reads versions 1 and 2 as well, in which `isr`, `tmr` and `irr` alternate word by word and, in version 1,"
        " the timer is missing.",
    ),
    Note(
        ("/I440FX",),
        "QEMU reads versions 1 and 2 as well: the same fields, in version 2 with four more words at the end that are"
        " not used.",
    ),
    Note(
        ("i8254",),
        "QEMU reads version 1 as well, in which counter 0 alone has `next_transition_time`.",
    ),
    Note(
        ("i8254",),
        "QEMU 1.1 stops 8 bytes before the end of version 1: it forgets the timer.",
        ("pc-1.1",),
    ),
    Note(
        ("i8254",),
        "From version 2 QEMU takes the timer at the end for `channels[0].next_transition_time`: where the HPET had"
        " stopped the timer, the transition is lost.",
        ("pc-1.1", "pc-1.2", "pc-1.3"),
    ),
    Note(
        ("serial",),
        "QEMU 1.0 and 1.1 do not refuse versions 0 and 1: they crash.",
        ("pc-1.0", "pc-1.1"),
    ),
    Note(
        ("hpet",),
        "QEMU did not check that `num_timers` is within its 32 timers until 2.1.",
    ),
    Note(
        ("fdc",),
        "QEMU never clears the FIFO: what lies beyond `data_len` is memory of the host.",
    ),
    Note(
        ("/ide", "isa-ide"),
        "QEMU does not check that `cur_io_buffer_offset` and `cur_io_buffer_len` lie within the buffer.",
    ),
    Note(
        ("/pcnet", "ne2000", "serial"),
        "The chip is a nested struct, which QEMU always reads in its newest form: it misreads a section of an older"
        " version.",
    ),
    Note(
        ("/vmware_vga",),
        "QEMU refuses a `depth` other than that of its own host's display.",
    ),
    Note(
        ("vga",),
        "VMware's VGA has 1 in `is_vbe_vmstate`, std VGA on ISA has 0, and each refuses the other's.",
    ),
    Note(
        ("/eeprom",),
        "No QEMU can write the older version.",
    ),
    Note(
        ("slirp",),
        "A second user network has the same name and instance: a loading QEMU cannot tell the two apart.",
    ),
    Note(
        ("/scsi-disk", "/SCSIDevice"),
        "Form 2 is for devices under virtio-scsi, form 1 for those under any other adapter. They differ in requests"
        " alone, and nothing in the section says which of them it has.",
    ),
    Note(
        ("/megasas",),
        "Neither the reply queue's length and indexes nor the MSI-X table travel: after loading, a guest that uses the"
        " adapter hangs.",
    ),
    Note(
        ("gus",),
        "QEMU does not check `samples` against its own buffer, which a different host's may overrun.",
    ),
)
"""In the order in which a section's page shows them."""


@attrs.frozen
class Missing:
    """A device that has no section.

    :ivar device: what it is
    :ivar text: what follows from that
    :ivar levels: names of the levels that it is about; all unless given
    """

    device: str
    text: str
    levels: tuple[str, ...] = ()

    def is_for(self, level: str) -> bool:
        """Whether it is about this level."""
        return not self.levels or level in self.levels


MISSING: Final = (
    Missing("EHCI controllers, USB mass storage", "a machine that has one cannot be saved", ("pc-1.0", "pc-1.1")),
    Missing(
        "AHCI controllers, USB serial, network, Bluetooth, Wacom and host devices",
        "a machine that has one cannot be saved",
        ("pc-1.0", "pc-1.1", "pc-1.2"),
    ),
    Missing("xHCI controllers, USB audio", "a machine that has one cannot be saved", ("pc-1.1", "pc-1.2")),
    Missing("SCSI disks and CD-ROMs", "sense data, the tray and requests in flight are lost", ("pc-1.0",)),
    Missing("OHCI controllers, parallel ports, AdLib, the PC speaker", "after loading they are as after reset"),
)
