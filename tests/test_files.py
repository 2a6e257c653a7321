"""Files are read without being copied, and written whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from qidl import files
from qidl.files import reading, writing


def test_write_and_read(tmp_path: Path) -> None:
    """Pieces are put together."""
    path = tmp_path / "file"
    files.write(path, [b"ab", memoryview(b"cd"), b""])
    assert b"abcd" == bytes(files.read(path))
    assert [path] == list(tmp_path.iterdir())


@given(
    st.lists(st.binary(max_size=40) | st.binary(max_size=40).map(memoryview), max_size=12),
    st.integers(1, 50),
    st.integers(1, 5),
    st.integers(1, 60),
)
def test_write_in_parts(pieces: list[bytes | memoryview], at_once: int, most: int, taken: int) -> None:
    """However pieces are put together for the system, and however little it takes, the file is all of them."""
    writev = os.writev

    def take(descriptor: int, batch: list[memoryview]) -> int:
        assert len(batch) <= most
        assert sum(map(len, batch)) <= at_once
        return writev(descriptor, [b"".join(batch)[:taken]])

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(writing, "_AT_ONCE", at_once)
        patched.setattr(writing, "_MOST", most)
        patched.setattr(os, "writev", take)
        path = Path(folder) / "file"
        files.write(path, pieces)
        assert b"".join(pieces) == path.read_bytes()


def test_read_of_a_pipe(tmp_path: Path) -> None:
    """What cannot be mapped is read."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["sh", "-c", f"printf data > {path}"]):
        assert b"data" == bytes(files.read(path))


def test_mode_is_kept(tmp_path: Path) -> None:
    """A file that is replaced keeps its mode; a new one has that of the process's mask."""
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o640)
    files.write(path, [b"new"])
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "other", [b"new"])
    finally:
        os.umask(before)
    assert 0o640 == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_symbolic_link(tmp_path: Path) -> None:
    """Writing through a link writes what it points to, and leaves the link."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    files.write(link, [b"new"])
    assert (True, b"new") == (link.is_symlink(), target.read_bytes())


def test_input_stays_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is mapped can be replaced by what is made of it."""
    monkeypatch.setattr(reading, "LARGE", 0)
    path = tmp_path / "file"
    path.write_bytes(b"data" * 10_000)
    mapped = files.read(path)
    files.write(path, [mapped, b"more"])
    assert b"data" * 10_000 == bytes(mapped)
    assert b"data" * 10_000 + b"more" == path.read_bytes()


def _failing() -> Iterator[bytes]:
    yield b"half"
    raise RuntimeError("interrupted")


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """An error in the middle leaves what was there, and nothing beside it."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        files.write(path, _failing())
    assert ([path], b"old") == (list(tmp_path.iterdir()), path.read_bytes())


def test_target_is_a_folder(tmp_path: Path) -> None:
    """A folder cannot be replaced by a file."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        files.write(tmp_path / "folder", [b"data"])
    assert [tmp_path / "folder"] == list(tmp_path.iterdir())


def test_no_such_folder(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(FileNotFoundError):
        files.write(tmp_path / "no" / "file", [b"data"])


def test_full_disk(tmp_path: Path) -> None:
    """When there is no room left, the old file stays."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    # A limit on the size of files stands for the disk's.
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            files.write(path, [bytes(600)] * 5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert ([path], b"old") == (list(tmp_path.iterdir()), path.read_bytes())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_signal_in_mid_write(tmp_path: Path, number: signal.Signals) -> None:
    """A process that is stopped while it writes leaves the old file intact."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = textwrap.dedent(
        f"""
        import os, signal
        from qidl import files
        # A process in the background may have been started with SIGINT ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        def pieces():
            yield b"half"
            os.kill(os.getpid(), {int(number)})
            yield b"more"
        files.write({str(path)!r}, pieces())
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert 0 != done.returncode
    assert b"old" == path.read_bytes()


def test_folder_that_cannot_be_synchronised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a folder cannot be opened to be synchronised, the file is written all the same."""
    before = os.open

    def refuse(path: object, flags: int, *rest: int) -> int:
        if flags == os.O_RDONLY:
            raise PermissionError(13, "Permission denied")
        return before(path, flags, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    files.write(tmp_path / "file", [b"data"])
    assert b"data" == (tmp_path / "file").read_bytes()
