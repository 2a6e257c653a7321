"""Snapshots: loading, finding sections, editing, saving."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from pathlib import Path

import captures
import pytest
from hypothesis import given, strategies as st

import qidl
from qidl.compat.step import Loss
from qidl.errors import CompatError, QidlError, SchemaError, SectionNotFound, WireError
from qidl.section import SectionName
from qidl.snapshot import Snapshot
from qidl.wire.layouts.hpet import HPET_V2


@pytest.fixture
def snapshot() -> Snapshot:
    """The power-on state of a pc-1.1 machine."""
    return qidl.load(captures.own("pc-1.1"))


def test_load_from_everything(tmp_path: Path) -> None:
    """A path, bytes, a memoryview and a binary file give the same snapshot."""
    raw = captures.own("pc-1.1")
    path = tmp_path / "vm.qevm"
    path.write_bytes(raw)
    with path.open("rb") as file:
        sources = [str(path), path, raw, bytearray(raw), memoryview(raw), io.BytesIO(raw), file]
        assert [raw] * len(sources) == [qidl.load(source).to_bytes() for source in sources]


def test_load_of_nothing(tmp_path: Path) -> None:
    """A missing file and a folder are OSErrors; an empty file is a stream's fault."""
    with pytest.raises(FileNotFoundError):
        qidl.load(tmp_path / "missing")
    with pytest.raises(TypeError, match="expected a path, bytes or a binary file, found None"):
        qidl.load(None)  # type: ignore[arg-type]
    with pytest.raises(IsADirectoryError):
        qidl.load(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(WireError, match="an empty file"):
        qidl.load(tmp_path / "empty")


@pytest.mark.parametrize("level", list(captures.RELEASES))
def test_levels(level: str) -> None:
    """Power-on states are of their own level, or of an older one that writes the same."""
    snapshot = qidl.load(captures.own(level))
    assert level in snapshot.possible_levels
    assert level == qidl.load(captures.own(level), level=level).level


def test_what_is_only_read() -> None:
    """pc-1.1 and pc-1.2 read all that pc-1.0 writes, but write later versions of some of it."""
    assert ("pc-1.0",) == qidl.load(captures.own("pc-1.0")).possible_levels


def test_oldest_of_several() -> None:
    """pc-1.2 writes nothing on a plain machine that pc-1.1 does not: the oldest is chosen, both are named."""
    snapshot = qidl.load(captures.own("pc-1.2"))
    assert ("pc-1.1", ("pc-1.1", "pc-1.2")) == (snapshot.level, snapshot.possible_levels)


def test_mixture() -> None:
    """A newer release with an older machine type is read by its release's wire."""
    snapshot = qidl.load(captures.capture("1.1.2-pc-1.0-reset"))
    assert ("pc-1.1", 3) == (snapshot.level, snapshot["i8254"].version_id)
    assert "pc.bios" in snapshot.ram


def test_unknown_level() -> None:
    """A level that there is not is refused."""
    with pytest.raises(QidlError, match=r"expected one of pc-1.0, pc-1.1, .* found 'pc-9'"):
        qidl.load(captures.own("pc-1.1"), level="pc-9")


def test_lookup(snapshot: Snapshot) -> None:
    """Sections answer to their idstr, to their device's name, and to name and instance."""
    assert "0000:00:01.1/ide" == snapshot["ide"].idstr == snapshot["0000:00:01.1/ide"].idstr
    assert 1 == snapshot["i8259", 1].instance_id
    assert snapshot["i8259", 1] is snapshot["i8259", 0xA0]
    assert snapshot["serial", 0x3F8] is snapshot["serial"]
    assert "hpet" in snapshot
    assert "floppy" not in snapshot
    assert list(snapshot) == snapshot.sections
    assert "start" == snapshot["ram"].type.name.lower()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("floppy", "floppy: expected a section of block, ram, timer, .*, found none"),
        ("i8259", "i8259: expected one section, found i8259#0 .*, i8259#1"),
        (("i8259", 2), "i8259: expected i8259#0 .*, found no such instance"),
    ],
)
def test_lookup_fails(snapshot: Snapshot, name: str | tuple[str, int], message: str) -> None:
    """A name that no section answers to, or several, says what there is; it is a KeyError as well."""
    with pytest.raises(SectionNotFound, match=message) as caught:
        snapshot[name]
    assert isinstance(caught.value, KeyError)


