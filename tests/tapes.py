"""A visitor that records all that it is told, one that gives it back, and a device to record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import qidl
from qidl import (
    Declaration,
    InputVisitor,
    OutputVisitor,
    QEMUTimer,
    array,
    embedded,
    immutable,
    optional,
    string,
    uint8,
    uint32,
    visit,
)
from qidl.annotations import CType
from qidl.visitor import Name


@qidl.declare
class Channel:
    """A struct within others."""

    latch: uint8 = 0
    timer: QEMUTimer = -1


@qidl.declare
class Device:
    """A device with every kind of member."""

    enabled: bool = False
    count: uint8 = 0
    data: list[uint8] = array(4, size="count")
    config: bytearray = array(2)
    label: str = string(6)
    channel: Channel = embedded(Channel)
    channels: list[Channel] = array(2)
    parent: Channel | None = optional()
    has_limit: bool = False
    limit: uint32 = optional(0)
    scratch: uint8 = immutable(0)


class Tape(OutputVisitor):
    """Everything that a visitor is told, one call after the other."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self.calls.append(("start_struct", name, declaration.name))

    def end_struct(self) -> None:
        self.calls.append(("end_struct",))

    def start_list(self, name: Name, length: int) -> None:
        self.calls.append(("start_list", name, length))

    def end_list(self) -> None:
        self.calls.append(("end_list",))

    def optional(self, name: Name, present: bool) -> None:
        self.calls.append(("optional", name, present))

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        self.calls.append((ctype.name, name, value))

    def type_bool(self, name: Name, value: bool) -> None:
        self.calls.append(("bool", name, value))

    def type_str(self, name: Name, value: str) -> None:
        self.calls.append(("str", name, value))

    def type_buffer(self, name: Name, value: bytes) -> None:
        self.calls.append(("buffer", name, value))


class Replay(InputVisitor):
    """Gives back what a :class:`Tape` recorded, and insists on being asked the same."""

    def __init__(self, calls: list[tuple[Any, ...]]) -> None:
        self._calls: Iterator[tuple[Any, ...]] = iter(calls)

    def _next(self, *asked: object) -> Any:
        call = next(self._calls)
        assert asked == call[: len(asked)]
        return call[-1]

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self._next("start_struct", name, declaration.name)

    def end_struct(self) -> None:
        self._next("end_struct")

    def start_list(self, name: Name) -> int:
        length: int = self._next("start_list", name)
        return length

    def end_list(self) -> None:
        self._next("end_list")

    def optional(self, name: Name) -> bool:
        present: bool = self._next("optional", name)
        return present

    def type_int(self, name: Name, ctype: CType) -> int:
        value: int = self._next(ctype.name, name)
        return value

    def type_bool(self, name: Name) -> bool:
        value: bool = self._next("bool", name)
        return value

    def type_str(self, name: Name, capacity: int | None) -> str:
        value: str = self._next("str", name)
        return value

    def type_buffer(self, name: Name) -> bytes:
        value: bytes = self._next("buffer", name)
        return value


def recorded(obj: object) -> list[tuple[Any, ...]]:
    tape = Tape()
    visit(obj, tape)
    return tape.calls
