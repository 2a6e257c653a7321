"""A 16550A serial port on the ISA bus."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    IRQ,
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    derived,
    embedded,
    immutable,
    int32,
    property_,
    uint8,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import declare

_SECOND = 1_000_000_000


@declare
class SerialFIFO:
    """A FIFO of the UART, a ring of 16 bytes."""

    data: bytearray = array(16)
    count: uint8 = 0
    itl: uint8 = 0
    tail: uint8 = 0
    head: uint8 = 0


@declare
class SerialState:
    """A 16550A UART."""

    divider: uint16 = 0
    rbr: uint8 = 0
    ier: uint8 = 0
    iir: uint8 = 0
    lcr: uint8 = 0
    mcr: uint8 = 0
    lsr: uint8 = 0
    msr: uint8 = 0
    scr: uint8 = 0
    fcr_vmstate: uint8 = 0

    fcr: uint8 = derived(0, reason="fcr_vmstate carries it")
    thr: uint8 = broken(0, reason="a byte that waits to be sent is lost")
    tsr: uint8 = broken(0, reason="the byte that is being sent is lost")
    thr_ipending: int32 = broken(0, reason="the interrupt for an empty transmitter may be lost")
    irq: IRQ | None = None
    chr: object = immutable(reason="the host's end of the line")
    last_break_enable: int32 = broken(0, reason="a break that began is not ended")
    it_shift: int32 = immutable(0, reason="spacing of the registers where they are memory-mapped")
    baudbase: int32 = immutable(115200, reason="baud rate at divider 1")
    tsr_retry: int32 = broken(0, reason="attempts to send a byte to a busy host")
    last_xmit_ts: uint64 = broken(0, reason="the next byte may be sent early")
    recv_fifo: SerialFIFO = broken(embedded(SerialFIFO), reason="bytes received but not read are lost")
    xmit_fifo: SerialFIFO = broken(embedded(SerialFIFO), reason="bytes not sent yet are lost")
    fifo_timeout_timer: QEMUTimer = broken(-1, reason="bytes below the level of the FIFO go unnoticed")
    timeout_ipending: int32 = broken(0, reason="as fifo_timeout_timer, when its interrupt is pending")
    transmit_timer: QEMUTimer = broken(-1, reason="a byte that is being sent is never finished")
    modem_status_poll: QEMUTimer = broken(-1, reason="changes of the modem's lines go unnoticed until MSR is read")
    char_transmit_time: uint64 = derived(0, reason="ns that one character takes, by divider and lcr")
    poll_msl: int32 = broken(0, reason="whether modem_status_poll runs")
    wakeup: uint32 = property_("wakeup", 0)
    io: MemoryRegion | None = None

    def pre_save(self) -> None:
        """Hand FCR over."""
        self.fcr_vmstate = self.fcr

    def post_load(self) -> None:
        """Take FCR back, every bit of it, and compute how long a character takes."""
        self.fcr = self.fcr_vmstate
        self.char_transmit_time = 0
        if self.divider:
            data, stop, parity = 5 + (self.lcr & 3), 1 + (self.lcr >> 2 & 1), self.lcr >> 3 & 1
            baud_rate = self.baudbase // self.divider
            self.char_transmit_time = _SECOND // baud_rate * (1 + data + parity + stop)


@declare
class ISASerialState:
    """A serial port on the ISA bus."""

    state: SerialState = embedded(SerialState)

    dev: object = immutable(reason="place on the ISA bus")
    index: uint32 = property_("index", 0xFFFF_FFFF)
    iobase: uint32 = property_("iobase", 0xFFFF_FFFF)
    isairq: uint32 = property_("irq", 0xFFFF_FFFF)

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: 9600 baud, transmitter empty, modem ready."""
        port = cls()
        port.state = SerialState(divider=12, iir=0x01, mcr=0x08, lsr=0x60, msr=0xB0)
        # A start bit, eight bits of data and a stop bit, although LCR asks for five.
        port.state.char_transmit_time = _SECOND // 9600 * 10
        return port
