"""The contract: whatever the bytes, a result or a QidlError, in time and memory that the input accounts for."""

from __future__ import annotations

import struct
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import captures
import pytest
from conftest import ENGINES
from fuzz import contract, mutations
from hypothesis import HealthCheck, example, given, settings, strategies as st
from work import calls

import qidl
from qidl import QidlError, UnknownSectionWarning, WireError
from qidl.explain import obstacles
from qidl.levels import LEVELS
from qidl.strategies import streams
from qidl.wire.ram import EOS, MEM_SIZE
from qidl.wire.ram_records import block_list, page, ram_sections
from qidl.wire.stream import Header, SectionType, write_preamble
from qidl.wire.vmstate import VMState

some = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
MAX32 = (1 << 32) - 1


def section(number: int, idstr: str, payload: bytes, version_id: int = 1, *, kind: int = SectionType.FULL) -> bytes:
    """One section, whatever it holds."""
    name = idstr.encode()
    head = bytes([kind]) + struct.pack(">I", number) + bytes([len(name)]) + name
    return head + struct.pack(">II", 0, version_id) + payload


def u64(number: int) -> bytes:
    return struct.pack(">Q", number)


def refusal(data: bytes) -> str:
    """What is said of a stream that is refused."""
    found = contract.read(data)
    assert isinstance(found, WireError)
    return str(found)


# Whatever is done to a capture.


@some
@given(st.randoms(use_true_random=False))
def test_altered_captures(random: Random) -> None:
    """Bits, bytes, numbers, cuts, splices, sections swapped, renamed and put in: a result or a QidlError."""
    contract.hold(mutations.stream(random), ENGINES)


@pytest.mark.parametrize("block", range(8))
def test_many_altered_captures(block: int) -> None:
    """The same, of streams that are made without Hypothesis, and faster."""
    for number in range(block * 125, block * 125 + 125):
        contract.hold(mutations.stream(Random(number)), ENGINES, mutations.payloads())


