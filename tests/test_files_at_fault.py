"""What may go wrong while a file is written: each made to happen, the old file intact, one clear line."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import captures
import pytest
from processes import AS_ROOT, as_nobody

import qidl
from qidl import files
from qidl.cli import main


@pytest.fixture
def vm(tmp_path: Path) -> Path:
    """A pc-1.1 stream in a file."""
    path = tmp_path / "vm.qevm"
    path.write_bytes(captures.own("pc-1.1"))
    return path


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 64 KiB, where one may be mounted."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "qidl", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(not AS_ROOT, reason="only root may mount")
def test_full_disk(vm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When a disk is full, the old file stays, nothing else does, and the error is of the file that was asked for."""
    with small_disk(vm.parent / "disk") as disk:
        out = disk / "out"
        out.write_bytes(b"old")
        with pytest.raises(OSError, match="No space left on device") as caught:
            files.write(out, [bytes(5000)] * 20)
        assert str(out) == caught.value.filename
        assert 1 == main(["set", str(vm), "hpet.config=1", "-o", str(out)])
        assert ("", f"qidl: {out}: No space left on device\n") == capsys.readouterr()
        assert ([out], b"old") == (list(disk.iterdir()), out.read_bytes())


def test_limit_on_files(vm: Path) -> None:
    """The same where not the disk but the process has a limit."""
    out = vm.parent / "out"
    out.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-m", "qidl", "convert", vm, "--to", "pc-1.0", "-o", out],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert (1, "", f"qidl: {out}: File too large\n") == (done.returncode, done.stdout, done.stderr)
    assert ({vm, out}, b"old") == (set(vm.parent.iterdir()), out.read_bytes())


def test_failure_at_the_end(vm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that only says so when the file is to be made safe, or to be renamed, is as full."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "something else")

    for call in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(os, call, fail)
            with pytest.raises(OSError, match=f"No space left on device: '{vm}'"):
                qidl.load(vm).save(vm)
        assert ([vm], captures.own("pc-1.1")) == (list(vm.parent.iterdir()), vm.read_bytes())


# Permissions.


def test_read_only_folder(open_to_all: Path) -> None:
    """In a folder that one may not write to, nothing is replaced, and nothing new is made."""
    folder = open_to_all / "folder"
    folder.mkdir()
    path, new = folder / "vm.qevm", folder / "new"
    path.write_bytes(captures.own("pc-1.1"))
    path.chmod(0o666)
    folder.chmod(0o555)
    try:
        for target, output in ((path, ["--in-place"]), (new, ["-o", new])):
            found = as_nobody("sys.exit(main(sys.argv[1:]))", "set", path, "hpet.config=1", *output)
            assert (1, "", f"qidl: {target}: Permission denied\n") == found
        assert ([path], captures.own("pc-1.1")) == (list(folder.iterdir()), path.read_bytes())
    finally:
        folder.chmod(0o755)


def test_unreadable_file(open_to_all: Path) -> None:
    """A file that one may not read is named."""
    path = open_to_all / "vm.qevm"
    path.write_bytes(captures.own("pc-1.1"))
    path.chmod(0)
    found = as_nobody("sys.exit(main(sys.argv[1:]))", "show", path)
    assert (1, "", f"qidl: {path}: Permission denied\n") == found
