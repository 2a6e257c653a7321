"""A device, as a user would declare it: made, dumped, loaded, filled and described."""

# pyright: strict

from __future__ import annotations

from typing import Any, Self, assert_type

import qidl
from qidl import (
    IRQ,
    Mark,
    MemoryRegion,
    Property,
    QEMUTimer,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    optional,
    properties,
    property_,
    standard,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)


@qidl.declare
class FIFO:
    """A queue of bytes."""

    count: uint8 = 0
    data: list[uint8] = array(16, size="count")
    raw: bytearray = array(4)
    label: str = string(8, "rx")
    owner: UART | None = elsewhere(reason="pointer back")


@qidl.declare(mark=Mark.IMMUTABLE)
class Backend:
    """A host object of which one field travels."""

    name: str = ""
    sent: uint64 = standard(0)


@qidl.declare
class UART:
    """A serial port."""

    divider: uint16
    lcr: uint8 = 0
    enabled: bool = False
    rx: FIFO = embedded(FIFO)
    tx: FIFO = embedded(FIFO, label="tx")
    channels: list[FIFO] = array(2)
    matrix: list[list[int32]] = array(2, 3)
    waiters: list[uint32] = array()
    timeout: QEMUTimer = -1
    has_backlog: bool = False
    backlog: uint32 = optional(0)
    previous: FIFO | None = optional()
    backend: Backend = embedded(Backend)
    thr: uint8 = broken(0, reason="the byte that is being sent is lost")
    int_pending: int32 = derived(0)
    irq: IRQ | None = None
    io: MemoryRegion | None = immutable()
    index: uint32 = property_("index", 3)
    flags: uint32 = properties(Property("a", True, 0), Property("b", False, 1), default=1)

    def pre_save(self) -> None:
        self.rx.owner = self

    def post_load(self) -> None:
        self.int_pending = int(self.enabled and self.rx.count > 0)

    @classmethod
    def reset(cls) -> Self:
        return cls(divider=12)


uart = UART(divider=1, rx=FIFO(count=1), previous=None)
uart.divider += 1
uart.rx.data[0] = 0x41
uart.channels[1].raw[0] = 7
uart.matrix[1][2] = -1
uart.previous = FIFO()

assert_type(uart.divider, int)
assert_type(uart.rx, FIFO)
assert_type(uart.channels[0].label, str)
assert_type(uart.backlog, int)
assert_type(uart.previous.raw, bytearray)
assert_type(UART.reset(), UART)

state: dict[str, Any] = qidl.to_qobject(uart)
assert_type(qidl.from_qobject(UART, state), UART)
assert_type(qidl.from_json(UART, qidl.to_json(uart, indent=2)), UART)
qidl.fill(uart, state)

described: qidl.Declaration = qidl.declaration(UART)
names: list[str] = [field.name for field in described.serialised if field.mark is Mark.STANDARD]
text: str = qidl.schema_text(UART)
schema: dict[str, Any] = qidl.schema(UART)
declared: bool = qidl.is_declared(UART)

try:
    qidl.from_json(FIFO, "{}")
except qidl.SchemaError as error:
    message: str = str(error)
