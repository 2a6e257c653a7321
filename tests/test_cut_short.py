"""A file that loses bytes while it is mapped: one line says so, and the process lives.

Touching what is lost would end the process. So whatever is to be tried is tried in a process of its own,
which is this file run as a program.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import captures
import pytest

import qidl
from qidl import FileCutShort, Snapshot, files
from qidl.cli import main
from qidl.explain import obstacles
from qidl.files import lease, reading

PAGES = 300


@functools.cache
def stream() -> bytes:
    """A machine with a megabyte of memory."""
    return captures.with_memory(captures.own("pc-1.1"), PAGES)


OPERATIONS: dict[str, Callable[[Snapshot, Path], Any]] = {
    "payload": lambda snapshot, _: bytes(snapshot["hpet"].payload),
    "state": lambda snapshot, _: snapshot["hpet"].state,
    "payloads of memory": lambda snapshot, _: [section.encode() for section in snapshot if section.is_live],
    "index of memory": lambda snapshot, _: snapshot.ram["pc.ram"].addresses(),
    "memory": lambda snapshot, _: snapshot.ram["pc.ram"].read(0, PAGES * 4096),
    "explain": lambda snapshot, _: obstacles(snapshot, "pc-1.0"),
    "convert": lambda snapshot, _: snapshot.convert("pc-1.0").to_bytes(),
    "diff": lambda snapshot, _: list(qidl.diff(snapshot, qidl.load(stream()))),
    "to_bytes": lambda snapshot, _: snapshot.to_bytes(),
    "save": lambda snapshot, folder: snapshot.save(folder / "out"),
}
"""Whatever looks at the file after it was loaded."""


def fresh(folder: Path) -> Path:
    """The stream in a file that has not been cut."""
    path = folder / "vm.qevm"
    path.unlink(missing_ok=True)
    path.write_bytes(stream())
    return path


def check_cut(path: Path, length: int, operation: Callable[[], object]) -> None:
    """Do what is to fail, and assert that it says of which file, what was expected, and what was found."""
    try:
        operation()
    except FileCutShort as error:
        found = str(error)
    else:
        found = "nothing"
    assert f"{path}: expected {len(stream())} bytes, found {length}: it was cut short while it was read" == found


def cut_after_loading(name: str, folder: Path) -> None:
    """Cut the file between loading and another look: all of it, in the middle of a page, and one byte."""
    for length in (0, len(stream()) // 2 + 1, len(stream()) - 1):
        path = fresh(folder)
        snapshot = qidl.load(path)
        os.truncate(path, length)
        check_cut(path, length, functools.partial(OPERATIONS[name], snapshot, folder))
        assert [path] == list(folder.iterdir())


def cut_between_looks(kind: str, folder: Path) -> None:
    """Cut the file just before the n-th look whether it is there, for one n after another."""
    if kind == "without a lease":
        lease._take = lambda _: False  # type: ignore[assignment]
    look = reading.MappedFile.check_length
    moments = [-1]

    def cutting(mapped: reading.MappedFile) -> None:
        moments[0] -= 1
        if moments[0] == 0:
            other = threading.Thread(target=os.truncate, args=(mapped.path, 5000))
            other.start()
            held = mapped._lease
            while other.is_alive() and not (held._is_held and lease._is_wanted(held._descriptor)):
                time.sleep(0)
            # Whoever looks makes way, and then sees what came of it, once the other has had its turn.
            with contextlib.suppress(FileCutShort):
                look(mapped)
            other.join()
        look(mapped)

    def everything() -> None:
        snapshot = qidl.load(path)
        for name, operation in OPERATIONS.items():
            if name != "save":
                operation(snapshot, folder)

    reading.MappedFile.check_length = cutting  # type: ignore[method-assign]
    path = fresh(folder)
    everything()
    total = -1 - moments[0]
    assert total > 300, total
    for moment in (*range(1, total, 37), total):
        path = fresh(folder)
        moments[0] = moment
        check_cut(path, 5000, everything)


def harmless(change: str, folder: Path) -> None:
    """What happens to the name of the file, or behind its end, is not noticed."""
    path = fresh(folder)
    snapshot = qidl.load(path)
    if change == "grows":
        with path.open("ab") as file:
            file.write(b"more")
    elif change == "is replaced":
        files.write(path, [b"short"])
    elif change == "is moved":
        path.rename(folder / "elsewhere")
    else:
        path.unlink()
    assert stream() == snapshot.to_bytes()
    assert snapshot.ram["pc.ram"].read(0, 12288) == qidl.load(stream()).ram["pc.ram"].read(0, 12288)


PROGRAMS = {function.__name__: function for function in (cut_after_loading, cut_between_looks, harmless)}


def check(program: Callable[[str, Path], None], argument: str, folder: Path) -> None:
    """Run a function in a process of its own."""
    command = [sys.executable, __file__, program.__name__, argument, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", OPERATIONS)
def test_cut_after_loading(tmp_path: Path, name: str) -> None:
    """Whatever looks at a file that has been cut since it was loaded says so, and writes nothing."""
    check(cut_after_loading, name, tmp_path)


@pytest.mark.parametrize("kind", ["with a lease", "without a lease"])
def test_cut_between_looks(tmp_path: Path, kind: str) -> None:
    """At whatever moment the file is cut, the next look notices."""
    check(cut_between_looks, kind, tmp_path)


@pytest.mark.parametrize("change", ["grows", "is replaced", "is moved", "is deleted"])
def test_harmless(tmp_path: Path, change: str) -> None:
    """A file that grows, or another that takes its name, changes nothing."""
    check(harmless, change, tmp_path)


def test_cut_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a file that is cut before they are written are the system's to read, which has no harm from it."""
    monkeypatch.setattr(reading, "LARGE", 0)
    out = tmp_path / "out"
    out.write_bytes(b"old")
    for length in (0, 4096 * 20, len(stream()) - 1):
        path = fresh(tmp_path)
        pieces = list(qidl.load(path).pieces())
        os.truncate(path, length)
        check_cut(path, length, functools.partial(files.write, out, pieces))
        assert ({path, out}, b"old") == (set(tmp_path.iterdir()), out.read_bytes())


