"""Device objects to QObjects and back, in times as fast as attrs and cattrs; of the devices of pc-1.3, and of a PIC.

More is better. ``asdict`` takes every field, as one would call it; ``filtered`` only those that travel, as do the
others. cattrs has made functions for each class, ``unstructure`` and ``structure``, and validates without details.
qidl alone looks at each value's range, runs the hooks ``pre_save`` and ``post_load``, and fills arrays up to their
capacity.
"""

from __future__ import annotations

import statistics
from functools import partial
from typing import Any

import attrs

import captured
from peers.as_attrs import asdict, converter
from qidl import Snapshot, from_qobject, to_qobject
from timing import machine, ratio, row, take_turns

DEVICES = ("i8259", "mc146818rtc", "hpet", "i8254", "apic", "cpu", "fdc", "ide", "e1000")


def main() -> None:
    """Print the table."""
    print(machine())
    snapshot = captured.machine(captured.NEWEST)
    print(f"\n{captured.NEWEST}: times as fast as")
    print(row("", ("asdict", "filtered", "unstructure", "structure")))
    found = []
    for name in DEVICES:
        device = used(snapshot, name)
        check(device)
        found.append(_times_as_fast(device))
        print(row(name, map("{:.2f}".format, found[-1])))
    print(row("median", (f"{statistics.median(column):.2f}" for column in zip(*found, strict=True))))


def used(snapshot: Snapshot, name: str) -> Any:
    """The device object of a section, its arrays cut to what is in use: others know of no more."""
    device = snapshot[name, 0].device()
    if name == "hpet":
        del device.timer[device.num_timers :]
    return device


def check(device: Any) -> None:
    """Hold what all of them make of a device against each other."""
    cls, convert = type(device), converter()
    qobject = to_qobject(device)
    assert qobject == asdict(cls)(device) == convert.unstructure(device)
    assert qobject == to_qobject(from_qobject(cls, qobject))
    assert qobject == convert.unstructure(convert.structure(qobject, cls))


def _times_as_fast(device: Any) -> list[float]:
    """Than asdict, likewise with its filter, and than cattrs in both ways."""
    cls, convert = type(device), converter()
    qobject = to_qobject(device)
    own, *others = take_turns(
        [partial(function, device) for function in (to_qobject, attrs.asdict, asdict(cls), convert.unstructure)]
    )
    ours, theirs = take_turns([partial(from_qobject, cls, qobject), partial(convert.structure, qobject, cls)])
    return [*(ratio(other, own) for other in others), ratio(theirs, ours)]


if __name__ == "__main__":
    main()
