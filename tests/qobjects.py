"""A device with every kind of member, and its QObject."""

from __future__ import annotations

import copy
from typing import Any

import qidl
from qidl import IRQ, QEMUTimer, array, derived, embedded, immutable, int32, optional, string, uint8, uint32, uint64


@qidl.declare
class Timer:
    """A struct within others."""

    cmp: uint64 = 0
    qemu_timer: QEMUTimer = -1


@qidl.declare
class Device:
    """A device with every kind of member."""

    enabled: bool = False
    count: uint8 = 0
    data: list[uint8] = array(4, size="count")
    config: bytearray = array(3)
    label: str = string(6)
    timer: Timer = embedded(Timer)
    timers: list[Timer] = array(2)
    grid: list[list[int32]] = array(2, 2)
    waiters: list[uint32] = array()
    parent: Timer | None = optional()
    has_backlog: bool = False
    backlog: uint32 = optional(0)
    irq: IRQ | None = None
    reset_value: uint8 = immutable(7)
    total: uint32 = derived(0)

    def post_load(self) -> None:
        self.total = sum(self.data[: self.count])


def device() -> Device:
    return Device(
        enabled=True,
        count=2,
        data=[3, 4, 0, 0],
        config=bytearray(b"\1\2\3"),
        label="µs",
        timer=Timer(cmp=2**64 - 1),
        timers=[Timer(cmp=1), Timer(qemu_timer=-(2**63))],
        grid=[[1, -1], [2, -2]],
        waiters=[9],
        parent=Timer(),
        has_backlog=True,
        backlog=5,
        total=7,
    )


QOBJECT: dict[str, Any] = {
    "enabled": True,
    "count": 2,
    "data": [3, 4],
    "config": b"\1\2\3",
    "label": "µs",
    "timer": {"cmp": 2**64 - 1, "qemu_timer": -1},
    "timers": [{"cmp": 1, "qemu_timer": -1}, {"cmp": 0, "qemu_timer": -(2**63)}],
    "grid": [[1, -1], [2, -2]],
    "waiters": [9],
    "parent": {"cmp": 0, "qemu_timer": -1},
    "has_backlog": True,
    "backlog": 5,
}


def changed(**members: Any) -> dict[str, Any]:
    """The QObject of :func:`device` with some members changed."""
    return copy.deepcopy(QOBJECT) | members


def without(*names: str) -> dict[str, Any]:
    """The QObject of :func:`device` without some members."""
    return {name: value for name, value in changed().items() if name not in names}


TIMER = {"cmp": 0, "qemu_timer": -1}
