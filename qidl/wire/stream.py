"""The container: a QEVM stream's header and sections, without knowing what the sections hold."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from struct import Struct
from typing import Final, NamedTuple

from qidl.errors import EndOfInput, WireError
from qidl.wire.mapped import checker

MAGIC: Final = b"QEVM"
VERSION: Final = 3
_GZIP: Final = b"\x1f\x8b"

_U32 = Struct(">I")
_LATER = {
    6: "the JSON description that QEMU 2.3 appends",
    7: "the machine configuration that QEMU 2.4 and later write",
    8: "a command of QEMU 2.5 and later",
    0x7E: "a section footer of QEMU 2.4 and later",
}


class SectionType(enum.IntEnum):
    """What a section's first byte says."""

    EOF = 0
    START = 1
    PART = 2
    END = 3
    FULL = 4


class Header(NamedTuple):
    """The header of one section.

    :ivar type: START, PART and END of a live section, FULL of any other
    :ivar section_id: number of the registration; ties PART and END to their START
    :ivar idstr: name of the device, with its path where its bus has one
    :ivar instance_id: which of several of the same name
    :ivar version_id: version of the payload
    :ivar offset: place of the header in the stream
    :ivar payload_offset: place of the payload
    """

    type: SectionType
    section_id: int
    idstr: str
    instance_id: int
    version_id: int
    offset: int
    payload_offset: int

    def to_bytes(self) -> bytes:
        """The header as it stands in a stream."""
        start = bytes([self.type]) + _U32.pack(self.section_id)
        if self.type in (SectionType.PART, SectionType.END):
            return start
        name = self.idstr.encode("ascii")
        return start + bytes([len(name)]) + name + _U32.pack(self.instance_id) + _U32.pack(self.version_id)


def read_preamble(data: memoryview) -> int:
    """Check that this is a stream; returns the offset of the first section.

    :raises WireError: it is not, or of a version that is not read
    """
    magic = bytes(data[:4])
    if magic != MAGIC:
        found = f"{ascii(magic)[1:]}" if magic else "an empty file"
        if magic.startswith(_GZIP):
            found += ", of a gzip file, which is to be unpacked first"
        raise WireError("a QEMU migration stream, which begins with 'QEVM'", found, offset=0)
    if len(data) < 8:
        raise EndOfInput("the stream's version, 4 bytes", f"{len(data) - 4}", offset=4)
    (version,) = _U32.unpack_from(data, 4)
    if version != VERSION:
        raise WireError(f"stream version {VERSION}", str(version), offset=4)
    return 8


def write_preamble() -> bytes:
    """What a stream begins with."""
    return MAGIC + _U32.pack(VERSION)


def read_header(data: memoryview, offset: int, started: Mapping[int, Header]) -> Header | None:
    """Read the header at ``offset``; None for the end of the stream.

    :param started: the live sections that have begun, by section_id
    :raises EndOfInput: there is not all of it
    :raises WireError: there is neither a header nor an end
    """
    if offset >= len(data):
        raise EndOfInput("a section or the end mark", "the end of the input", offset=offset)
    code = data[offset]
    if code == SectionType.EOF:
        return None
    if code not in tuple(SectionType):
        found = f"{code:#04x}" + (f", {_LATER[code]}" if code in _LATER else "")
        raise WireError("a section type of 0 to 4", found, offset=offset)
    section_type = SectionType(code)
    section_id = _u32(data, offset + 1, "section_id")
    if section_type in (SectionType.PART, SectionType.END):
        start = started.get(section_id)
        if start is None:
            raise WireError("the section_id of a live section that has begun", str(section_id), offset=offset + 1)
        return start._replace(type=section_type, offset=offset, payload_offset=offset + 5)
    name_end = offset + 6 + (data[offset + 5] if offset + 5 < len(data) else 0)
    name = bytes(data[offset + 6 : name_end])
    if name_end > len(data) or not name or not _PRINTABLE.fullmatch(name):
        kind = EndOfInput if name_end > len(data) else WireError
        raise kind("an idstr", f"{ascii(name)[1:60]}", offset=offset + 5)
    header = Header(
        section_type,
        section_id,
        name.decode("ascii"),
        _u32(data, name_end, "instance_id"),
        _u32(data, name_end + 4, "version_id"),
        offset,
        name_end + 8,
    )
    if section_type is SectionType.START and section_id in started:
        raise WireError("each live section to begin once", f"section_id {section_id} again", offset=offset)
    return header


_PRINTABLE = re.compile(rb"[\x20-\x7e]+")


def _u32(data: memoryview, offset: int, what: str) -> int:
    if offset + 4 > len(data):
        raise EndOfInput(f"{what}, 4 bytes", str(max(len(data) - offset, 0)), offset=offset)
    value: int = _U32.unpack_from(data, offset)[0]
    return value


_CANDIDATE = re.compile(rb"\x04(?=(....)([\x01-\xff]))", re.DOTALL)
_CANDIDATE_LENGTH = 6
# How much is searched between one look at a mapped file and the next.
_WINDOW = 1 << 20
# How far section_ids are believed to jump: handlers come and go, but not by the thousand.
_MAX_GAP = 1024
_NAME = re.compile(r"(?:[0-9A-Za-z.:_-]+/)*[A-Za-z][A-Za-z0-9 _.-]+")


def find_header(data: memoryview, offset: int, section_id: int) -> int | None:
    """Find where the next section may begin, after one whose layout is not known.

    A header is believable if its section_id is greater, but not by far, and its idstr is
    a name as devices have them; the end mark, if it is the last byte of the stream.

    :param offset: where to begin
    :param section_id: of the section that is not known
    :returns: the place of the header or of the end mark; None where there is neither
    """
    check = checker(data)
    for start in range(offset, len(data), _WINDOW):
        check()
        for match in _CANDIDATE.finditer(data, start, start + _WINDOW + _CANDIDATE_LENGTH - 1):
            (following,) = _U32.unpack(match[1])
            if section_id < following <= section_id + _MAX_GAP:
                try:
                    header = read_header(data, match.start(), {})
                except WireError:
                    continue
                if header is not None and header.version_id < 1 << 31 and _NAME.fullmatch(header.idstr):
                    return match.start()
    check()
    last = len(data) - 1
    return last if last >= offset and data[last] == 0 else None
