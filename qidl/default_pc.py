"""The default PC at power-on, made of what the device classes' ``reset()`` say."""

from __future__ import annotations

import functools
from typing import Any, Final

from qidl import devices
from qidl.compat.chain import from_device
from qidl.errors import SchemaError
from qidl.levels import LEVELS, NEWEST, level as _level
from qidl.sentences import shown
from qidl.snapshot import Snapshot, load
from qidl.wire.ram import PAGE_SIZE
from qidl.wire.ram_records import block_list, ram_sections
from qidl.wire.stream import Header, SectionType, write_preamble

_MIB = 1 << 20
_MOST_RAM = 1 << 52
"""Bytes that the physical addresses of a PC reach."""

PC: Final[tuple[tuple[int, str, int, dict[str, Any]], ...]] = (
    (0, "timer", 0, {}),
    (1, "slirp", 0, {}),
    # 2 is block, 3 is ram.
    (4, "cpu_common", 0, {}),
    (5, "cpu", 0, {}),
    (6, "kvm-tpr-opt", 0, {}),
    (7, "apic", 0, {}),
    (8, "fw_cfg", 0, {}),
    (9, "PCIBUS", 0, {}),
    (10, "0000:00:00.0/I440FX", 0, {}),
    (11, "0000:00:01.0/PIIX3", 0, {}),
    (12, "i8259", 0, {}),
    (13, "i8259", 1, {"master": False}),
    (14, "ioapic", 0, {}),
    (15, "0000:00:02.0/cirrus_vga", 0, {}),
    (16, "hpet", 0, {}),
    (17, "mc146818rtc", 0, {}),
    (18, "i8254", 0, {}),
    (19, "serial", 0, {}),
    (20, "ps2kbd", 0, {}),
    (21, "ps2mouse", 0, {}),
    (22, "pckbd", 0, {}),
    (23, "vmmouse", 0, {}),
    (24, "port92", 0, {}),
    (25, "dma", 0, {}),
    (26, "dma", 1, {"dshift": 1}),
    (27, "fdc", 0, {}),
    (28, "0000:00:03.0/e1000", 0, {}),
    (29, "0000:00:01.1/ide", 0, {}),
    (30, "i2c_bus", 0, {}),
    (31, "0000:00:01.3/piix4_pm", 0, {}),
)
"""The default PC of the newest level: section_id, idstr, instance_id, and what ``reset`` is given."""


def power_on(level: str = NEWEST, *, ram_size: int = 16 * _MIB) -> Snapshot:
    """Make the default PC of a level as it is when it is switched on, before the first instruction.

    Its date is always the same. Its memory has blocks but no pages: read it with ``missing=0``.

    :param level: name of a level, or of its machine type
    :param ram_size: bytes of RAM, in whole pages
    :raises CompatError: there is no level of that name
    :raises SchemaError: there cannot be that much RAM
    """
    _level(level)
    if type(ram_size) is not int or ram_size % PAGE_SIZE or not 0 < ram_size <= _MOST_RAM:
        expected = f"from 1 to {_MOST_RAM // PAGE_SIZE} pages of {PAGE_SIZE} bytes"
        raise SchemaError(f"ram_size: expected {expected}, found {shown(ram_size)}")
    return load(_stream(level, ram_size), level=level)


@functools.lru_cache(maxsize=8)
def _stream(level: str, ram_size: int) -> bytes:
    if level != NEWEST:
        return power_on(ram_size=ram_size).convert(level).to_bytes()
    sections = [write_preamble(), *ram_sections([block_list(_blocks(ram_size))])]
    for section_id, idstr, instance_id, arguments in PC:
        if idstr == "mc146818rtc":
            arguments = {"ram_size": ram_size}
        sections.append(_section(section_id, idstr, instance_id, arguments))
    return b"".join([*sections, b"\0"])


def _section(section_id: int, idstr: str, instance_id: int, arguments: dict[str, Any]) -> bytes:
    device = devices.device_class(idstr).reset(**arguments)
    state, _ = from_device(idstr, device, NEWEST)
    layout = LEVELS[NEWEST].layouts(idstr)[0]
    header = Header(SectionType.FULL, section_id, idstr, instance_id, layout.version_id, 0, 0)
    return header.to_bytes() + layout.encode(state, section=idstr)


def _blocks(ram_size: int) -> dict[str, int]:
    return {
        "0000:00:02.0/cirrus_vga.rom": 64 << 10,
        "0000:00:03.0/e1000.rom": 128 << 10,
        "isa-bios": 128 << 10,
        "pc.ram": ram_size,
        "pc.rom": 128 << 10,
        "system.flash": 128 << 10,
        "vga.vram": 8 * _MIB,
    }
