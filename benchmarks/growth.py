"""Loading machines of 1, 10 and 100 network cards, and of as many CPUs: the time for one should stay the same."""

from __future__ import annotations

import gzip
import statistics

from timing import DATA, machine, take_turns

import qidl
from qidl.section import Section
from qidl.wire.stream import write_preamble

_COUNTS = (1, 10, 100)


def main() -> None:
    """Print a line for each kind of machine."""
    print(machine())
    snapshot = qidl.load(gzip.decompress((DATA / "1.1.2-pc-1.1-reset.qevm.gz").read_bytes()))
    for name in ("e1000", "cpu"):
        streams = [_stream(snapshot[name], count) for count in _COUNTS]
        loads = take_turns([lambda s=s: qidl.load(s) for s in streams], rounds=51)
        states = take_turns([lambda s=s: _states(s) for s in streams], rounds=51)
        for what, times in (("load", loads), ("load, and every state", states)):
            each = [1e6 * statistics.median(found) / count for found, count in zip(times, _COUNTS, strict=True)]
            told = ", ".join(f"{count}: {one:.0f} μs" for count, one in zip(_COUNTS, each, strict=True))
            print(
                f"  {name:6} {what:22} for each of {told}; the last is {each[-1] / each[-2]:.2f} times the one before"
            )


def _stream(section: Section, count: int) -> bytes:
    """A stream of this section alone, over and over: in other slots where its name has one."""
    _, slash, name = section.idstr.rpartition("/")
    sections = b""
    for number in range(count):
        idstr = f"0000:{number >> 5:02x}:{number & 31:02x}.0{slash}{name}" if slash else name
        header = section.header._replace(section_id=number + 1, idstr=idstr, instance_id=number)
        sections += header.to_bytes() + bytes(section.payload)
    return write_preamble() + sections + b"\0"


def _states(stream: bytes) -> int:
    return sum(len(section.state) for section in qidl.load(stream).sections)


if __name__ == "__main__":
    main()
