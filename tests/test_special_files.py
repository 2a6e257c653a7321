"""Files of other kinds and names: pipes, devices, links, what is open already, names as long as they may be."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import captures
import pytest
from processes import python

import qidl
from qidl import files
from qidl.cli import main
from qidl.files import reading


@pytest.fixture
def vm(tmp_path: Path) -> Path:
    """A pc-1.1 stream in a file."""
    path = tmp_path / "vm.qevm"
    path.write_bytes(captures.own("pc-1.1"))
    return path


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that is to fail; returns its one line."""
    assert 1 == main(list(map(str, arguments)))
    out, err = capsys.readouterr()
    assert ("", 1) == (out, err.count("\n"))
    return err


# What is written into.


def meanwhile(read: Callable[[], bytes], write: Callable[[], object]) -> bytes:
    """What somebody reads while something is written."""
    found: list[bytes] = []
    thread = threading.Thread(target=lambda: found.append(read()))
    thread.start()
    write()
    thread.join()
    return found[0]


def test_pipe(tmp_path: Path) -> None:
    """A pipe is written into, and stays a pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    large = os.urandom(9 << 20)
    pieces = [b"some", memoryview(b"thing"), b"", large, *([b"x"] * 3000)]
    assert b"something" + large + b"x" * 3000 == meanwhile(path.read_bytes, lambda: files.write(path, pieces))
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_pipe_whose_reader_goes_away(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader that did not want all of it is told of: what it got is not whole."""
    path = vm.parent / "pipe"
    os.mkfifo(path)

    def read() -> bytes:
        with path.open("rb", buffering=0) as file:
            return file.read(4)

    assert b"QEVM" == meanwhile(read, lambda: main(["set", str(vm), "hpet.config=1", "-o", str(path)]))
    assert f"qidl: {path}: Broken pipe\n" == capsys.readouterr().err


def test_device(tmp_path: Path) -> None:
    """A device is written into, and stays a device; what it refuses is told."""
    null, full = tmp_path / "null", tmp_path / "full"
    try:
        os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.mknod(full, stat.S_IFCHR | 0o666, os.makedev(1, 7))
        files.write(null, [b"data"])
    except PermissionError as error:
        pytest.skip(f"no device can be made: {error}")
    with pytest.raises(OSError, match=f"No space left on device: '{full}'"):
        files.write(full, [b"data"])
    assert [True, True] == [stat.S_ISCHR(path.stat().st_mode) for path in (null, full)]


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/stderr"])
@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_what_is_open_already(vm: Path, name: str, kind: str) -> None:
    """Standard output, and what else is open, is written to where it stands, be it a pipe or a file."""
    sink: Any = subprocess.PIPE
    if kind == "file":
        sink = (vm.parent / "out").open("w+b")
        sink.write(b"before")
        sink.flush()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stderr" if "err" in name else "stdout": sink}
    done = subprocess.run(
        [sys.executable, "-m", "qidl", "set", vm, "hpet.config=1", "-o", name], check=False, **streams
    )
    assert 0 == done.returncode
    found = _content(sink) if kind == "file" else b"before" + (done.stderr if "err" in name else done.stdout)
    assert b"before" == found[:6]
    assert 1 == qidl.load(found[6:])["hpet"].state["config"]


def _content(file: IO[bytes]) -> bytes:
    with file:
        file.seek(0)
        return file.read()


def test_output_that_is_closed(vm: Path) -> None:
    """Standard output that there is none of is no place to write to."""
    process = python(
        "import os, sys; from qidl.cli import main; os.close(1); os._exit(main(sys.argv[1:]))",
        *("set", vm, "hpet.config=1", "-o", "/dev/stdout"),
    )
    assert ("qidl: /dev/stdout: Bad file descriptor\n", 1) == (process.communicate()[1], process.returncode)


