"""A layout of a user's own: fields of every kind, versions, conditions and subsections."""

# pyright: strict

from __future__ import annotations

from typing import Any

from qidl import WireError
from qidl.wire.primitives import (
    Again,
    Array,
    AtLeast,
    Before,
    Bool,
    Buffer,
    Equal,
    Int32,
    Listed,
    Only,
    Range,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Unused,
    When,
)
from qidl.wire.vmstate import VMState


def has_backlog(state: dict[str, Any]) -> bool:
    count: int = state["count"]
    return count > 4


CHANNEL = VMState("channel", version_id=1, fields=["latch" / UInt16, "timer" / Timer * "next interrupt"])

TIMEOUT = VMState("uart/timeout", version_id=1, fields=["timeout" / UInt64 * "ns"])

UART = VMState(
    "uart",
    version_id=3,
    minimum_version_id=2,
    fields=[
        "version" / AtLeast(Int32, 2),
        "ports" / Equal(UInt8, 4),
        "level" / Range(UInt8, 0, 1) * "of the interrupt line",
        "enabled" / Bool,
        "config" / Buffer(16),
        "unused" / Unused(4),
        "count" / Since(3, UInt8) * "bytes that wait",
        "old_count" / Before(3, UInt32),
        "middle" / Only(2, UInt32),
        "data" / Since(3, Array("count", UInt8)),
        "backlog" / Since(3, When(has_backlog, UInt32)),
        "mode" / When("enabled", UInt8),
        "level" / Again("level", UInt8),
        "channels" / Array(2, CHANNEL),
        "waiters" / Listed(1, UInt32),
    ],
    subsections=[TIMEOUT, VMState("uart/flag", version_id=1)],
)


def load(payload: bytes) -> dict[str, Any]:
    try:
        return UART.decode(payload, 3, section="uart")
    except WireError as error:
        parts: tuple[str, str, int | None, str, str] = (
            error.section,
            error.path,
            error.offset,
            error.expected,
            error.found,
        )
        raise SystemExit(" ".join(map(str, parts))) from error


def save(state: dict[str, Any]) -> bytes:
    return UART.encode(state, 3, section="uart")


names: list[str] = [description.name for description in UART.walk()]
paths: list[str] = [member.path for member in UART.members]
