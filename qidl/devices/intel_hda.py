"""The Intel HD audio controller."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    MemoryRegion,
    array,
    broken,
    embedded,
    immutable,
    int64,
    property_,
    uint32,
)
from qidl.declaration import declare
from qidl.devices.pci import PCIDevice, config_space

_RING_SIZE = 0x42


@declare
class IntelHDAStream:
    """A stream: where the guest's samples lie and how far they have been moved."""

    ctl: uint32 = 0
    lpib: uint32 = 0
    cbl: uint32 = 0
    lvi: uint32 = 0
    fmt: uint32 = 0
    bdlp_lbase: uint32 = 0
    bdlp_ubase: uint32 = 0

    # The list of buffers: read again from the guest's memory, and begun from its start.
    bpl: object = immutable()
    bentries: uint32 = immutable(0)
    bsize: uint32 = immutable(0)
    be: uint32 = broken(0, reason="the buffer under way: the stream skips to the first")
    bp: uint32 = broken(0, reason="bytes of that buffer that are done: the stream skips to its start")


@declare
class IntelHDAState:
    """An HD audio controller with eight streams: four in, four out."""

    pci: PCIDevice = embedded(PCIDevice)
    g_ctl: uint32 = 0
    wake_en: uint32 = 0
    state_sts: uint32 = 0
    int_ctl: uint32 = 0
    int_sts: uint32 = 0
    wall_clk: uint32 = 0
    corb_lbase: uint32 = 0
    corb_ubase: uint32 = 0
    corb_rp: uint32 = 0
    corb_wp: uint32 = 0
    corb_ctl: uint32 = 0
    corb_sts: uint32 = 0
    corb_size: uint32 = 0
    rirb_lbase: uint32 = 0
    rirb_ubase: uint32 = 0
    rirb_wp: uint32 = 0
    rirb_cnt: uint32 = 0
    rirb_ctl: uint32 = 0
    rirb_sts: uint32 = 0
    rirb_size: uint32 = 0
    dp_lbase: uint32 = 0
    dp_ubase: uint32 = 0
    icw: uint32 = 0
    irr: uint32 = 0
    ics: uint32 = 0
    st: list[IntelHDAStream] = array(8)
    rirb_count: uint32 = 0
    wall_base_ns: int64 = 0

    name: str = immutable("")
    codecs: object = immutable(reason="every codec has its own section")
    mmio: MemoryRegion | None = None
    # Keep the log short when the guest polls a register.
    last_reg: object = immutable()
    last_val: uint32 = immutable(0)
    last_write: uint32 = immutable(0)
    last_sec: uint32 = immutable(0)
    repeat_count: uint32 = immutable(0)
    debug: uint32 = property_("debug", 0)
    msi: uint32 = property_("msi", 1)

    @classmethod
    def reset(cls, codecs: int = 1, *, msi: bool = True) -> Self:
        """Power-on state, at the virtual clock's 0: held in reset, the codecs have come up.

        :param codecs: how many there are, at addresses from 0
        :param msi: whether there is the capability of message-signalled interrupts
        """
        config = {0x00: 0x86, 0x01: 0x80, 0x02: 0x68, 0x03: 0x26, 0x08: 0x01, 0x0A: 0x03, 0x0B: 0x04}
        config |= {0x2C: 0xF4, 0x2D: 0x1A, 0x2F: 0x11, 0x3D: 0x01, 0x40: 0x01}
        if msi:
            # A list of capabilities (0x06) that begins at 0x50: one message, address of 64 bits.
            config |= {0x06: 0x10, 0x34: 0x50, 0x50: 0x05, 0x52: 0x80}
        return cls(
            pci=PCIDevice(config=config_space(config)),
            state_sts=(1 << codecs) - 1,
            corb_size=_RING_SIZE,
            rirb_size=_RING_SIZE,
            msi=int(msi),
        )
