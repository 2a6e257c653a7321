"""Hostile streams: captured ones, taken apart and put together wrong.

Every choice is taken from a ``random.Random``, so that a number is all it takes to make a stream
again; Hypothesis brings one that it can shrink.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

import captures

import qidl
from qidl.levels import LEVELS, section_key
from qidl.wire.stream import read_header, write_preamble
from qidl.wire.vmstate import VMState

SMALL = (
    "1.0.1-isapc-reset",
    "1.0.1-pc-1.0-reset-nodefaults",
    "1.0.1-pc-1.0-reset-nonet",
    "1.1.2-pc-1.1-reset-nodefaults",
    "1.2.2-pc-1.2-reset-nodefaults",
    "1.3.1-pc-1.3-reset-nodefaults",
    "1.3.1-pc-1.3-reset-nic-rtl8139",
)
"""Captured streams of some 10 KB, which others are made from."""

EVERYTHING = (
    "1.0.1-pc-1.0-everything",
    "1.1.2-pc-1.1-everything11",
    "1.2.2-pc-1.2-everything12",
    "1.3.1-pc-1.3-everything12",
    "1.1.2-pc-1.1-linux-scsi-a",
    "1.1.2-pc-1.1-reset-virtio-all",
    "1.3.1-pc-1.3-reset-vgastd",
    "1.0.1-pc-1.0-reset-usb-all",
)
"""Captured streams whose sections are put into them."""

_MOST = 9000
"""Bytes of a section that is put into another stream, at the most."""


class Piece(NamedTuple):
    """A section as it stands in a stream, and where its payload begins within it."""

    data: bytes
    payload: int


@functools.cache
def pieces(name: str) -> tuple[Piece, ...]:
    """The sections of a captured stream, in order."""
    data = captures.capture(name)
    found = []
    for section in qidl.load(data, level=captures.level_of(name)).sections:
        end = section.offset + section.length
        found.append(Piece(data[section.header.offset : end], section.offset - section.header.offset))
    return tuple(found)


@functools.cache
def pool() -> tuple[Piece, ...]:
    """Sections of every device, each once."""
    found = {piece.data[5 : piece.payload]: piece for name in EVERYTHING for piece in pieces(name)}
    return tuple(piece for piece in found.values() if len(piece.data) < _MOST and piece.data[0] == 4)


@functools.cache
def payloads() -> frozenset[bytes]:
    """What the captured sections hold: nothing that is not held against the engines elsewhere."""
    return frozenset(piece.data[piece.payload :] for name in (*SMALL, *EVERYTHING) for piece in pieces(name))


def joined(sections: list[bytes]) -> bytes:
    """A stream of sections."""
    return b"".join([write_preamble(), *sections, b"\0"])


def readings(piece: Piece) -> Iterator[tuple[VMState, bytes, int]]:
    """Every layout that a section may have at any level, with its payload and version."""
    header = read_header(memoryview(piece.data), 0, {})
    assert header is not None
    layouts = {layout: None for level in LEVELS.values() for layout in level.layouts(section_key(header.idstr))}
    for layout in layouts:
        yield layout, piece.data[header.payload_offset :], header.version_id


def stream(random: Random) -> bytes:
    """A hostile stream."""
    sections = list(pieces(random.choice(SMALL)))
    for _ in range(random.choice((0, 0, 1, 2, 4))):
        sections.insert(random.randrange(len(sections) + 1), random.choice(pool()))
    for _ in range(random.choice((0, 1, 1, 2))):
        place = random.randrange(len(sections))
        random.choice(_SECTIONS)(random, sections, place)
        if not sections:
            return joined([])
    data = joined([piece.data for piece in sections])
    for _ in range(random.choice((0, 1, 1, 1, 2, 4))):
        data = random.choice(_BYTES)(random, data)
    return data


# What is done to sections, in place.


def _swap(random: Random, sections: list[Piece], place: int) -> None:
    other = random.randrange(len(sections))
    sections[place], sections[other] = sections[other], sections[place]


def _twice(random: Random, sections: list[Piece], place: int) -> None:
    sections.insert(random.randrange(len(sections) + 1), sections[place])


def _leave_out(random: Random, sections: list[Piece], place: int) -> None:
    del sections[place]


def _other_name(random: Random, sections: list[Piece], place: int) -> None:
    """The header of another section, in front of this one's payload."""
    head, ours = random.choice(pool()), sections[place]
    sections[place] = Piece(head.data[: head.payload] + ours.data[ours.payload :], head.payload)


