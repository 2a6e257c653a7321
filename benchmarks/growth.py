"""Time for each of 1, 10 and 100: network cards and CPUs of a machine, errors of one port, blocks of guest memory.

It should stay the same, or fall while what is done once is shared by more.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import captured
import qidl
from qidl.levels import NEWEST
from qidl.section import Section
from qidl.wire.layouts.pcie_ports import PCIE_AER_LOG
from qidl.wire.primitives import State
from qidl.wire.ram import PAGE_SIZE
from qidl.wire.ram_records import block_list, ram_sections
from qidl.wire.stream import write_preamble
from timing import machine, ratio, row, take_turns

_COUNTS = (1, 10, 100)


def main() -> None:
    """Print the table."""
    print(machine())
    print(row("time for each of", [*map(str, _COUNTS), "100 to 10"]))
    snapshot = captured.machine(captured.NEWEST)
    for name in ("e1000", "cpu"):
        streams = [several(snapshot[name], count) for count in _COUNTS]
        _print(f"{name}: load", qidl.load, streams)
        _print(f"{name}: states", _states, streams)
        _print(f"{name}: objects", _objects, streams)
    PCIE_AER_LOG.compile_now()
    logs = [log(count) for count in _COUNTS]
    _print("errors: decode", PCIE_AER_LOG.decode, [PCIE_AER_LOG.encode(state) for state in logs])
    _print("errors: encode", PCIE_AER_LOG.encode, logs)
    _print("100 blocks: load", qidl.load, [listed(100 * count) for count in _COUNTS])


def several(section: Section, count: int) -> bytes:
    """A stream of this section alone, over and over: in other slots where its name has one."""
    _, slash, name = section.idstr.rpartition("/")
    sections = b""
    for number in range(count):
        idstr = f"0000:{number >> 5:02x}:{number & 31:02x}.0{slash}{name}" if slash else name
        header = section.header._replace(section_id=number + 1, idstr=idstr, instance_id=number)
        sections += header.to_bytes() + bytes(section.payload)
    return write_preamble() + sections + b"\0"


def log(count: int) -> State:
    """The error log of a PCI Express port, with so many errors in it."""
    error = {"status": 1, "source_id": 0, "flags": 0, "header": [0] * 4, "prefix": [0] * 4}
    return {"log_num": count, "log_max": max(_COUNTS), "log": [error] * count}


def listed(count: int) -> bytes:
    """A stream of so many blocks of guest memory, each in a list of its own, as no QEMU writes them."""
    lists = b"".join(block_list({f"block {number}": PAGE_SIZE}) for number in range(count))
    return write_preamble() + b"".join(ram_sections([lists])) + b"\0"


def _states(stream: bytes) -> object:
    return [section.state for section in qidl.load(stream, NEWEST).sections]


def _objects(stream: bytes) -> object:
    return [section.device() for section in qidl.load(stream, NEWEST).sections]


def _print(label: str, function: Callable[[Any], object], of: Sequence[object]) -> None:
    times = take_turns([partial(function, one) for one in of], rounds=51)
    each = [f"{1e6 * statistics.median(found) / count:.1f} μs" for found, count in zip(times, _COUNTS, strict=True)]
    print(row(label, [*each, f"{ratio(times[-1], times[-2]) * _COUNTS[-2] / _COUNTS[-1]:.2f}"]))


if __name__ == "__main__":
    main()
