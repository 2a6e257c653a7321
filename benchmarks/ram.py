"""Loading a gigabyte of guest memory, every page found, against ``cat FILE >/dev/null``.

The stream is made on the spot, in a temporary file: pages that all come whole; and pages that come whole or as one
byte, at random. It is written in large pieces, and in pieces of 32 KiB as QEMU writes: the kernel keeps in its cache
together what is written together, and that decides what it takes to map it.
"""

from __future__ import annotations

import itertools
import os
import random
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from struct import pack

import qidl
from qidl.wire.ram import COMPRESS, CONTINUE, EOS, MEM_SIZE, PAGE, PAGE_SIZE
from qidl.wire.stream import Header, SectionType, write_preamble
from timing import machine, median_ms, process, ratio, row, take_turns

_KINDS = {"whole": 1.0, "whole or one byte": 0.5}
"""By name, the chance of a page to come whole."""

_PIECES = (1 << 24, 1 << 15)
_NAME = b"\x06pc.ram"


def main() -> None:
    """Print a line for each kind of stream."""
    if len(sys.argv) > 1:
        print(_peak(Path(sys.argv[1])))
        return
    print(machine())
    print(row("pages", ("written by", "number", "times as fast", "load", "cat", "peak memory")))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "stream"
        for kind, piece in itertools.product(_KINDS, _PIECES):
            pages = write(path, _KINDS[kind], piece)
            assert pages == pages_of(path)
            cat, load = take_turns([process("cat", path), partial(qidl.load, path)], rounds=9)
            peak = subprocess.run([sys.executable, __file__, path], check=True, capture_output=True, text=True).stdout
            times = (f"{ratio(cat, load):.1f}", median_ms(load), median_ms(cat))
            print(row(kind, (f"{piece >> 10} KiB", f"{pages}", *times, f"{peak.strip()} MiB")))


def write(path: Path, chance_of_whole: float, piece: int, size: int = 1 << 30) -> int:
    """Write a stream of about ``size`` bytes in pieces of about ``piece``, and return the number of pages in it."""
    rng, page = random.Random(1), os.urandom(PAGE_SIZE)
    start = Header(SectionType.START, 1, "ram", 0, 4, 0, 0).to_bytes()
    # The list of blocks: as much memory as there may be pages.
    length = 1 << 40
    number, parts = 0, [write_preamble(), start, pack(">Q", length | MEM_SIZE), _NAME, pack(">Q", length)]
    with open(path, "wb") as file:
        while file.tell() < size:
            written = 0
            while written < piece:
                is_whole = rng.random() < chance_of_whole
                flags = (PAGE if is_whole else COMPRESS) | (CONTINUE if number else 0)
                record = pack(">Q", number * PAGE_SIZE | flags) + (b"" if number else _NAME)
                parts += (record, page if is_whole else b"\0")
                written += len(record) + len(parts[-1])
                number += 1
            file.write(b"".join(parts))
            parts = []
        file.write(pack(">Q", EOS) + b"\0")
    return number


def pages_of(path: Path) -> int:
    """The number of pages that a load finds."""
    ram = qidl.load(path).sections[0].state
    return int(ram["full"] + ram["filled"])


def _peak(path: Path) -> int:
    """MiB that this process holds at the most while it loads a stream, beyond what it holds before."""
    before = _held()
    qidl.load(path)
    return (_held() - before) >> 10


def _held() -> int:
    """KiB that this process has held at the most."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