def test_same_name_and_instance() -> None:
    """isapc has two sections of the same name and instance: the section_id tells them apart."""
    snapshot = qidl.load(captures.capture("1.0.1-isapc-reset"))
    channels = [section for section in snapshot if section.idstr == "isa-ide"]
    assert [(0, 0)] * 2 == [(section.instance_id, section.version_id - 3) for section in channels]
    for channel in channels:
        assert channel is snapshot.find(SectionName.parse(f"isa-ide@{channel.section_id}"))
        assert (channel, "bus.cmd") == snapshot.locate(f"isa-ide@{channel.section_id}.bus.cmd")


@pytest.mark.parametrize(
    ("text", "idstr", "path"),
    [
        ("hpet", "hpet", ""),
        ("hpet.timer[0].cmp", "hpet", "timer[0].cmp"),
        ("0000:00:01.1/ide.bus[0].ifs[0].status", "0000:00:01.1/ide", "bus[0].ifs[0].status"),
        ("ide.bus[0].ifs[0].status", "0000:00:01.1/ide", "bus[0].ifs[0].status"),
        ("i8259#1.imr", "i8259", "imr"),
    ],
)
def test_locate(snapshot: Snapshot, text: str, idstr: str, path: str) -> None:
    """SECTION.PATH is split where a section's name ends, dots in the name or not."""
    section, found = snapshot.locate(text)
    assert (idstr, path) == (section.idstr, found)


def test_locate_fails(snapshot: Snapshot) -> None:
    """Of the names that a text could begin with, the one that several sections answer to is reported."""
    with pytest.raises(SectionNotFound, match="i8259: expected one section"):
        snapshot.locate("i8259.imr")
    with pytest.raises(SectionNotFound, match="nothing"):
        snapshot.locate("nothing.at.all")


def test_edit_of_a_state(snapshot: Snapshot) -> None:
    """Editing a state in place, or assigning one, changes the section and nothing else."""
    raw = captures.own("pc-1.1")
    section = snapshot["mc146818rtc"]
    section.state["cmos_index"] = 5
    place = section.offset + 128
    assert raw[:place] + b"\5" + raw[place + 1 :] == snapshot.to_bytes()
    section.state = {**section.state, "cmos_index": raw[place]}
    assert raw == snapshot.to_bytes()


def test_state_that_does_not_fit(snapshot: Snapshot, tmp_path: Path) -> None:
    """A state that does not fit is refused when it is written, and no file comes of it."""
    snapshot["mc146818rtc"].state["cmos_index"] = 256
    with pytest.raises(WireError, match=r"mc146818rtc: cmos_index: expected uint8 \(0..255\), found 256"):
        snapshot.save(tmp_path / "out.qevm")
    assert [] == list(tmp_path.iterdir())


def test_set_of_a_byte(snapshot: Snapshot) -> None:
    """An index reaches into a buffer."""
    section = snapshot["mc146818rtc"]
    section.set("cmos_data[10]", 0xA6)
    assert 0xA6 == section.get("cmos_data")[10]
    assert 0xA6 == section.payload[10]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("nothing", 1, "mc146818rtc: nothing: expected one of cmos_data, cmos_index, .*found 'nothing'"),
        ("cmos_data[128]", 1, r"cmos_data\[128\]: expected an index below 128, found 128"),
        ("cmos_data[0]", 256, r"cmos_data\[0\]: expected uint8"),
        ("cmos_index", -1, "cmos_index: expected uint8"),
        ("cmos_index", True, "cmos_index: expected int, found True"),
        ("current_tm", 1, "current_tm: expected the path of a value, found 1"),
        ("cmos_data", b"12", "cmos_data: expected 128 bytes, found 2"),
        ("cmos index", 1, "expected a field path"),
        ("cmos_index.x", 1, "expected a struct, found int"),
    ],
)
def test_set_refuses(snapshot: Snapshot, path: str, value: object, message: str) -> None:
    """A value that does not fit, or a path that leads nowhere, leaves the section as it was."""
    section = snapshot["mc146818rtc"]
    with pytest.raises(QidlError, match=message):
        section.set(path, value)
    assert captures.own("pc-1.1") == snapshot.to_bytes()