def _version(random: Random, sections: list[Piece], place: int) -> None:
    data, payload = sections[place]
    if data[0] in (1, 4):
        version = struct.pack(">I", random.choice((0, 1, 2, 3, 4, 5, 10, 11, 12, 255, 1 << 31, (1 << 32) - 1)))
        sections[place] = Piece(data[: payload - 4] + version + data[payload:], payload)


def _noise(random: Random, sections: list[Piece], place: int) -> None:
    """Another payload: noise, zeros, or one byte again and again."""
    data, payload = sections[place]
    length = random.choice((0, 1, len(data) - payload, random.randrange(2000)))
    noise = random.choice((random.randbytes(length), bytes(length), bytes([random.randrange(256)]) * length))
    sections[place] = Piece(data[:payload] + noise, payload)


def change_numbers(random: Random, sections: list[Piece], place: int) -> None:
    """Several numbers of one payload."""
    data, payload = sections[place]
    changed = bytearray(data)
    for _ in range(random.randrange(1, 6)):
        if len(changed) > payload:
            _put_number(random, changed, random.randrange(payload, len(changed)))
    sections[place] = Piece(bytes(changed), payload)


def _unknown(random: Random, sections: list[Piece], place: int) -> None:
    """A section that nobody knows, with any payload."""
    name = bytes(random.choice(b"abcdefghij0123456789/:. _-") for _ in range(random.randrange(1, 20)))
    head = b"\4" + struct.pack(">I", place) + bytes([len(name)]) + name + struct.pack(">II", 0, random.randrange(3))
    sections.insert(place, Piece(head + random.randbytes(random.randrange(60)), len(head)))


_SECTIONS: tuple[Callable[[Random, list[Piece], int], None], ...] = (
    *(_swap, _twice, _leave_out, _other_name, _other_name, _version, _noise, change_numbers, change_numbers, _unknown),
)

# What is done to bytes.

_NUMBERS = (0, 1, 2, 5, *((1 << bits) - low for bits in (7, 8, 15, 16, 31, 32, 63, 64) for low in (0, 1)))


def _put_number(random: Random, data: bytearray, place: int) -> None:
    """A number that is a limit, or the neighbour of what is there, as a big-endian integer."""
    size = random.choice((1, 2, 4, 8))
    before = int.from_bytes(data[place : place + size], "big")
    number = random.choice((*_NUMBERS, before + 1, before - 1, random.getrandbits(64))) % (1 << 8 * size)
    data[place : place + size] = number.to_bytes(size, "big")[: max(len(data) - place, 0)]


def _bits(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randrange(1, 9)):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _number(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        _put_number(random, changed, random.randrange(len(data)))
    return bytes(changed)


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(1, len(data) + 1)]


def _take_out(random: Random, data: bytes) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + data[place + random.choice((1, 4, random.randrange(1, 600))) :] or b"Q"


def _repeat(random: Random, data: bytes) -> bytes:
    start = random.randrange(len(data))
    part = data[start : start + random.choice((1, 8, random.randrange(1, 600)))]
    return data[: start + len(part)] + part * random.choice((1, 1, 2, 50)) + data[start + len(part) :]


def _put_in(random: Random, data: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + random.randbytes(random.randrange(1, 40)) + data[place:]


def _splice(random: Random, data: bytes) -> bytes:
    other = captures.capture(random.choice(SMALL))
    return data[: random.randrange(1, len(data) + 1)] + other[random.randrange(len(other)) :]


def _subsection(random: Random, data: bytes) -> bytes:
    """The beginning of a subsection, in the middle of anything."""
    place = random.randrange(len(data) + 1)
    name = random.choice((b"ide_drive/tray_state", b"ide_bus/error", b"cpu/fpop_ip_dp", b"fdc/", b"x", b""))
    length = random.choice((len(name), 0, 255))
    return data[:place] + bytes([5, length]) + name + struct.pack(">I", random.choice((0, 1, 3))) + data[place:]


_BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (
    *(_bits, _bits, _number, _number, _number, _cut, _take_out, _repeat, _put_in, _splice, _subsection),
)
