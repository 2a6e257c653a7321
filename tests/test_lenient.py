"""Reading what is wrong: as much as can be, every problem said, and every byte written back."""

from __future__ import annotations

import json
import struct
import warnings
from pathlib import Path
from random import Random

import captures
import pytest
from fuzz import mutations
from hypothesis import HealthCheck, given, settings, strategies as st
from test_hostile import UNIT, section

import qidl
from qidl import CompatError, EndOfInput, Limits, QidlError, UnknownSectionWarning, WireError
from qidl.cli import main
from qidl.limits import LIMITS
from qidl.snapshot import Snapshot
from qidl.testing import power_on
from qidl.wire.ram_records import block_list, page, ram_sections

some = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


def lenient(data: bytes, *, limits: Limits = LIMITS) -> Snapshot:
    """Read a stream leniently; what comes out is written as it was read, and every state can be had."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownSectionWarning)
        snapshot = qidl.load(data, strict=False, limits=limits)
    assert data == snapshot.to_bytes()
    for one in snapshot.sections:
        assert isinstance(one.state, dict)
    assert data == snapshot.to_bytes()
    for problem in snapshot.problems:
        assert isinstance(problem, WireError)
        assert 1 == len(str(problem).splitlines())
    return snapshot


def refusal(data: bytes) -> str:
    return str(strictly(data, WireError))


def strictly(data: bytes, expected: type = Snapshot) -> Snapshot | QidlError:
    """What comes of reading a stream strictly."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownSectionWarning)
        try:
            found: Snapshot | QidlError = qidl.load(data)
        except QidlError as error:
            found = error
    assert isinstance(found, expected)
    return found


def test_nothing_wrong() -> None:
    """Of a stream that is as it should be, nothing is different."""
    data = captures.own("pc-1.1")
    snapshot, strict = lenient(data), qidl.load(data)
    assert ((), True, strict.level) == (snapshot.problems, snapshot.is_complete, snapshot.level)
    assert [one.state for one in strict.sections] == [one.state for one in snapshot.sections]


def test_value() -> None:
    """A bool that is neither true nor false is read as QEMU reads it, and said."""
    data = captures.own("pc-1.3", "everything12")
    found = next(one for one in qidl.load(data).sections if one.name == "scsi-disk")
    broken = bytearray(data)
    broken[found.offset + found.length - 1] = 2
    snapshot = lenient(bytes(broken))
    (problem,) = snapshot.problems
    assert (found.idstr, "tray_locked", found.offset + found.length - 1, "0 or 1", "2") == (
        *(problem.section, problem.path, problem.offset),
        *(problem.expected, problem.found),
    )
    assert snapshot[found.idstr].state["tray_locked"] is True
    assert str(problem) == refusal(bytes(broken))


def test_value_that_is_there_twice() -> None:
    """Of two values that ought to be one, the later is read, as QEMU reads them; an edit writes it twice."""
    data = bytearray(captures.own("pc-1.1"))
    pit = qidl.load(bytes(data))["i8254"]
    path, before = "channels[0].next_transition_time", pit.get("channels[0].next_transition_time")
    data[pit.offset + pit.length - 1] ^= 1
    broken = lenient(bytes(data))
    (problem,) = broken.problems
    assert ("i8254", path, str(before ^ 1)) == (problem.section, problem.path, problem.found)
    assert before ^ 1 == broken["i8254"].get(path)
    broken["i8254"].set("channels[2].gate", 9)
    mended = qidl.load(broken.to_bytes())["i8254"]
    assert (before ^ 1, 9) == (mended.get(path), mended.get("channels[2].gate"))


def test_edit_beside_a_bad_value() -> None:
    """A section that holds a bad value can be edited, be it to mend that."""
    snapshot = qidl.load(captures.own("pc-1.3"), strict=False)
    snapshot["ps2kbd"].state["common"]["queue"]["count"] = 999
    broken = lenient(snapshot.to_bytes())
    keyboard = broken["ps2kbd"]
    keyboard.set("scan_enabled", 1)
    assert 999 == lenient(broken.to_bytes())["ps2kbd"].get("common.queue.count")
    keyboard.set("common.queue.count", 0)
    assert 1 == qidl.load(broken.to_bytes())["ps2kbd"].get("scan_enabled")
    with pytest.raises(QidlError):
        keyboard.set("scan_enabled", 1 << 40)


def test_section_that_is_nothing() -> None:
    """A section that is not what its layout says is kept as it is; those around it are read."""
    before, after = section(1, "timer", bytes(24), 2), section(3, "port92", b"\1")
    data = UNIT + before + section(2, "serial", b"\1\2\3", 3) + after + b"\0"
    said = refusal(data)
    snapshot = lenient(data)
    assert [said] == [str(problem) for problem in snapshot.problems]
    timer, serial, port92 = snapshot.sections
    assert (False, True, False) == (timer.is_opaque, serial.is_opaque, port92.is_opaque)
    assert ({"payload": b"\1\2\3"}, {"outport": 1}) == (serial.state, port92.state)


@pytest.mark.parametrize("kept", [30, 60, 61])
def test_stream_that_is_cut(kept: int) -> None:
    """What cannot be read at the end is kept; such a stream is not converted."""
    data = (UNIT + section(1, "timer", b"\1" * 24, 2) + section(2, "timer", b"\1" * 24, 2))[:kept]
    said = refusal(data)
    snapshot = lenient(data)
    assert [said] == [str(problem) for problem in snapshot.problems]
    assert not snapshot.is_complete
    assert bytes(snapshot.trailer) == data[8 + 43 * len(snapshot.sections) :]
    with pytest.raises(CompatError, match="expected a whole stream"):
        snapshot.convert("pc-1.0")


