"""The command, run as a process, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import captures
import pytest

import qidl
from qidl.cli import main
from qidl.cli.example import EXAMPLE
from qidl.wire.stream import SectionType


@pytest.fixture
def vm(tmp_path: Path) -> Path:
    """A pc-1.1 stream in a file."""
    path = tmp_path / "vm.qevm"
    path.write_bytes(captures.own("pc-1.1"))
    return path


def run(*arguments: object, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "qidl", *map(str, arguments)]
    environment = {**os.environ, "COVERAGE_PROCESS_START": "", **variables}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command in this process; returns exit status, output and errors."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that is to fail; returns its one line of complaint."""
    status, out, err = call(capsys, *arguments)
    assert (1, "", 1) == (status, out, err.count("\n")), err
    assert err.startswith("qidl: ")
    return err.removeprefix("qidl: ").rstrip("\n")


def test_process(vm: Path) -> None:
    """The command runs as a process, and its exit status says how it went."""
    assert 0 == run("show", vm).returncode
    done = run("show", vm.parent / "missing")
    assert (1, "", f"qidl: {vm.parent / 'missing'}: No such file or directory\n") == (
        done.returncode,
        done.stdout,
        done.stderr,
    )
    assert (2, "") == (run("nonsense").returncode, run("nonsense").stdout)
    assert f"qidl {qidl.__version__}\n" == run("--version").stdout


def test_script_is_installed() -> None:
    """The console script is there."""
    script = Path(sys.executable).parent / "qidl"
    assert 0 == subprocess.run([script, "--help"], capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["Latin-1", "ASCII"],
)
def test_characters_that_the_output_lacks(tmp_path: Path, variables: dict[str, str]) -> None:
    """What is found is printed whatever the encoding of the output; a character that it lacks is escaped."""
    old, new, source = tmp_path / "old", tmp_path / "new", tmp_path / "lamp.c"
    old.write_text('{"type": "S", "data": {"a": "uint8"}}')
    new.write_text('{"type": "S", "data": {"a": "uint16"}}')
    source.write_text("/* off \u2192 on */ QIDL_DECLARE(Lamp) { bool lit; };", encoding="utf-8")
    done = run("check", old, new, **variables)
    assert (1, "") == (done.returncode, done.stderr)
    assert r"S.a: retyped: uint8 \u2192 uint16 (breaks new \u2192 old)" == done.stdout.rstrip()
    done = run("generate", source, **variables)
    assert (0, "", True) == (done.returncode, done.stderr, r"off \u2192 on." in done.stdout)


def test_show_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file, the example that ships with the package is shown."""
    status, out, err = call(capsys, "show")
    assert (0, "") == (status, err)
    assert "level pc-1.1 (fits pc-1.1, pc-1.2)" in out


def test_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The example can be had as a file, like any other output."""
    out = tmp_path / "vm.qevm"
    assert (0, "", "") == call(capsys, "example", "-o", out)
    assert Path(EXAMPLE).read_bytes() == out.read_bytes()
    assert "No such file" in refused(capsys, "example", "-o", tmp_path / "no" / "vm.qevm")