def test_fault_of_another_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that cannot be read, although the file is there, is an error of the system's."""

    def fail(*_: object) -> int:
        raise OSError(14, "Bad address")

    monkeypatch.setattr(os, "writev", fail)
    with pytest.raises(OSError, match=r"Bad address: '.*out'"):
        files.write(tmp_path / "out", [memoryview(b"data")])


@pytest.mark.parametrize("command", ["show", "verify", "set", "convert"])
def test_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The command says it on one line, which names the file once."""
    path, out = fresh(tmp_path), tmp_path / "out"
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading.MappedFile, "size", lambda _: 5000)
    more = {"set": ["hpet.config=1", "-o", str(out)], "convert": ["--to", "pc-1.0", "-o", str(out)]}
    assert 1 == main([command, str(path), *more.get(command, [])])
    captured = capsys.readouterr()
    expected = f"qidl: {path}: expected {len(stream())} bytes, found 5000: it was cut short while it was read\n"
    assert ("", expected) == (captured.out, captured.err)
    assert not out.exists()


def test_diff_names_the_right_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two files, the one that was cut is named, although the other was loaded last."""
    path, other = fresh(tmp_path), tmp_path / "other"
    shutil.copy(path, other)
    monkeypatch.setattr(reading, "LARGE", 0)
    size = reading.MappedFile.size
    is_loaded: list[str] = []
    monkeypatch.setattr("qidl.cli.diff.diff", lambda left, right: is_loaded.append("both") or qidl.diff(left, right))
    monkeypatch.setattr(
        reading.MappedFile, "size", lambda file: 5000 if is_loaded and file.path == str(path) else size(file)
    )
    assert 1 == main(["diff", str(path), str(other)])
    assert capsys.readouterr().err.startswith(f"qidl: {path}: expected")


def test_memory_beyond_the_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guest memory is read without touching what is mapped: a file that is cut at that very moment is noticed."""
    monkeypatch.setattr(reading, "LARGE", 0)
    path = fresh(tmp_path)
    block = qidl.load(path).ram["pc.ram"]
    first = block.read(0, 4096)
    monkeypatch.setattr(reading.MappedFile, "check_length", lambda _: None)
    os.truncate(path, 4096 * 10)
    assert first == block.read(0, 4096)
    with pytest.raises(FileCutShort, match=f"expected {len(stream())} bytes, found 40960: it was cut short"):
        block.read(100 * 4096, 4096)


def test_small_files_cannot_be_cut(tmp_path: Path) -> None:
    """What is no large file is in memory once it is loaded."""
    path = fresh(tmp_path)
    snapshot = qidl.load(path)
    os.truncate(path, 0)
    assert stream() == snapshot.to_bytes()


def test_large_files_are_mapped(tmp_path: Path) -> None:
    """A file is mapped if it is longer than the limit."""
    path = tmp_path / "file"
    for length, is_mapped in ((reading.LARGE, False), (reading.LARGE + 1, True)):
        with path.open("wb") as file:
            file.truncate(length)
        view = files.read(path)
        assert (length, is_mapped) == (len(view), isinstance(view.obj, reading.MappedFile))


def test_file_that_cannot_be_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system maps nothing, a large file is read as a small one is."""

    def refuse(*_: object) -> None:
        raise OSError(19, "No such device")

    path = fresh(tmp_path)
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading, "MappedFile", refuse)
    assert stream() == bytes(files.read(path))


if __name__ == "__main__":
    reading.LARGE = 0  # type: ignore[misc]
    PROGRAMS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