def test_live_sections(snapshot: Snapshot) -> None:
    """Live sections stand in the stream part by part, with a summary for a state, and cannot be edited."""
    parts = [section for section in snapshot if section.idstr == "ram"]
    assert ["START", "END"] == [parts[0].type.name, parts[-1].type.name]
    assert {"blocks", "full", "filled"} == set(parts[0].state)
    assert {"idstr": "pc.ram", "length": 16 << 20} in parts[0].state["blocks"]
    assert {"chunks": 0, "progress": None} == snapshot["block"].state
    assert bytes(parts[0].payload) == parts[0].encode()
    with pytest.raises(QidlError, match="found a live one"):
        parts[0].state = {}
    with pytest.raises(QidlError, match="found a live one"):
        parts[0].set("full", 1)


def test_guest_memory(snapshot: Snapshot) -> None:
    """Guest memory is read by block and offset, as far as the stream brings it."""
    vram = snapshot.ram["vga.vram"]
    assert ("vga.vram", 8 << 20) == (vram.idstr, vram.length)
    assert bytes(16) == vram.read(4, 16, missing=0)
    with pytest.raises(SchemaError, match="expected a range within"):
        vram.read(8 << 20, 1)
    with pytest.raises(SchemaError, match=r"ram: expected a block of .*pc.ram, .*found 'pc.rom2'"):
        snapshot.ram["pc.rom2"]


def test_trailing_bytes() -> None:
    """What follows the end mark, QEMU ignores; it is kept."""
    raw = captures.own("pc-1.1") + b"trailer"
    assert raw == qidl.load(raw).to_bytes()


def _with_unknown(payload: bytes, *, name: bytes = b"mystery", last: bool = False) -> bytes:
    """A stream with a section that no level knows, before another section or at the end."""
    raw = captures.own("pc-1.1")
    snapshot = qidl.load(raw)
    following = snapshot.sections[-1] if last else snapshot["hpet"]
    place = len(raw) - 1 if last else following.header.offset
    section_id = following.section_id + (1 if last else 0)
    header = b"\4" + (section_id - (0 if last else 1)).to_bytes(4, "big") + bytes([len(name)]) + name
    return raw[:place] + header + bytes(4) + b"\0\0\0\1" + payload + raw[place:]


@given(payload=st.binary(max_size=64))
@pytest.mark.parametrize("last", [False, True])
def test_unknown_section(last: bool, payload: bytes) -> None:
    """A section of unknown layout is kept as it is, with a warning; the stream round-trips, the rest is read."""
    raw = _with_unknown(payload, last=last)
    with pytest.warns(qidl.UnknownSectionWarning, match="mystery: no layout is known"):
        snapshot = qidl.load(raw)
    assert raw == snapshot.to_bytes()
    section = snapshot["mystery"]
    assert section.is_opaque
    assert section.encode() == bytes(section.payload)
    assert 0 == snapshot["pckbd"].state["kbd"]["pending"]


def test_unknown_version() -> None:
    """A known name of a version that no level has is as good as unknown."""
    raw = bytearray(captures.own("pc-1.1"))
    place = qidl.load(bytes(raw))["hpet"].offset
    raw[place - 1] = 9
    with pytest.warns(qidl.UnknownSectionWarning, match="hpet: no layout is known of version 9: 151 bytes are kept"):
        snapshot = qidl.load(bytes(raw))
    assert bytes(raw) == snapshot.to_bytes()


def test_opaque_state() -> None:
    """An opaque section's state is its payload, and nothing else."""
    with pytest.warns(qidl.UnknownSectionWarning):
        section = qidl.load(_with_unknown(b"12345"))["mystery"]
    assert {"payload": b"12345"} == section.state
    section.state["payload"] = b"123"
    assert b"123" == bytes(section.payload)
    section.state["more"] = 1
    with pytest.raises(SchemaError, match="a member payload of bytes alone"):
        section.encode()


