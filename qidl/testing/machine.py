"""A machine at power-on, made of what the device classes' ``reset()`` say."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from struct import Struct
from typing import Any, Final

from qidl import devices
from qidl.compat.chain import from_device
from qidl.levels import LEVELS, NEWEST, level as _level
from qidl.snapshot import Snapshot, load
from qidl.wire import ram
from qidl.wire.stream import Header, SectionType, write_preamble

_U64 = Struct(">Q")
_RAM_SECTION = 3
_MIB = 1 << 20

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
    """
    _level(level)
    return load(_stream(level, ram_size), level=level)


@functools.cache
def _stream(level: str, ram_size: int) -> bytes:
    if level != NEWEST:
        return power_on(ram_size=ram_size).convert(level).to_bytes()
    sections = [write_preamble(), *ram_sections([memory_list(_blocks(ram_size))])]
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


def memory_list(blocks: dict[str, int]) -> bytes:
    """The record that begins a ``ram`` section: lengths of all blocks, by name."""
    entries = (_named(name) + _U64.pack(length) for name, length in blocks.items())
    return _U64.pack(sum(blocks.values()) | ram.MEM_SIZE) + b"".join(entries)


def page(block: str, address: int, content: bytes | int) -> bytes:
    """The record of one page: whole, or one byte repeated."""
    if isinstance(content, int):
        return _U64.pack(address | ram.COMPRESS) + _named(block) + bytes([content])
    return _U64.pack(address | ram.PAGE) + _named(block) + content


def ram_sections(payloads: Iterable[bytes]) -> list[bytes]:
    """The live section ``ram``: one part for each payload, and the end."""
    header = Header(SectionType.START, _RAM_SECTION, "ram", 0, 4, 0, 0).to_bytes()
    following = bytes([SectionType.PART]) + header[1:5]
    end = _U64.pack(ram.EOS)
    parts = [(header if number == 0 else following) + payload + end for number, payload in enumerate(payloads)]
    return [*parts, bytes([SectionType.END]) + header[1:5] + end]


def _named(name: str) -> bytes:
    return bytes([len(name)]) + name.encode("ascii")
