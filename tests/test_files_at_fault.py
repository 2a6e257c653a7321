"""What may go wrong while a file is written: each made to happen, the old file intact, one clear line."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import captures
import pytest
from processes import AS_ROOT, as_nobody, python

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


# Signals.

SLOW = """
    import os, sys, time
    from qidl.cli import main
    write = os.writev
    def slowly(descriptor, batch):
        os.writev = write
        # A part is written, and the rest takes its time.
        count = write(descriptor, batch[:1])
        print("writing", flush=True)
        time.sleep(float(sys.argv[1]))
        return count
    os.writev = slowly
    sys.exit(main(sys.argv[2:]))
"""


def stopped(vm: Path, number: signal.Signals, handler: Any, seconds: float) -> tuple[int, str]:
    """Send a signal to a command that writes its input anew; returns exit status and errors."""
    process = python(
        SLOW, seconds, "set", vm, "hpet.config=1", "--in-place", preexec_fn=lambda: signal.signal(number, handler)
    )
    assert process.stdout is not None
    assert "writing\n" == process.stdout.readline()
    process.send_signal(number)
    _, err = process.communicate()
    return process.returncode, err


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU, signal.SIGUSR1]
)
def test_signal_in_mid_write(vm: Path, number: signal.Signals) -> None:
    """A command that is stopped while it writes leaves the old file and nothing else, and says nothing."""
    assert (128 + number, "") == stopped(vm, number, signal.SIG_DFL, 60)
    assert ([vm], captures.own("pc-1.1")) == (list(vm.parent.iterdir()), vm.read_bytes())


def test_killed_in_mid_write(vm: Path) -> None:
    """A command that is killed leaves the old file, and what it had written of the new one, out of sight."""
    process = python(SLOW, 60, "set", vm, "hpet.config=1", "--in-place")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    assert ("", -signal.SIGKILL) == (process.communicate()[1], process.returncode)
    (left,) = (path for path in vm.parent.iterdir() if path != vm)
    assert (True, 0o600) == (left.name.startswith(".qidl-"), stat.S_IMODE(left.stat().st_mode))
    assert captures.own("pc-1.1") == vm.read_bytes()


def test_hangup_that_is_ignored(vm: Path) -> None:
    """What ``nohup`` runs goes on when the terminal goes away."""
    assert (0, "") == stopped(vm, signal.SIGHUP, signal.SIG_IGN, 0.2)
    assert 1 == qidl.load(vm)["hpet"].state["config"]


def test_handlers_are_put_back(vm: Path) -> None:
    """A program that runs a command has its own handlers afterwards."""
    program = """
        import signal, sys, threading
        from qidl.cli import main
        def ours(*_): pass
        signal.signal(signal.SIGHUP, ours)
        statuses = [main(["verify", sys.argv[1]])]
        thread = threading.Thread(target=lambda: statuses.append(main(["verify", sys.argv[1]])))
        thread.start()
        thread.join()
        found = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)
        print(statuses, found == (signal.SIG_DFL, ours), file=sys.stderr)
    """
    process = python(program, vm)
    assert ("[0, 0] True\n", 0) == (process.communicate()[1], process.returncode)


def test_ctrl_c_while_reading(vm: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends any command without a word."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qidl.cli.verify.load", interrupt)
    assert (130, ("", "")) == (main(["verify", str(vm)]), tuple(capsys.readouterr()))