def test_show_lists_sections(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every section has a row, in stream order; the parts of a live one share a row."""
    _, out, _ = call(capsys, "show", vm)
    shown: list[str] = []
    parts: set[str] = set()
    for section in qidl.load(vm):
        if section.type is not SectionType.PART or section.idstr not in parts:
            shown.append(section.idstr)
        if section.type is SectionType.PART:
            parts.add(section.idstr)
    assert shown == [line.split()[0] for line in out.splitlines()[2:]]


def test_show_section(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A section is shown value by value, a path shows one value."""
    _, out, _ = call(capsys, "show", vm, "hpet")
    assert "timer[0].config = 17179869232 (0x400000030)" in out.splitlines()
    _, out, _ = call(capsys, "show", vm, "hpet.num_timers")
    assert "num_timers = 3\n" == out
    _, out, _ = call(capsys, "show", vm, "mc146818rtc")
    assert "cmos_data = 128 bytes" in out
    _, out, _ = call(capsys, "show", vm, "vmmouse")
    assert "queue = 1024 elements, all 0" in out


def test_show_leaves_out_zeros(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A star stands for the zeros that are left out of a buffer or a list, wherever they are."""
    snapshot = qidl.load(vm)
    snapshot["mc146818rtc"].set("cmos_data", bytes(32) + b"\1" + bytes(63) + b"\2" + bytes(31))
    snapshot["vmmouse"].set("queue", [0, 5, 6, 0, 0, 0, 7, *bytes(1017)])
    snapshot.save(vm)
    _, out, _ = call(capsys, "show", vm, "mc146818rtc.cmos_data")
    rows = [f"  0020  01{' 00' * 15}", "  *", f"  0060  02{' 00' * 15}", "  *"]
    assert ["cmos_data = 128 bytes", "  *", *rows] == out.splitlines()
    _, out, _ = call(capsys, "show", vm, "vmmouse.queue")
    rows = ["  *", "  [1] = 5", "  [2] = 6", "  *", "  [6] = 7", "  *"]
    assert ["queue = 1024 elements", *rows] == out.splitlines()
    _, out, _ = call(capsys, "show", vm, "fdc.state.fifo")
    assert "state.fifo = 512 elements, all 0\n" == out


def test_show_json(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints the whole machine, bytes as lists of integers."""
    _, out, _ = call(capsys, "show", vm, "--json")
    document = json.loads(out)
    assert {"level", "sections"} == set(document)
    assert "pc-1.1" == document["level"]
    members = {"idstr", "instance_id", "version_id", "section_id", "offset", "length", "state"}
    raw = vm.read_bytes()
    for shown, section in zip(document["sections"], qidl.load(vm), strict=True):
        assert members == set(shown)
        assert bytes(section.payload) == raw[shown["offset"] : shown["offset"] + shown["length"]]
    rtc = next(shown for shown in document["sections"] if shown["idstr"] == "mc146818rtc")
    assert list(qidl.load(vm)["mc146818rtc"].state["cmos_data"]) == rtc["state"]["cmos_data"]


def test_show_json_of_a_part(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json of a section has that section alone; of a path, the value."""
    _, out, _ = call(capsys, "show", vm, "hpet", "--json")
    assert ["hpet"] == [section["idstr"] for section in json.loads(out)["sections"]]
    _, out, _ = call(capsys, "show", vm, "hpet.num_timers", "--json")
    assert 3 == json.loads(out)


def test_set(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Set changes the bytes of the named fields alone; setting them back gives the file back."""
    out, back = vm.parent / "out.qevm", vm.parent / "back.qevm"
    assignments = ["mc146818rtc.cmos_index=5", "0000:00:01.1/ide.bus[0].ifs[0].status=0x58", "i8259#1.imr=0b11"]
    assert (0, "", "") == call(capsys, "set", vm, *assignments, "-o", out)
    before, after = vm.read_bytes(), out.read_bytes()
    assert 3 == sum(a != b for a, b in zip(before, after, strict=True))
    assignments = ["mc146818rtc.cmos_index=0", "ide.bus[0].ifs[0].status=80", "i8259#1.imr=0"]
    call(capsys, "set", out, *assignments, "-o", back)
    assert before == back.read_bytes()


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("mc146818rtc.cmos_data[5]=0x12", "cmos_data[5]", 0x12),
        ("mc146818rtc.cmos_data[0x7F]=0x12", "cmos_data[127]", 0x12),
        ("mc146818rtc.cmos_data=" + "ab" * 128, "cmos_data", b"\xab" * 128),
        ("mc146818rtc.cmos_data=" + str([7] * 128), "cmos_data", b"\7" * 128),
        ("mc146818rtc.second_timer=-1", "second_timer", -1),
    ],
)
def test_set_values(vm: Path, capsys: pytest.CaptureFixture[str], assignment: str, path: str, value: object) -> None:
    """Values are integers of any base, hexadecimal digits, or JSON lists."""
    assert 0 == call(capsys, "set", vm, assignment, "--in-place")[0]
    assert value == qidl.load(vm)["mc146818rtc"].get(path)


def test_set_of_bool_and_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bool is true or false, a list is JSON."""
    vm = tmp_path / "vm.qevm"
    vm.write_bytes(captures.capture("1.0.1-pc-1.0-linux-pio-a"))
    call(capsys, "set", vm, "ide.bus[1].ifs[0].tray_open=true", "PCIBUS.irq_count=[0, 1, 2, 3]", "--in-place")
    snapshot = qidl.load(vm)
    assert True is snapshot["ide"].get("bus[1].ifs[0].tray_open")
    assert [0, 1, 2, 3] == snapshot["PCIBUS"].state["irq_count"]


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("mc146818rtc.cmos_index=300", r"mc146818rtc: cmos_index: expected uint8 (0..255), found 300"),
        (f"mc146818rtc.cmos_index={1 << 20000:#x}", "expected uint8 (0..255), found an integer of 20001 bits"),
        (f"mc146818rtc.cmos_index={'9' * 5000}", f"mc146818rtc.cmos_index: expected an integer, found '{'9' * 36}..."),
        (
            f"i8254.channels[{'9' * 5000}].mode=1",
            "i8254: channels[…]: expected an index of at most 20 digits, found 5000 digits",
        ),
        (f"i8259#{'9' * 5000}.imr=1", "i8259: expected an instance_id, found 5000 digits"),
        ("mc146818rtc.cmos_index=five", "mc146818rtc.cmos_index: expected an integer, found 'five'"),
        ("mc146818rtc.cmos_index", "mc146818rtc.cmos_index: expected SECTION.PATH=VALUE"),
        ("mc146818rtc=5", "mc146818rtc: expected SECTION.PATH, found a section alone"),
        ("mc146818rtc.current_tm=5", "mc146818rtc: current_tm: expected the path of a value, found '5'"),
        ("mc146818rtc.nope=5", "mc146818rtc: nope: expected one of cmos_data,"),
        ("mc146818rtc.cmos_data=xyz", "expected hexadecimal digits, found 'xyz'"),
        ("PCIBUS.irq_count=[0x1,2,3,4]", "PCIBUS.irq_count: expected a JSON list, found '[0x1,2,3,4]'"),
        ("ram.blocks[0].idstr=x", "ram: expected a section that can be edited, found a live one"),
        ("block.progress=3", "block: expected a section that can be edited, found a live one"),
        ("ide.bus[x]=3", "0000:00:01.1/ide: bus.x: expected an index below 2, found 'x'"),
        ("ide.bus[0x2]=3", "0000:00:01.1/ide: bus[2]: expected an index below 2, found 2"),
        ("PCIBUS.irq_count=[1]", "PCIBUS: irq_count: expected 4 elements, found 1"),
        ("nosection.x=5", "nosection.x: expected a section of"),
        ("i8259.imr=5", "i8259: expected one section, found"),
    ],
)
def test_set_refuses(vm: Path, capsys: pytest.CaptureFixture[str], assignment: str, message: str) -> None:
    """What cannot be set is refused on one line, and nothing is written."""
    before = vm.read_bytes()
    assert message in refused(capsys, "set", vm, "mc146818rtc.cmos_index=7", assignment, "-o", vm.parent / "out")
    assert message in refused(capsys, "set", vm, "mc146818rtc.cmos_index=7", assignment, "--in-place")
    assert ([vm], before) == (list(vm.parent.iterdir()), vm.read_bytes())


def test_set_mends(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Read leniently, a stream can be mended; what is still wrong with what was written is listed, once."""
    broken, mended = qidl.load(vm, strict=False), vm.parent / "mended"
    broken["ps2kbd"].set("common.queue.count", 300)
    broken["ps2mouse"].set("common.queue.count", 300)
    broken.save(vm)
    assert "ps2kbd: common.queue.rptr: " in refused(capsys, "set", vm, "ps2kbd.common.queue.count=0", "-o", mended)
    status, _, err = call(capsys, "set", vm, "ps2kbd.common.queue.count=0", "--lenient", "-o", mended)
    assert (1, 1) == (status, err.count("\n"))
    assert err.startswith("qidl: problem: ps2mouse: common.queue.rptr: ")
    assert (0, "", "") == call(capsys, "set", mended, "ps2mouse.common.queue.count=0", "--lenient", "--in-place")
    assert 0 == qidl.load(mended)["ps2kbd"].get("common.queue.count")


def test_set_keeps_its_input(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The input is not overwritten unless that is asked for."""
    link = vm.parent / "link"
    link.hardlink_to(vm)
    for output in (vm, link):
        assert "--in-place replaces it" in refused(capsys, "set", vm, "hpet.config=1", "-o", output)
    with pytest.raises(SystemExit, match="2"):
        main(["set", str(vm), "hpet.config=1"])


def test_diff(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Diff prints a line for each value that differs; its exit status says whether any does."""
    out = vm.parent / "out.qevm"
    call(capsys, "set", vm, "mc146818rtc.cmos_index=5", "hpet.timer[1].cmp=0", "-o", out)
    assert (0, "", "") == call(capsys, "diff", vm, vm)
    status, shown, _ = call(capsys, "diff", vm, out)
    assert (1, ["hpet.timer[1].cmp: 18446744073709551615 -> 0", "mc146818rtc.cmos_index: 0 -> 5"]) == (
        status,
        shown.splitlines(),
    )


def test_diff_with_what_is_wrong(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Read leniently, a stream that is wrong can be compared; the problems are listed by file."""
    broken, other = qidl.load(vm, strict=False), vm.parent / "broken"
    broken["ps2kbd"].set("common.queue.count", 300)
    broken.save(other)
    assert f"{other}: ps2kbd: common.queue.rptr: " in refused(capsys, "diff", vm, other)
    status, out, err = call(capsys, "diff", vm, other, "--lenient")
    assert (1, "ps2kbd.common.queue.count: 0 -> 300\n", 1) == (status, out, err.count("\n"))
    assert err.startswith(f"qidl: problem: {other}: ps2kbd: common.queue.rptr: ")
    assert (1, "") == call(capsys, "diff", other, other, "--lenient")[:2]


def test_diff_of_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sections, versions and memory that one side alone has are named."""
    older, newer = tmp_path / "older", tmp_path / "newer"
    older.write_bytes(captures.own("pc-1.0"))
    newer.write_bytes(captures.own("pc-1.1"))
    _, shown, _ = call(capsys, "diff", older, newer)
    assert {
        "kvm-tpr-opt: absent -> version 1",
        "i8254.version_id: 2 -> 3",
        "i8254.channels[0].irq_disabled: absent -> 0",
        "ram.pc.bios: 131072 -> absent",
    } <= set(shown.splitlines())


def test_verify(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Verify prints a line for each section."""
    status, out, _ = call(capsys, "verify", vm)
    assert (0, len(qidl.load(vm).sections) + 1) == (status, len(out.splitlines()))
    results = {line.split("  ")[-1].strip() for line in out.splitlines()}
    assert {"result", "ok", "ok, start", "ok, end", "ok, part"} >= results


def test_convert(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Convert writes the other level's stream and says what was lost."""
    out = vm.parent / "out.qevm"
    status, shown, errors = call(capsys, "convert", vm, "--to", "pc-1.0", "-o", out)
    assert (0, "", "pc-1.0") == (status, shown, qidl.load(out).level)
    assert "qidl: lost, harmless: fdc.state.drives[0].media_rate = 0: a drive takes it from its medium" in errors
    assert 0 == call(capsys, "convert", vm, "--to", "pc-1.0", "--lossless", "-o", out)[0]


def test_convert_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the target does not know is named; it can be dropped by name."""
    vm, out = tmp_path / "vm", tmp_path / "out"
    vm.write_bytes(captures.capture("1.2.2-pc-1.2-reset-virtio-scsi"))
    message = refused(capsys, "convert", vm, "--to", "pc-1.0", "-o", out)
    assert "0000:00:04.0/virtio-scsi: expected a device that pc-1.0 knows, or leave to drop it" in message
    assert not out.exists()
    status, _, errors = call(capsys, "convert", vm, "--to", "pc-1.0", "--drop", "virtio-scsi", "-o", out)
    assert (0, True) == (status, "0000:00:04.0/virtio-scsi" in errors)
    options = ["--drop", "virtio-scsi", "--lossless"]
    message = refused(capsys, "convert", vm, "--to", "pc-1.0", *options, "-o", tmp_path / "no")
    assert "expected nothing to be lost" in message


def test_explain(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Explain names what stands in the way, section by section."""
    status, shown, _ = call(capsys, "explain", vm, "--for", "pc-1.0")
    lines = shown.splitlines()
    assert 1 == status
    assert "i8254: it is of version 3, pc-1.0 reads up to 2" in lines
    assert "ram: pc-1.0 has no block isa-bios" in lines
    assert "kvm-tpr-opt: pc-1.0 does not know the device" in lines
    assert (0, "pc-1.2 loads it as it is\n", "") == call(capsys, "explain", vm, "--for", "pc-1.2")


def test_explain_what_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A device that an older level does not know is an obstacle that converting does not remove."""
    vm = tmp_path / "vm"
    vm.write_bytes(captures.capture("1.2.2-pc-1.2-reset-virtio-scsi"))
    _, shown, _ = call(capsys, "explain", vm, "--for", "pc-1.0")
    assert "  it cannot be converted: 0000:00:04.0/virtio-scsi: expected a device that pc-1.0 knows" in shown


def test_levels(capsys: pytest.CaptureFixture[str]) -> None:
    """Levels lists the levels and the steps between them."""
    _, shown, _ = call(capsys, "levels")
    assert "pc-1.2 <-> pc-1.3, mc146818rtc: 1.3 keeps the time as of one moment" in shown


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """A schema is found by class and by section, as text and as JSON."""
    _, text, _ = call(capsys, "schema", "HPETState")
    assert text.startswith("{\n    'type': 'HPETState',\n    'data': {\n        'config': 'uint64',\n")
    _, out, _ = call(capsys, "schema", "hpet", "--json")
    assert "HPETState" == json.loads(out)["type"]
    assert "Nothing: expected a section or one of " in refused(capsys, "schema", "Nothing")


BAD = {
    "a folder": (None, "Is a directory"),
    "an empty file": (b"", "offset 0: expected a QEMU migration stream, which begins with 'QEVM', found an empty file"),
    "a text": (b"Hello, world\n", "offset 0: expected a QEMU migration stream, which begins with 'QEVM', found 'Hell'"),
    "a magic alone": (b"QEVM", "offset 4: expected the stream's version, 4 bytes, found 0"),
    "an old version": (b"QEVM\0\0\0\2\0", "offset 4: expected stream version 3, found 2"),
    "a later QEMU": (b"QEVM\0\0\0\3\7", "found 0x07, the machine configuration that QEMU 2.4 and later write"),
    "nothing after the header": (b"QEVM\0\0\0\3", "offset 8: expected a section or the end mark, found the end"),
    "a cut stream": (captures.own("pc-1.1")[:5000], "cirrus_vga: cirrus_vga.vga."),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("command", ["show", "verify", "set", "diff", "convert", "explain"])
def test_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, kind: str) -> None:
    """Whatever is no stream is refused on one line, without an output file."""
    content, message = BAD[kind]
    path, out = tmp_path / "vm", tmp_path / "out"
    path.mkdir() if content is None else path.write_bytes(content)
    more = {
        "set": ["hpet.config=1", "-o", out],
        "diff": [path],
        "convert": ["--to", "pc-1.0", "-o", out],
        "explain": ["--for", "pc-1.0"],
    }
    complaint = refused(capsys, command, path, *more.get(command, []))
    assert complaint.startswith(f"{path}: ")
    assert message in complaint
    assert not out.exists()


def test_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown section is a warning on standard error, and noted in the table."""
    vm = tmp_path / "vm"
    vm.write_bytes(captures.own("pc-1.1")[:-1] + b"\4\0\0\0\x63\7mystery" + bytes(4) + b"\0\0\0\1" + b"data\0")
    status, out, err = call(capsys, "show", vm)
    assert (0, "qidl: warning: mystery: no layout is known: 4 bytes are kept as they are\n") == (status, err)
    assert "unknown" in out.splitlines()[-1]
    assert "unknown, kept as it is" in call(capsys, "verify", vm)[1]


def test_unwritable(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An output that cannot be written is named."""
    out = vm.parent / "no" / "out"
    assert f"{out.parent}" in refused(capsys, "set", vm, "hpet.config=1", "-o", out)


def test_rich_table(vm: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, rich lays the table out where it is installed."""
    pytest.importorskip("rich")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "mc146818rtc" in call(capsys, "show", vm)[1]


C_SOURCE = """
QIDL_DECLARE(Fifo) {
    uint32_t count;
    uint8_t q_size(count) data[16];
    qemu_irq q_immutable irq;
    char q_property("label") *label;
};
"""


def test_c_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """C declarations become schemas and a Python module."""
    source, module = tmp_path / "fifo.c", tmp_path / "fifo.py"
    source.write_text(C_SOURCE)
    _, text, _ = call(capsys, "schema", source)
    assert text.startswith("{\n    'type': 'Fifo',\n    'data': {\n        'count': 'uint32',\n        'data': {\n")
    _, out, _ = call(capsys, "schema", source, "--json")
    assert ["count", "data"] == list(json.loads(out)[0]["data"])
    assert text == call(capsys, "schema", source, "--as-2012")[1]
    assert 0 == call(capsys, "generate", source, "-o", module)[0]
    assert module.read_text() == call(capsys, "generate", source)[1]
    namespace: dict[str, object] = {"__name__": "fifo"}
    exec(compile(module.read_text(), "fifo.py", "exec"), namespace)
    assert json.loads(out)[0] == qidl.schema(namespace["Fifo"])  # type: ignore[arg-type]


def test_c_source_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem has a line, with its file, line and column; nothing is written."""
    source = tmp_path / "bad.c"
    source.write_text("QIDL_DECLARE(A) {\n    int a b;\n};\nQIDL_DECLARE(B) {\n    int c d;\n};\n")
    for command in (["schema", source], ["generate", source, "-o", tmp_path / "out.py"]):
        status, out, err = call(capsys, *command)
        assert (1, "") == (status, out)
        places = [f"qidl: {source}:{line}:11: expected , or ;, found {found}\n" for line, found in ((2, "b"), (5, "d"))]
        assert "".join(places) == err
    assert [source] == list(tmp_path.iterdir())
    assert "No such file" in refused(capsys, "schema", tmp_path / "missing.c")


def test_many_problems_are_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of very many problems the first are told, and the rest counted."""
    source = tmp_path / "many.c"
    source.write_text("QIDL_DECLARE(S) {" + "@;\n" * 1000 + "};")
    status, _, err = call(capsys, "schema", source)
    assert (1, 51, "qidl: and 950 more") == (status, err.count("\n"), err.splitlines()[-1])


@pytest.mark.parametrize("command", [["schema"], ["schema", "--json"], ["generate"]], ids=" ".join)
@pytest.mark.parametrize("content", [b"int main(void) { return 0; }", b"", bytes(range(256))])
def test_c_source_without_declarations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], content: bytes
) -> None:
    """A file that declares nothing is refused: it is not the one that was meant."""
    source = tmp_path / "none.c"
    source.write_bytes(content)
    assert f"{source}: expected a declaration such as QIDL_DECLARE(Name), found none" == refused(
        capsys, *command, source
    )


def test_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """A class has a JSON Schema."""
    document = json.loads(call(capsys, "schema", "hpet", "--json-schema")[1])
    assert {"HPETState", "HPETTimer"} == set(document["$defs"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["RTCState", "--json", "--json-schema"], "argument --json-schema: not allowed with argument --json"),
        (["RTCState", "--as-2012"], "argument --as-2012: not allowed with a class"),
        (["fifo.c", "--json-schema"], "argument --json-schema: not allowed with C source"),
    ],
)
def test_schema_in_one_form(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    """Options that do not fit together, or not what they are given with, are wrong usage."""
    with pytest.raises(SystemExit, match="2"):
        main(["schema", *arguments])
    out, err = capsys.readouterr()
    assert ("", f"qidl schema: error: {message}") == (out, err.splitlines()[-1])


def test_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two dumps of layouts are compared; known differences can be accepted."""
    dumps = {}
    for level in ("pc-1.0", "pc-1.1"):
        dumps[level] = tmp_path / level
        dumps[level].write_text(call(capsys, "layouts", level, "--json")[1])
    assert (0, "", "") == call(capsys, "check", dumps["pc-1.0"], dumps["pc-1.0"])
    status, shown, _ = call(capsys, "check", dumps["pc-1.0"], dumps["pc-1.1"])
    assert 1 == status
    assert "i8254: version: version 3 is newer than the 2 that old reads (breaks new → old)" in shown.splitlines()
    assert "fdrive/media_rate: subsection added" in shown
    known = tmp_path / "known"
    known.write_text("# every difference\n*\n")
    assert (0, "", "") == call(capsys, "check", dumps["pc-1.0"], dumps["pc-1.1"], "--accept", known)


def test_check_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no schema, layout dump or QEMU dump is refused on one line."""
    path = tmp_path / "file"
    path.write_text("nonsense")
    assert "expected JSON" in refused(capsys, "check", path, path)
    assert "No such file" in refused(capsys, "check", path.parent / "missing", path)
    path.write_text('{"name": "rtc", "version_id": 1, "fields": [{"path": ["a"]}]}')
    assert f"{path}: expected text as path, found ['a']" == refused(capsys, "check", path, path)


def test_accepted_differences_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list of known differences is text in UTF-8, whatever the locale."""
    schema, known = tmp_path / "schema", tmp_path / "known"
    schema.write_text('{"type": "S", "data": {"a": "uint8"}}')
    known.write_bytes(b"S.a\n\xff\n")
    expected = f"{known}: offset 4: expected text in UTF-8, found another byte"
    assert expected == refused(capsys, "check", schema, schema, "--accept", known)
    known.write_text("# \N{RIGHTWARDS ARROW}\n", encoding="utf-8")
    assert 0 == run("check", schema, schema, "--accept", known, LC_ALL="C", PYTHONUTF8="0").returncode
