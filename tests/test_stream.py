"""The container: preamble, section headers, and the search for the next header."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from conftest import check_error
from hypothesis import given, strategies as st

from qidl import WireError
from qidl.wire import stream
from qidl.wire.stream import Header, SectionType, find_header, read_header, read_preamble, write_preamble


def started(code: int, section_id: int, idstr: bytes, instance_id: int = 0, version_id: int = 1) -> bytes:
    """The header of a START or FULL section, field by field as QEMU writes it."""
    return struct.pack(f">BIB{len(idstr)}sII", code, section_id, len(idstr), idstr, instance_id, version_id)


def continued(code: int, section_id: int) -> bytes:
    """The header of a PART or END section."""
    return struct.pack(">BI", code, section_id)


def read(data: bytes, offset: int = 0, known: Mapping[int, Header] | None = None) -> Header | None:
    return read_header(memoryview(data), offset, {} if known is None else known)


def refused(data: bytes, offset: int = 0, known: Mapping[int, Header] | None = None) -> str:
    with pytest.raises(WireError) as caught:
        read(data, offset, known)
    assert 1 == len(str(caught.value).splitlines())
    return str(caught.value)


# The preamble.


def test_preamble() -> None:
    """A stream begins with QEVM and version 3."""
    assert b"QEVM\0\0\0\3" == write_preamble()
    assert 8 == read_preamble(memoryview(b"QEVM\0\0\0\3" + b"more"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "offset 0: expected a QEMU migration stream, which begins with 'QEVM', found an empty file"),
        (b"QEV", "offset 0: expected a QEMU migration stream, which begins with 'QEVM', found 'QEV'"),
        (
            b"\x1f\x8b\x08\0",
            "offset 0: expected a QEMU migration stream, which begins with 'QEVM', "
            r"found '\x1f\x8b\x08\x00', of a gzip file, which is to be unpacked first",
        ),
        (b"QFI\xfb\0\0\0\3", r"offset 0: expected a QEMU migration stream, which begins with 'QEVM', found 'QFI\xfb'"),
        (b"QEVM", "offset 4: expected the stream's version, 4 bytes, found 0"),
        (b"QEVM\0\0\0", "offset 4: expected the stream's version, 4 bytes, found 3"),
        (b"QEVM\0\0\0\2", "offset 4: expected stream version 3, found 2"),
        (b"QEVM\xff\xff\xff\xff", "offset 4: expected stream version 3, found 4294967295"),
    ],
)
def test_refused_preamble(data: bytes, message: str) -> None:
    """What is no stream, or one of another version, is refused."""
    with pytest.raises(WireError) as caught:
        read_preamble(memoryview(data))
    assert message == str(caught.value)


# Headers.


@pytest.mark.parametrize("code", [SectionType.START, SectionType.FULL])
def test_header_of_a_section(code: SectionType) -> None:
    """START and FULL say everything about the section."""
    data = b".." + started(code, 7, b"0000:00:01.1/ide", 3, 0xFFFF_FFFF) + b"payload"
    expected = Header(code, 7, "0000:00:01.1/ide", 3, 0xFFFF_FFFF, 2, len(data) - len("payload"))
    assert expected == read(data, 2)
    assert data[2 : expected.payload_offset] == expected.to_bytes()


@pytest.mark.parametrize("code", [SectionType.PART, SectionType.END])
def test_header_that_continues(code: SectionType) -> None:
    """PART and END say only which section; the rest is that of its START."""
    data = started(1, 2, b"ram", 0, 4) + continued(code, 2)
    start = read(data)
    assert start is not None
    expected = start._replace(type=code, offset=start.payload_offset, payload_offset=start.payload_offset + 5)
    assert expected == read(data, start.payload_offset, {2: start})
    assert continued(code, 2) == expected.to_bytes()


@pytest.mark.parametrize("code", [SectionType.START, SectionType.FULL])
def test_header_is_only_read(code: SectionType) -> None:
    """To look at a header changes nothing: what has begun is for the caller to note."""
    header = read(started(code, 3, b"ram", 0, 4), 0, MappingProxyType({2: RAM}))
    assert (code, 3) == (header and header.type, header and header.section_id)


def test_end_of_the_stream() -> None:
    """A zero byte ends the stream."""
    assert read(b"..\0trailing", 2) is None


RAM = Header(SectionType.START, 2, "ram", 0, 4, 0, 17)
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "offset 0: expected a section or the end mark, found the end of the input"),
    "subsection": (b"\5", "offset 0: expected a section type of 0 to 4, found 0x05"),
    "description": (
        b"\6",
        "offset 0: expected a section type of 0 to 4, found 0x06, the JSON description that QEMU 2.3 appends",
    ),
    "configuration": (
        b"\7",
        "offset 0: expected a section type of 0 to 4, found 0x07, the machine configuration that QEMU 2.4 and later "
        "write",
    ),
    "command": (
        b"\x08",
        "offset 0: expected a section type of 0 to 4, found 0x08, a command of QEMU 2.5 and later",
    ),
    "footer": (
        b"\x7e",
        "offset 0: expected a section type of 0 to 4, found 0x7e, a section footer of QEMU 2.4 and later",
    ),
    "junk": (b"\xff", "offset 0: expected a section type of 0 to 4, found 0xff"),
    "PART without START": (
        continued(2, 9),
        "offset 1: expected the section_id of a live section that has begun, found 9",
    ),
    "END without START": (
        continued(3, 9),
        "offset 1: expected the section_id of a live section that has begun, found 9",
    ),
    "START again": (
        started(1, 2, b"ram"),
        "offset 0: expected each live section to begin once, found section_id 2 again",
    ),
    "empty name": (started(4, 1, b""), "offset 5: expected an idstr, found ''"),
    "name that is not ASCII": (started(4, 1, b"\xc3\xa4"), r"offset 5: expected an idstr, found '\xc3\xa4'"),
    "name with a control character": (started(4, 1, b"a\nb"), r"offset 5: expected an idstr, found 'a\nb'"),
    "name with NUL": (started(4, 1, b"timer\0"), r"offset 5: expected an idstr, found 'timer\x00'"),
    "name beyond the end": (b"\4\0\0\0\1\x05time", "offset 5: expected an idstr, found 'time'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_header(case: str) -> None:
    """What is neither a header nor the end is refused by its place."""
    data, message = REFUSED[case]
    assert message == refused(data, 0, {2: RAM})


@pytest.mark.parametrize("code", [1, 2, 3, 4])
def test_truncated_header(code: int) -> None:
    """A header cut short at any byte is refused."""
    data = started(code, 7, b"hpet") if code in (1, 4) else continued(code, 2)
    for length in range(len(data)):
        assert "expected" in refused(data[:length], 0, {2: RAM})


@pytest.mark.parametrize("name", [b"a", b" ", b"~" * 255])
def test_shortest_and_longest_names(name: bytes) -> None:
    """A name has 1 to 255 printable characters."""
    header = read(started(4, 0, name))
    assert header is not None
    assert name.decode() == header.idstr
    assert started(4, 0, name) == header.to_bytes()


U32 = st.integers(0, 0xFFFF_FFFF)
HEADERS = st.builds(
    Header,
    st.sampled_from([SectionType.START, SectionType.FULL]),
    U32,
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255),
    U32,
    U32,
    st.just(0),
    st.just(0),
)


@given(HEADERS, st.binary(max_size=4))
def test_header_round_trip(header: Header, tail: bytes) -> None:
    """Every header reads as it was written."""
    data = header.to_bytes()
    assert header._replace(payload_offset=len(data)) == read(data + tail)


@given(st.binary(max_size=40), st.integers(0, 4))
def test_any_bytes(data: bytes, code: int) -> None:
    """Any bytes are a header, an end, or refused."""
    for given_bytes in (data, bytes([code]) + data):
        try:
            header = read(given_bytes, 0, {2: RAM})
        except WireError as error:
            check_error(error, len(given_bytes))
        else:
            assert header is None or given_bytes[: header.payload_offset] == header.to_bytes()


# The search for a header after a section that nobody knows.


def found(data: bytes, section_id: int = 5, offset: int = 0) -> int | None:
    return find_header(memoryview(data), offset, section_id)


def test_find_header() -> None:
    """The next header is where a FULL section of a later section_id has a device's name."""
    data = b"\4\0\0\0\6junk" + started(4, 6, b"hpet") + b"payload\0"
    assert 9 == found(data)


