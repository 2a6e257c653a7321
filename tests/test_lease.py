"""Leases: whoever wants to cut a file waits, until whoever reads it makes way."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qidl.files.lease import Lease


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of 100 bytes."""
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    return path


@pytest.fixture
def lease(path: Path) -> Iterator[Lease]:
    """A lease on it, where there is such a thing."""
    descriptor = os.open(path, os.O_RDONLY)
    lease = Lease(descriptor)
    with lease:
        is_granted = lease._is_held
    if not is_granted:
        pytest.skip("the system grants no lease")
    yield lease
    os.close(descriptor)


def start_to_cut(path: Path) -> threading.Thread:
    """Cut the file as another program would; returns once that is done, or waits."""
    thread = threading.Thread(target=os.truncate, args=(path, 5))
    thread.start()
    thread.join(0.2)
    return thread


def test_waiting(path: Path, lease: Lease) -> None:
    """A file that is leased is not cut before way is made, and no signal tells of who waits."""
    told: list[int] = []
    before = {number: signal.signal(number, lambda n, _: told.append(n)) for number in (signal.SIGIO, signal.SIGURG)}
    try:
        with lease:
            lease.make_way()
            other = start_to_cut(path)
            assert (True, 100) == (other.is_alive(), path.stat().st_size)
            while other.is_alive():
                lease.make_way()
            assert 5 == path.stat().st_size
            assert lease._is_held
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert [] == told


def test_end_of_the_last(path: Path, lease: Lease) -> None:
    """Of several that hold one lease, the last gives it back."""
    with lease:
        with lease:
            pass
        other = start_to_cut(path)
        assert other.is_alive()
    other.join()
    assert (5, False) == (path.stat().st_size, lease._is_held)


def test_file_that_somebody_writes_to(path: Path, lease: Lease) -> None:
    """There is no lease on a file that is open for writing; all goes on without."""
    with path.open("r+b") as file, lease:
        assert not lease._is_held
        lease.make_way()
        file.truncate(5)
    assert 5 == path.stat().st_size


def test_lease_that_was_taken_away(path: Path, lease: Lease) -> None:
    """The system takes a lease from whoever holds it for too long while somebody waits: then there is none to give."""
    with lease:
        take_away(lease)
        other = start_to_cut(path)
        other.join()
    assert not lease._is_held
    with lease:
        other = start_to_cut(path)
        take_away(lease)
        other.join()
        lease.make_way()
        assert lease._is_held


def take_away(lease: Lease) -> None:
    """End it as the system does, which tells nobody."""
    fcntl.fcntl(lease._descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