@pytest.mark.filterwarnings("ignore::qidl.snapshot.UnknownSectionWarning")
def test_cut_anywhere() -> None:
    """A stream that is cut short is refused, wherever it is cut."""
    raw = captures.own("pc-1.1", "reset-nic-rtl8139")
    for length in range(0, len(raw), 97):
        with pytest.raises(WireError):
            qidl.load(raw[:length])


@pytest.mark.parametrize("what", ["vgastd", "vmware", "virtio-all", "virtio-scsi", "wdt"])
def test_levels_that_only_sizes_tell_apart(what: str) -> None:
    """Where one level's wire is another's, what a device has by itself tells which it is."""
    assert "pc-1.2" == qidl.load(captures.own("pc-1.2", f"reset-{what}")).level
    older = "pc-1.0" if what == "vmware" else "pc-1.1"
    assert older == qidl.load(captures.own(older, f"reset-{what}")).level


def test_device(snapshot: Snapshot) -> None:
    """A section gives its device, which can be changed and put back."""
    hpet = snapshot["hpet"].device()
    hpet.config = 1
    assert () == snapshot["hpet"].replace(hpet)
    assert 1 == snapshot["hpet"].state["config"]
    with pytest.raises(QidlError, match="hpet: expected HPETState, found PICCommonState"):
        snapshot["hpet"].replace(snapshot["i8259", 0].device())
    with pytest.raises(QidlError, match="expected a section whose device has a class"):
        snapshot["ram"].device()


def test_device_that_cannot_hold_it_all(snapshot: Snapshot) -> None:
    """What of a section is lost on the way to the device and back is told, unless the device brings it back."""
    rtc, pm = snapshot["mc146818rtc"], snapshot["piix4_pm"]
    rtc.set("current_tm.tm_wday", (rtc.get("current_tm.tm_wday") + 3) % 7)
    pm.set("ar.gpe.en[2]", 3)
    day = {loss.path: loss for loss in rtc.replace(rtc.device())}["current_tm.tm_wday"]
    (event,) = pm.replace(pm.device())
    assert (False, "ar.gpe.en[2]", 3) == (day.harmless, event.path, event.value)
    assert () == (*rtc.replace(rtc.device()), *pm.replace(pm.device()))


def test_edits_of_a_state_that_is_held(snapshot: Snapshot) -> None:
    """A state that was asked for stays the section's, whatever is set; what is set stays the caller's."""
    serial, rtc = snapshot["serial"], snapshot["mc146818rtc"]
    held, given = serial.state, bytearray(128)
    serial.set("state.lcr", 3)
    held["state"]["divider"] = 77
    rtc.set("cmos_data", given)
    given[1] = 5
    rtc.set("cmos_data[2]", 9)
    saved = qidl.load(snapshot.to_bytes())
    assert (3, 77) == (saved["serial"].get("state.lcr"), saved["serial"].get("state.divider"))
    assert bytes([0, 0, 9]) + bytes(125) == saved["mc146818rtc"].get("cmos_data")
    cpu = snapshot["cpu"]
    registers = tuple(range(len(cpu.get("regs"))))
    cpu.set("regs", registers)
    cpu.set("regs[0]", 7)
    assert [7, *registers[1:]] == cpu.get("regs")


@pytest.mark.parametrize("state", [None, [], b"", 0])
def test_state_that_is_none(snapshot: Snapshot, state: object) -> None:
    """A section's state is a dict, and nothing else takes its place."""
    snapshot["serial"].set("state.lcr", 3)
    with pytest.raises(SchemaError, match=r"^serial: expected a dict, found "):
        snapshot["serial"].state = state  # type: ignore[assignment]
    assert 3 == snapshot["serial"].get("state.lcr")


def test_containment(snapshot: Snapshot) -> None:
    """A name is in a snapshot if any section answers to it, and so is a section."""
    assert all(name in snapshot for name in ("hpet", "ram", "i8259", "e1000", ("i8259", 1), ("i8259", 0xA0)))
    assert not any(name in snapshot for name in ("hpets", ("i8259", 2), ("hpet", "0"), 3, None))
    assert snapshot["hpet"] in snapshot
    assert qidl.load(captures.own("pc-1.1"))["hpet"] not in snapshot