def test_guest_memory_that_is_wrong() -> None:
    """Where guest memory cannot be read on, nothing behind it can be found."""
    data = captures.own("pc-1.0")
    ram = next(one for one in qidl.load(data).sections if one.idstr == "ram")
    broken = bytearray(data)
    broken[ram.offset + 7] ^= 0xC0
    snapshot = lenient(bytes(broken))
    assert (1, False) == (len(snapshot.problems), snapshot.is_complete)
    assert "flags" in str(snapshot.problems[0])


def test_limits_hold() -> None:
    """What goes beyond a limit is a problem like any other, and is not read."""
    data = UNIT + b"".join(section(number, "timer", bytes(24), 2) for number in range(5)) + b"\0"
    snapshot = lenient(data, limits=Limits(sections=3))
    assert (3, False) == (len(snapshot.sections), snapshot.is_complete)
    assert "at most 3 sections" in str(snapshot.problems[0])


def test_what_is_no_stream() -> None:
    """What does not begin as a stream does is none."""
    for data in (b"", b"QEVM", b"ELF\0\0\0\0\0\0", b"QEVM\0\0\0\2"):
        with pytest.raises(WireError):
            qidl.load(data, strict=False)


@some
@given(st.randoms(use_true_random=False))
def test_altered_captures(random: Random) -> None:
    """Whatever is done to a capture behind its first eight bytes, it is read, and written back."""
    data = mutations.stream(random)
    if data[:8] == UNIT:
        snapshot = lenient(data)
        strictly(data, QidlError if snapshot.problems else Snapshot)


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--lenient`` shows what there is, says what is wrong, and has the exit status of a fault."""
    path = tmp_path / "vm.qevm"
    path.write_bytes(UNIT + section(1, "timer", bytes(24), 2) + section(2, "hpet", bytes(30), 2) + b"\0")
    for command in ("show", "verify"):
        assert 1 == main([command, str(path)])
        strict = capsys.readouterr()
        assert "" == strict.out
        assert 1 == main([command, str(path), "--lenient"])
        found = capsys.readouterr()
        assert "timer" in found.out
        assert "num_timers" in found.err
        assert "problem" in found.err
    assert 1 == main(["show", str(path), "--lenient", "--json"])
    assert ["timer", "hpet"] == [one["idstr"] for one in json.loads(capsys.readouterr().out)["sections"]]
    good = tmp_path / "good.qevm"
    good.write_bytes(captures.own("pc-1.1"))
    assert 0 == main(["verify", str(good), "--lenient"])


@pytest.mark.parametrize("name", captures.names("*reset") + captures.names("*everything*"))
@given(data=st.data())
@some
def test_streams_that_are_cut(name: str, data: st.DataObject) -> None:
    """Of a stream that is cut, whatever its last byte, all sections are read that are whole, and the rest is kept."""
    raw = captures.capture(name)
    whole = qidl.load(raw).sections
    ends = [section.offset + section.length for section in whole]
    after_a_section = st.sampled_from(ends).flatmap(lambda end: st.integers(end, end + 40))
    end = min(data.draw(after_a_section | st.integers(8, ends[-1])), ends[-1])
    cut = lenient(raw[:end])
    assert not cut.is_complete
    assert sum(place <= end for place in ends) <= len(cut.sections)
    for one, found in zip(whole, cut.sections, strict=False):
        # A cut before a subsection is one that nothing tells of.
        assert one.payload == found.payload or (found is cut.sections[-1] and not found.is_opaque)


def test_last_section_with_a_bad_count() -> None:
    """A count that asks for more than there is makes a bad section of a whole stream, not a stream that is cut."""
    machine = power_on()
    hpet = machine["hpet"]
    machine.sections.sort(key=lambda one: one is hpet)
    raw = bytearray(machine.to_bytes())
    raw[qidl.load(bytes(raw))["hpet"].offset + 24] = 255
    found = lenient(bytes(raw))
    last = found.sections[-1]
    assert ("hpet", True, hpet.length) == (last.idstr, last.is_opaque, last.length)
    assert (True, b"", "num_timers") == (found.is_complete, bytes(found.trailer), found.problems[0].path)


def test_warnings_of_what_is_kept() -> None:
    """What is said to be kept is kept."""
    raw = power_on().to_bytes()
    for end in range(len(raw) - 60_000, len(raw) - 1, 997):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = qidl.load(raw[:end] + b"\0", strict=False)
        assert [one.idstr for one in found.sections if one.is_opaque] == [
            str(warning.message).partition(":")[0] for warning in caught
        ]


def _disk() -> bytes:
    header = struct.pack(">BIB5sII", 1, 2, 5, b"block", 0, 1)
    return header + struct.pack(">QB4s", 1, 4, b"disk") + bytes(1 << 20) + struct.pack(">Q", 2)


@pytest.mark.parametrize(
    "live",
    [_disk(), b"".join(ram_sections([block_list({"pc.ram": 8192}) + page("pc.ram", 4096, bytes(4096))]))],
    ids=["block", "ram"],
)
def test_cut_within_a_live_section(live: bytes) -> None:
    """Wherever a stream is cut, it is said to be at its end."""
    raw = b"QEVM\0\0\0\3" + live
    for end in [*range(4, 80), *range(80, len(raw), 501)]:
        with pytest.raises(EndOfInput):
            qidl.load(raw[:end])