@pytest.mark.parametrize(
    "name", [b"timer", b"0000:00:01.1/ide", b"0000:00:01.2/2.1/usb-ptr", b"ram block", b"cpu_common", b"i8259", b"ps"]
)
def test_names_that_are_believed(name: bytes) -> None:
    """A name as devices have them is believed, with the path of its bus."""
    assert 1 == found(b"x" + started(4, 6, name))


@pytest.mark.parametrize(
    "header",
    [
        started(4, 5, b"hpet"),
        started(4, 4, b"hpet"),
        started(4, 5 + 1025, b"hpet"),
        started(4, 0x0600_0000, b"hpet"),
        started(1, 6, b"hpet"),
        continued(2, 6),
        started(4, 6, b"h"),
        started(4, 6, b"9hpet"),
        started(4, 6, b"h?et"),
        started(4, 6, b"/hpet"),
        started(4, 6, b"hpet/"),
        started(4, 6, b"h\xffet"),
        started(4, 6, b"h\x01et"),
        started(4, 6, b"hpet", 0, 1 << 31),
        started(4, 6, b"hpet")[:-2],
        b"\4\0\0\0\6\xffhpet",
    ],
)
def test_headers_that_are_not_believed(header: bytes) -> None:
    """An earlier or far section_id, an odd name or version, or a header cut short is none."""
    assert found(b"x" + header + b"\xff") is None