@some
@given(st.binary(max_size=300), st.booleans())
@example(b"", False)
@example(b"\4", True)
def test_any_bytes(data: bytes, preamble: bool) -> None:
    """Bytes that were never a stream, with its first eight bytes in front or without."""
    contract.hold((b"QEVM\0\0\0\3" if preamble else b"") + data, ENGINES)


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_altered_machines(level: str, data: st.DataObject) -> None:
    """Machines whose states are drawn, cut and altered."""
    stream = bytearray(data.draw(streams(level)))
    for _ in range(data.draw(st.integers(0, 4))):
        stream[data.draw(st.integers(8, len(stream) - 1))] = data.draw(st.integers(0, 255))
    contract.hold(bytes(stream[: data.draw(st.integers(len(stream) // 2, len(stream)))]), ENGINES)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.randoms(use_true_random=False))
def test_engines_agree(random: Random) -> None:
    """Of a payload that was altered, every engine makes the same state, or the same error."""
    sections = [random.choice(mutations.pool())]
    mutations.change_numbers(random, sections, 0)
    for layout, payload, version_id in mutations.readings(sections[0]):
        outcomes = [contract.outcome(engine, layout, payload, version_id) for engine in ENGINES.values()]
        assert all(outcome == outcomes[0] for outcome in outcomes), layout


def test_every_cut() -> None:
    """A stream that is cut off, wherever, is refused; or nothing but zeros was cut off an unknown section."""
    data = captures.capture(mutations.SMALL[0])
    for length in [*range(0, 600), *range(600, len(data), 97), len(data) - 1]:
        assert isinstance(contract.read(data[:length]), WireError), length


# Numbers that nothing can fill.


@pytest.mark.parametrize("total", [4096, 1 << 40, (1 << 63) - 4096, (1 << 64) - 4096])
def test_absurd_memory(total: int) -> None:
    """A list of blocks that claims any total costs what its bytes do; so does a block of any length."""
    block = u64(total | MEM_SIZE) + b"\1a" + u64(total) + u64(EOS)
    found = contract.read(b"QEVM\0\0\0\3" + section(1, "ram", block, 4, kind=1) + b"\0")
    assert not isinstance(found, QidlError)
    assert (total, 0) == (found.ram["a"].length, found.ram["a"].pages)
    unfinished = u64(total | MEM_SIZE) + b"\1a" + u64(4096)
    assert isinstance(contract.read(b"QEVM\0\0\0\3" + section(1, "ram", unfinished, 4, kind=1)), WireError)


@pytest.mark.parametrize("name", [b"\n", b"a\rb", b"\x1b[2J", b"\x7f", b"\0"])
def test_names_of_blocks_stay_on_one_line(name: bytes) -> None:
    """The name of a block, of any bytes, cannot break an error into lines, nor speak to a terminal."""
    block = u64(8192 | MEM_SIZE) + bytes([len(name)]) + name + u64(5) + u64(EOS)
    message = refusal(b"QEVM\0\0\0\3" + section(1, "ram", block, 4, kind=1) + b"\0")
    assert message.isprintable()


COUNTS = [
    ("slirp", 3, "sb_datalen"),
    ("/eeprom", 20061113, "size"),
    ("PCIBUS", 1, "nirq"),
    ("/virtio-net", 11, "vdev.mac_table.in_use"),
    ("/virtio-blk", 2, "vdev.vdev.config_len"),
    ("/virtio-console", 3, "vdev.nr_active_ports"),
    ("/scsi-disk", 1, "qdev.requests.entry"),
    ("hpet", 2, "num_timers"),
]


@pytest.mark.parametrize(("key", "version_id", "path"), COUNTS)
@pytest.mark.parametrize("filler", [b"\xff", b"\x7f", b"\x80", b"\1", b"\2"])
def test_greatest_counts(key: str, version_id: int, path: str, filler: bytes) -> None:
    """Payloads of one byte, so that every count is as great as it can be: refused, or read, at once."""
    data = b"QEVM\0\0\0\3" + section(1, f"0{key}" if key[0] == "/" else key, filler * 3000, version_id) + b"\0"
    contract.hold(data, ENGINES)
    assert calls(lambda: contract.read(data)) < 200 * len(data), path


def test_unknown_names_and_greatest_numbers() -> None:
    """Section, instance and version as great as they can be, in a name as long as it can be."""
    name = "x" * 255
    head = b"\4" + struct.pack(">I", MAX32) + b"\xff" + name.encode() + struct.pack(">II", MAX32, MAX32)
    found = contract.read(b"QEVM\0\0\0\3" + head + bytes(5) + b"\0")
    assert not isinstance(found, QidlError)
    (only,) = found.sections
    assert (name, MAX32, MAX32, MAX32, 5) == (
        *(only.idstr, only.section_id, only.instance_id, only.version_id),
        only.length,
    )


def test_deep_subsections() -> None:
    """Subsections within subsections, a thousand deep, are no way to the end of the stack."""
    (cpu,) = [piece for piece in mutations.pieces("1.3.1-pc-1.3-reset-nodefaults") if b"\3cpu\0" in piece.data[:10]]
    for name in (b"cpu/fpop_ip_dp", b"cpu/async_pf_msr", b"cpu/", b"cpu"):
        nested = (bytes([5, len(name)]) + name + struct.pack(">I", 1)) * 1000
        contract.read(b"QEVM\0\0\0\3" + cpu.data + nested + b"\0")


def test_states_that_no_layout_made() -> None:
    """A state that is nested deep, or holds anything, is refused when it is encoded."""
    deep: Any = 0
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, {}, None, 1.5, object(), b"", [deep], {"x": deep}, 1 << 64, float("nan"), "\ud800"):
        snapshot = qidl.load(captures.own("pc-1.3"))
        for name, member in (
            ("mc146818rtc", "cmos_data"),
            ("mc146818rtc", "period"),
            ("hpet", "timer"),
            ("hpet", "new"),
        ):
            snapshot[name].state[member] = value
            with pytest.raises(QidlError):
                snapshot[name].encode()


# Time and memory in proportion.

UNIT = b"QEVM\0\0\0\3"


def _timers(count: int) -> bytes:
    return UNIT + b"".join(section(number, "timer", bytes(24), 2) for number in range(count)) + b"\0"


def _nothings(count: int) -> bytes:
    return UNIT + b"".join(section(number, "audio", b"") for number in range(count)) + b"\0"


def _strangers(count: int) -> bytes:
    return UNIT + b"".join(section(number, "stranger", bytes(4)) for number in range(count)) + b"\0"


def _false_headers(count: int) -> bytes:
    return UNIT + section(1, "stranger", (b"\4" + struct.pack(">I", 2) + b"\xff") * 5 * count) + b"\0"


def _live_sections(count: int) -> bytes:
    return UNIT + b"".join(section(number, "block", u64(2), kind=1) for number in range(count)) + b"\0"


def _blocks(count: int) -> bytes:
    blocks = {f"{number}": 4096 for number in range(count)}
    return UNIT + b"".join(ram_sections([block_list(blocks)])) + b"\0"


def _pages(count: int) -> bytes:
    records = b"".join(page("a", number * 7919 * 4096, number % 256) for number in range(count))
    return UNIT + b"".join(ram_sections([block_list({"a": 1 << 62}) + records])) + b"\0"


def _disks(count: int) -> bytes:
    """Each payload has two readings: the one goes on through all the others, 49197 bytes at a time."""
    request = b"\1" + bytes(24)
    payload = bytes(104) + request * 13 + bytes(6)
    one = len(section(0, "", payload))
    return UNIT + b"".join(section(n, "a/scsi-disk".rjust(529 - one, "a"), payload) for n in range(count)) + b"\0"


MANY = {
    "timers": (_timers, 1500),
    "nothings": (_nothings, 1500),
    "strangers": (_strangers, 1500),
    "false headers": (_false_headers, 1500),
    "live sections": (_live_sections, 1500),
    "blocks": (_blocks, 3000),
    "pages": (_pages, 3000),
}


def _load(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownSectionWarning)
        qidl.load(data)


@pytest.mark.parametrize("name", MANY)
def test_time_in_proportion(name: str) -> None:
    """Four times the bytes take four times the calls, and not sixteen."""
    make, count = MANY[name]
    _load(make(2))
    small, great = make(count // 4), make(count)
    few, many = calls(lambda: _load(small)), calls(lambda: _load(great))
    assert many < 5 * few + 1000


def test_ambiguous_payloads_are_not_read_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two layouts read a payload differently, the stream is not read through for each such section."""
    read = 0
    original = VMState.find_end

    def find_end(layout: VMState, data: memoryview, offset: int, *arguments: Any, **keywords: Any) -> int:
        nonlocal read
        end = offset
        try:
            end = original(layout, data, offset, *arguments, **keywords)
        except WireError as error:
            end = error.offset or offset
            raise
        finally:
            read += end - offset
        return end

    monkeypatch.setattr(VMState, "find_end", find_end)
    data = _disks(160)
    _load(data)
    assert read < 12 * len(data)


@pytest.mark.parametrize("name", MANY)
def test_memory_in_proportion(name: str) -> None:
    """Memory is what the sections are worth, whatever they claim."""
    make, count = MANY[name]
    data = make(count)
    _load(make(2))
    tracemalloc.start()
    try:
        _load(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 120 * len(data)


def test_devices_and_conversions_of_altered_captures() -> None:
    """A device of an altered section, and an altered machine at another level, come of it or a QidlError does."""
    for number in range(60):
        found = contract.read(mutations.stream(Random(number)))
        if not isinstance(found, QidlError):
            contract.use(found)


def _timers(count: int) -> qidl.Snapshot:
    """A machine of that many clocks."""
    headers = (Header(SectionType.FULL, number, "timer", number, 2, 0, 0) for number in range(count))
    return qidl.load(write_preamble() + b"".join(header.to_bytes() + bytes(24) for header in headers) + b"\0")


USES: dict[str, Callable[[qidl.Snapshot], Any]] = {
    "explain": lambda snapshot: obstacles(snapshot, "pc-1.2"),
    "convert": lambda snapshot: snapshot.convert("pc-1.2"),
    "diff": lambda snapshot: list(qidl.diff(snapshot, _timers(3))),
}


@pytest.mark.parametrize("use", USES)
def test_time_of_what_is_done_with_a_stream(use: str) -> None:
    """Four times the sections take four times the calls."""
    USES[use](_timers(2))
    few, many = (calls(partial(USES[use], _timers(count))) for count in (100, 400))
    assert many < 5 * few + 1000