def test_in_place_of_a_pipe(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no file cannot be written anew."""
    path = vm.parent / "pipe"
    os.mkfifo(path)
    found = refused(capsys, "set", path, "hpet.config=1", "--in-place")
    assert f"qidl: {path}: expected a regular file to replace, found a pipe or a device; -o writes another\n" == found


# Links.


def test_link_to_nothing(tmp_path: Path) -> None:
    """A symbolic link to what is not there yet: that comes to be."""
    link = tmp_path / "link"
    link.symlink_to("target")
    files.write(link, [b"new"])
    assert (True, b"new") == (link.is_symlink(), (tmp_path / "target").read_bytes())


def test_link_into_nowhere(tmp_path: Path) -> None:
    """A symbolic link into a folder that is not there, or to itself, is named."""
    for name, target in (("link", "no/target"), ("loop", "loop")):
        link = tmp_path / name
        link.symlink_to(target)
        with pytest.raises(OSError, match=f"'{link}'"):
            files.write(link, [b"new"])
    assert {"link", "loop"} == set(os.listdir(tmp_path))


def test_hard_link(tmp_path: Path) -> None:
    """Another name of a file that is replaced keeps the old content."""
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    files.write(path, [b"new"])
    assert (b"new", b"old") == (path.read_bytes(), other.read_bytes())


def test_in_place_through_a_link(vm: Path) -> None:
    """A file that is given by a link is written anew where it is."""
    link = vm.parent / "link"
    link.symlink_to(vm)
    assert 0 == main(["set", str(link), "hpet.config=1", "--in-place"])
    assert (True, 1) == (link.is_symlink(), qidl.load(vm)["hpet"].state["config"])


# Names.


@pytest.mark.parametrize("name", ["x" * 255, "\udcff\udcfe", "-", "a\nb"])
def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A name may be as long as the file system allows, and hold any bytes."""
    files.write(tmp_path / name, [b"old"])
    monkeypatch.chdir(tmp_path)
    files.write(name, [b"new"])
    assert ([name], b"new") == (os.listdir(tmp_path), (tmp_path / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("x" * 256, "File name too long"),
        ("", "No such file or directory"),
        ("no/", "No such file or directory"),
        ("no/such", "No such file or directory"),
        (".", "Is a directory"),
        ("vm.qevm/file", "Not a directory"),
        ("vm.qevm/", "Not a directory"),
    ],
)
def test_names_that_cannot_be(
    vm: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    """A name that no file can have is refused, and named."""
    monkeypatch.chdir(vm.parent)
    assert f"qidl: {name or repr(name)}: {problem}\n" == refused(capsys, "set", vm, "hpet.config=1", "-o", name)
    assert [vm.name] == os.listdir(vm.parent)


# What is read.


def test_file_without_a_length() -> None:
    """A file of /proc is said to be empty, and is not."""
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("no /proc")
    assert bytes(files.read(path)).startswith(b"Name:")


def test_standard_input(vm: Path) -> None:
    """Standard input has a name too, be it a pipe or a file."""
    command = [sys.executable, "-m", "qidl", "show", "/dev/stdin", "hpet.num_timers"]
    with vm.open("rb") as file:
        for given in ({"input": vm.read_bytes()}, {"stdin": file}):
            done = subprocess.run(command, capture_output=True, check=False, **given)  # type: ignore[call-overload]
            assert b"num_timers = 3\n" == done.stdout


# The input.


@pytest.mark.parametrize("command", [["set", "hpet.config=1"], ["convert", "--to", "pc-1.0"]])
def test_input_is_not_overwritten(vm: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """The input is refused as output under any of its names, unless that is asked for."""
    soft, hard = vm.parent / "soft", vm.parent / "hard"
    soft.symlink_to(vm)
    hard.hardlink_to(vm)
    before = vm.read_bytes()
    line = f"qidl: {vm}: expected another file to write, found the input; --in-place replaces it\n"
    for output in (vm, soft, hard, f"{vm.parent}/./{vm.name}"):
        assert line == refused(capsys, command[0], vm, *command[1:], "-o", output)
    assert before == vm.read_bytes()
    assert 0 == main([command[0], str(vm), *command[1:], "--in-place"])
    assert before != vm.read_bytes()


def test_two_places_to_write_to(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An output and --in-place exclude each other."""
    with pytest.raises(SystemExit, match="2"):
        main(["set", str(vm), "hpet.config=1", "--in-place", "-o", "out"])
    assert "not allowed with" in capsys.readouterr().err


def test_source_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """C source is not replaced by what is generated from it."""
    source = tmp_path / "a.c"
    source.write_text("QIDL_DECLARE(A) {\n    int a;\n};\n")
    before = source.read_text()
    found = refused(capsys, "generate", source, "-o", source)
    assert (f"qidl: {source}: expected another file to write, found the input\n", before) == (found, source.read_text())


def test_save_over_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot stays what it is when it is saved where it came from, edited or not."""
    monkeypatch.setattr(reading, "LARGE", 0)
    path = tmp_path / "vm.qevm"
    path.write_bytes(captures.with_memory(captures.own("pc-1.1"), 100))
    snapshot, whole = qidl.load(path), qidl.load(path.read_bytes())
    for config in (1, 2):
        snapshot["hpet"].set("config", config)
        snapshot.save(path)
        assert config == qidl.load(path)["hpet"].state["config"]
        assert whole.ram["pc.ram"].read(0, 100 * 4096) == snapshot.ram["pc.ram"].read(0, 100 * 4096)
    converted = snapshot.convert("pc-1.0")
    converted.save(path)
    snapshot["hpet"].set("config", whole["hpet"].state["config"])
    assert whole.to_bytes() == snapshot.to_bytes()
    assert converted.to_bytes() == path.read_bytes()


# What has no end, and what is not there.


def test_device_without_an_end() -> None:
    """Of what is no stream from its first bytes on, no more is read."""
    with pytest.raises(qidl.WireError, match=r"expected a QEMU migration stream, .*, found '\\x00\\x00\\x00\\x00'"):
        qidl.load("/dev/zero")
    with pytest.raises(qidl.WireError, match="an empty file"):
        qidl.load(os.devnull)


def test_pipe_in_pieces(vm: Path) -> None:
    """What comes slowly is waited for."""
    read, write = os.pipe()
    data = vm.read_bytes()

    def send() -> None:
        for piece in (data[:1], data[1:3], data[3:]):
            os.write(write, piece)
            time.sleep(0.01)
        os.close(write)

    thread = threading.Thread(target=send)
    thread.start()
    assert "serial" in qidl.load(f"/dev/fd/{read}")
    thread.join()
    os.close(read)


COMMAND = [sys.executable, "-c", "import sys; from qidl.cli import main; sys.exit(main(sys.argv[1:]))"]
# Where output is not buffered, argparse keeps to itself that its help could not be written.
BUFFERED = {**os.environ, "PYTHONUNBUFFERED": ""}


def started_without(stream: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that was started without standard output, or errors."""
    command = ["sh", "-c", f'exec "$@" {stream}>&-', "sh", *COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=BUFFERED)


def output_to(sink: Any, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command whose standard output is given."""
    command = [*COMMAND, *arguments]
    return subprocess.run(command, stdout=sink, stderr=subprocess.PIPE, text=True, check=False, env=BUFFERED)


@pytest.mark.parametrize("arguments", [["show"], ["schema", "RTCState"], ["--help"]], ids=" ".join)
def test_started_without_output(arguments: list[str]) -> None:
    """Output that there is no place for is not lost without a word."""
    done = started_without(1, *arguments)
    assert (1, "qidl: standard output: Bad file descriptor\n") == (done.returncode, done.stderr)


def test_nothing_to_output(vm: Path) -> None:
    """A command that prints nothing needs no standard output."""
    done = started_without(1, "set", vm, "hpet.config=1", "--in-place")
    assert (0, "", 1) == (done.returncode, done.stderr, qidl.load(vm)["hpet"].state["config"])
    done = started_without(1, "set", vm, "hpet.config=2", "-o", "/dev/stdout")
    assert (1, "qidl: /dev/stdout: Bad file descriptor\n") == (done.returncode, done.stderr)


def test_started_without_errors(vm: Path) -> None:
    """A process that was started without standard error does what it can."""
    done = started_without(2, "show", vm)
    assert (0, True) == (done.returncode, "serial" in done.stdout)


@pytest.mark.parametrize("arguments", [["show"], ["--help"]], ids=" ".join)
def test_output_that_is_full(arguments: list[str]) -> None:
    """Where output does not fit, that is said of the output, and not of the input."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        done = output_to(full, *arguments)
    assert (1, "qidl: standard output: No space left on device\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize("arguments", [["show"], ["show", "--json"], ["schema", "RTCState"], ["--help"]], ids=" ".join)
def test_output_whose_reader_goes_away(arguments: list[str]) -> None:
    """A command whose output nobody reads any more ends as other programs do: silently, as SIGPIPE would end it."""
    read, write = os.pipe()
    os.close(read)
    done = output_to(write, *arguments)
    os.close(write)
    assert (128 + signal.SIGPIPE, "") == (done.returncode, done.stderr)


def test_too_little_memory(vm: Path) -> None:
    """Input for which there is no room is refused in one line."""
    process = python(
        """
        import resource, sys
        from qidl.cli import main
        import qidl.cli.verify
        def load(*_, **__):
            raise MemoryError
        qidl.cli.verify.load = load
        sys.exit(main(sys.argv[1:]))
        """,
        *("verify", vm),
    )
    found = f"qidl: {vm}: expected as much as there is memory for, found more\n"
    assert (found, 1) == (process.communicate()[1], process.returncode)


def test_name_that_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    """A variable of the shell that is not set is no wish to see the example."""
    assert "qidl: '': No such file or directory\n" == refused(capsys, "show", "")