@pytest.mark.parametrize("section_id", [6, 5 + 1024])
def test_section_ids_that_are_believed(section_id: int) -> None:
    """A section_id may jump, but not by thousands."""
    assert 0 == found(started(4, section_id, b"hpet"))


def test_overlapping_candidates() -> None:
    """A byte that looks like a header does not hide the header that begins within it."""
    data = b"\4\0\0" + started(4, 6, b"hpet")
    assert 3 == found(data)


def test_end_mark() -> None:
    """Without a header, a zero as the last byte is the end mark; it is not looked for before the offset."""
    assert 4 == found(b"junk\0")
    assert 4 == found(b"junk\0", offset=4)
    assert found(b"junk\0", offset=5) is None
    assert found(b"junk") is None
    assert found(b"") is None


def test_find_header_from_an_offset() -> None:
    """The search begins where it is told to."""
    first = started(4, 6, b"hpet")
    data = first + started(4, 7, b"timer") + b"\0"
    second = len(first)
    assert [0, second, second, len(data) - 1] == [found(data, offset=o) for o in (0, 1, second, second + 1)]


@given(st.binary(max_size=100), st.integers(0, 120), U32)
def test_find_header_on_junk(data: bytes, offset: int, section_id: int) -> None:
    """On any bytes the search finds a place that can be read, or none."""
    place = find_header(memoryview(data), offset, section_id)
    if place is not None:
        assert offset <= place < len(data)
        header = read(data, place)
        assert header is None or header.section_id > section_id


@given(st.binary(max_size=60).filter(lambda junk: 4 not in junk), HEADERS)
def test_find_header_after_junk(junk: bytes, header: Header) -> None:
    """After junk without a FULL mark, the header that comes is the one that is found."""
    real = header._replace(type=SectionType.FULL, section_id=9, idstr="hpet", version_id=2)
    assert len(junk) == found(junk + real.to_bytes())


@given(st.binary(max_size=40), st.integers(0, 45), st.integers(1, 20))
def test_find_header_in_windows(junk: bytes, offset: int, window: int) -> None:
    """However much is searched at once, the same is found."""
    data = junk + started(4, 6, b"hpet") + junk + b"\0"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stream, "_WINDOW", window)
        expected = found(data, offset=offset)
    assert expected == found(data, offset=offset)
