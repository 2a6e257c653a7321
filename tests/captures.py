"""The captured streams under tests/data, and what QEMU said it wrote."""

from __future__ import annotations

import functools
import gzip
import json
import re
import struct
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import qidl
from qidl.wire.ram import COMPRESS, CONTINUE, EOS, PAGE, PAGE_SIZE
from qidl.wire.stream import SectionType

DATA = Path(__file__).parent / "data"

RELEASES = {"pc-1.0": "1.0.1", "pc-1.1": "1.1.2", "pc-1.2": "1.2.2", "pc-1.3": "1.3.1"}
"""The QEMU that captured each level's own streams."""


def names(pattern: str = "*") -> list[str]:
    """Names of the captured streams, sorted: ``1.1.2-pc-1.1-reset``."""
    return sorted(path.name.removesuffix(".qevm.gz") for path in DATA.glob(f"{pattern}.qevm.gz"))


@functools.cache
def capture(name: str) -> bytes:
    """The bytes of a captured stream."""
    return gzip.decompress((DATA / f"{name}.qevm.gz").read_bytes())


def own(level: str, scenario: str = "reset") -> bytes:
    """A stream of a level that its own release captured."""
    return capture(f"{RELEASES[level]}-{level}-{scenario}")


def level_of(name: str) -> str:
    """Level of a captured stream: that of the release, whatever machine type it ran."""
    release = name.partition("-")[0]
    return next(level for level, captured in RELEASES.items() if captured == release)


class Traced(NamedTuple):
    """One field that QEMU wrote: its C path, place in the payload, bytes, and kind."""

    path: str
    offset: int
    size: int
    kind: str


def sections(name: str) -> list[dict[str, Any]]:
    """Where each device section of a captured stream lies."""
    found: list[dict[str, Any]] = json.loads((DATA / f"{name}.sections.json").read_text())
    return found


# C names that moved between releases while the bytes stayed: states have the newer ones.
_RENAMED = {
    "piix4_pm": [(r"^pm1a\.(sts|en)$", r"ar.pm1.evt.\1"), (r"^pm1_cnt\.", "ar.pm1.cnt."), (r"^(tmr|gpe)\b", r"ar.\1")],
    "apic": [(r"^timer$", "timer_expiry")],
}
_PLAIN = re.compile(r"[A-Za-z_]\w*(\[\d+\])*(\.[A-Za-z_]\w*(\[\d+\])*)*")


def traces(name: str) -> list[list[Traced]]:
    """Every field of every device section, but those whose path QEMU's trace does not spell out or has twice."""
    found: list[list[Traced]] = []
    renamed: list[tuple[str, str]] = []
    for line in gzip.decompress((DATA / f"{name}.trace.gz").read_bytes()).decode().splitlines():
        cells = line.split("\t")
        if cells[0] == "SECTION":
            found.append([])
            idstr = next(cell.removeprefix("idstr=") for cell in cells if cell.startswith("idstr="))
            renamed = _RENAMED.get(idstr.rpartition("/")[2], [])
        elif cells[0] == "FIELD" and int(cells[4]) and cells[5] != "unused_buffer":
            path = re.sub(r"\.?<[^>]*>", "", cells[2]).lstrip(".")
            for pattern, replacement in renamed:
                path = re.sub(pattern, replacement, path)
            found[-1].append(Traced(path, int(cells[3]), int(cells[4]), cells[5]))
    return [_once(fields) for fields in found]


def _once(fields: list[Traced]) -> list[Traced]:
    count = Counter(field.path for field in fields)
    return [field for field in fields if count[field.path] == 1 and _PLAIN.fullmatch(field.path)]


def with_memory(stream: bytes, pages: int) -> bytes:
    """A stream of pc-1.1 that brings so many pages of ``pc.ram``: whole ones, and in between some of one byte."""
    last = next(section for section in reversed(qidl.load(stream).sections) if section.idstr == "ram")
    start = last.offset - 5
    records = [bytes([SectionType.PART]) + struct.pack(">I", last.section_id)]
    for number in range(pages):
        flags = (COMPRESS if number % 5 == 3 else PAGE) | (CONTINUE if number else 0)
        page = bytes([number % 256]) if flags & COMPRESS else struct.pack(">Q", number) * (PAGE_SIZE // 8)
        name = b"" if number else b"\6pc.ram"
        records.append(struct.pack(">Q", number * PAGE_SIZE | flags) + name + page)
    return stream[:start] + b"".join(records) + struct.pack(">Q", EOS) + stream[start:]