def test_names_as_they_are_printed(snapshot: Snapshot) -> None:
    """A name with an instance, or with a section_id, is taken as errors, losses and differences spell it."""
    second = snapshot["i8259", 1]
    assert second is snapshot["i8259#1"] is snapshot[f"i8259@{second.section_id}"]
    assert "i8259#1" in snapshot
    assert "i8259#2" not in snapshot
    assert f"i8259#{'9' * 30}" not in snapshot
    with pytest.raises(SectionNotFound, match="found no such instance"):
        snapshot["i8259#2"]


def test_copies(snapshot: Snapshot) -> None:
    """A copy is the same machine, and is edited apart, be it before or after its states were looked at."""
    snapshot["serial"].set("state.lcr", 3)
    other = copy.deepcopy(snapshot)
    assert snapshot.to_bytes() == other.to_bytes()
    assert other.ram is snapshot.ram
    other["serial"].set("state.lcr", 4)
    other["hpet"].state["config"] = 1
    assert (3, 0) == (snapshot["serial"].get("state.lcr"), snapshot["hpet"].get("config"))
    assert {"serial", "hpet"} == {difference.section for difference in qidl.diff(snapshot, other)}


def test_repr(snapshot: Snapshot) -> None:
    """Snapshots and sections say what they are."""
    assert "<Snapshot pc-1.1, 39 sections>" == repr(snapshot).replace(str(len(snapshot.sections)), "39")
    assert "<Section hpet instance 0 version 2>" == repr(snapshot["hpet"])


HUGE = 1 << 20000
"""An integer that Python refuses to print."""


def test_integers_too_long_to_print() -> None:
    """Whatever an integer does not fit says so, and how long it is."""
    machine = qidl.load(captures.own("pc-1.1"))
    serial, memory = machine["serial"], machine.ram["pc.ram"]
    many = "an integer of 20001 bits"
    refusals: list[tuple[Callable[[], object], type[qidl.QidlError], str]] = [
        (lambda: serial.set("state.divider", HUGE), WireError, f"expected uint16 (0..65535), found {many}"),
        (lambda: serial.set("state", HUGE), SchemaError, f"expected the path of a value, found {many}"),
        (lambda: machine["mc146818rtc"].set("cmos_data[5]", HUGE), SchemaError, f"uint8 (0..255), found {many}"),
        (lambda: machine[HUGE], SectionNotFound, f"{many}: expected a section of "),  # type: ignore[index]
        (lambda: machine.convert(HUGE), CompatError, f"found {many}"),  # type: ignore[arg-type]
        (lambda: qidl.load(machine.to_bytes(), level=HUGE), CompatError, f"found {many}"),  # type: ignore[call-overload]
        (lambda: machine.ram[HUGE], SchemaError, f"found {many}"),  # type: ignore[index]
        (lambda: memory.read(HUGE, HUGE), SchemaError, f"found {many}+{many}"),
        (lambda: HPET_V2.decode(b"", HUGE), WireError, f"found {many}"),
        (lambda: machine.locate("i8259#" + "9" * 5000), SectionNotFound, "an instance_id, found 5000 digits"),
        (lambda: machine.locate("i8259@" + "9" * 5000), SectionNotFound, "a section_id, found 5000 digits"),
        (lambda: machine.convert("pc-1.0", drop=["i8259#" + "9" * 5000]), SectionNotFound, "found 5000 digits"),
        (
            lambda: machine["i8254"].get(f"channels[{'9' * 5000}]"),
            SchemaError,
            "i8254: channels[…]: expected an index of at most 20 digits, found 5000 digits",
        ),
    ]
    for refused, error, message in refusals:
        with pytest.raises(error) as caught:
            refused()
        assert message in str(caught.value)
    serial.state["state"]["divider"] = HUGE
    with pytest.raises(WireError, match=many):
        machine.to_bytes()
    serial.state["state"] = {HUGE: 1}
    with pytest.raises(WireError, match="expected"):
        machine.to_bytes()
    assert f"serial.a = {many}: gone" == str(Loss("serial", "a", HUGE, "gone"))
    assert "serial.a = list: gone" == str(Loss("serial", "a", [HUGE], "gone"))
