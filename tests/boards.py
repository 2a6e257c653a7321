"""A declared class with a field of most kinds, for tests of declarations."""

from __future__ import annotations

from typing import Any

import qidl
from qidl import (
    IRQ,
    Field,
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    declaration,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    optional,
    string,
    uint8,
    uint32,
)
from qidl.annotations import CType
from qidl.declaration import Integer


@qidl.declare
class _Timer:
    """A struct whose name begins with an underscore, and so does a field of it."""

    _tn: uint8 = 0
    expires: QEMUTimer = -1
    owner: _Board | None = elsewhere(reason="pointer back")


@qidl.declare
class _Board:
    """A device with a field of most kinds."""

    count: uint8 = 0
    enabled: bool = False
    label: str = string(8)
    prefix: str = string(8, size="count")
    model: str = ""
    timer: _Timer = embedded(_Timer)
    spare: _Timer | None = None
    fixed: list[uint32] = array(3)
    sized: list[uint8] = array(16, size="count")
    pointed: list[uint8] = array(size="count")
    linked: list[uint8] = array()
    literal: list[uint8] = array(4, size=2)
    grid: list[list[int32]] = array(2, 3)
    config: bytearray = array(4)
    pages: list[bytearray] = array(2, 3)
    timers: list[_Timer] = array(2)
    has_backlog: bool = False
    backlog: uint32 = optional(5)
    late: QEMUTimer | None = optional()
    irq: IRQ | None = None
    region: MemoryRegion = immutable(reason="made again")
    rate: float = derived(0.0)
    chr: NoSuchType | None = broken()  # noqa: F821

    def post_load(self) -> None:
        self.rate = float(self.count)


UINT8 = Integer(CType("uint8", "uint8_t", 1, False))


def the(cls: Any, name: str = "x") -> Field:
    """One field of a declared class."""
    return declaration(cls).by_name[name]
