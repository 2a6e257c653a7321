"""Finding every page of a gigabyte of guest memory, against ``cat FILE >/dev/null``.

The stream is made on the spot, in a temporary file: pages that all come whole; and pages that come
whole or as one byte, at random.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from struct import pack

from timing import machine, median_ms, ratio, run, take_turns

from qidl import files
from qidl.walk import walk
from qidl.wire.ram import COMPRESS, CONTINUE, EOS, MEM_SIZE, PAGE, PAGE_SIZE
from qidl.wire.stream import Header, SectionType, write_preamble

_SIZE = 1 << 30
_CHUNK = 1 << 24
_NAME = b"\x06pc.ram"


def main() -> None:
    """Print a line for each kind of stream."""
    if len(sys.argv) > 1:
        print(_peak(Path(sys.argv[1])))
        return
    print(machine())
    with tempfile.TemporaryDirectory() as directory:
        for kind, chance in (("pages that come whole", 1.0), ("whole or as one byte, at random", 0.5)):
            path = Path(directory) / "stream"
            pages = _write(path, chance)
            cat, scan = take_turns([lambda: run("cat", str(path)), lambda: walk(files.read(path))], rounds=9)  # noqa: B023
            found = f"{ratio(cat, scan):4.1f} times as fast as cat ({median_ms(scan)}, {median_ms(cat)})"
            peak = subprocess.run([sys.executable, __file__, path], check=True, capture_output=True, text=True).stdout
            print(f"{kind:32} {pages} pages: {found}, peak memory {peak.strip()} MiB beyond the imports")
            path.unlink()


def _write(path: Path, chance_of_whole: float) -> int:
    """Write a stream of a gigabyte, and return the number of pages in it."""
    rng, page = random.Random(1), os.urandom(PAGE_SIZE)
    start = Header(SectionType.START, 1, "ram", 0, 4, 0, 0).to_bytes()
    # The list of blocks: as much memory as there may be pages.
    length = 1 << 40
    number, parts = 0, [write_preamble(), start, pack(">Q", length | MEM_SIZE), _NAME, pack(">Q", length)]
    with open(path, "wb") as file:
        while file.tell() < _SIZE:
            size = 0
            while size < _CHUNK:
                is_whole = rng.random() < chance_of_whole
                flags = (PAGE if is_whole else COMPRESS) | (CONTINUE if number else 0)
                record = pack(">Q", number * PAGE_SIZE | flags) + (b"" if number else _NAME)
                parts += (record, page if is_whole else b"\0")
                size += len(record) + len(parts[-1])
                number += 1
            file.write(b"".join(parts))
            parts = []
        file.write(pack(">Q", EOS) + b"\0")
    return number


def _peak(path: Path) -> int:
    """MiB that this process holds at the most while it walks a stream, beyond what it holds before."""
    before = _held()
    walk(files.read(path))
    return (_held() - before) >> 10


def _held() -> int:
    """KiB that this process has held at the most."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
