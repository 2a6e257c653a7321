"""The NE2000 Ethernet card: the chip, alone on an ISA card, after a PCIDevice on a PCI one.

Same bytes in every release.
"""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Buffer, Since, UInt8, UInt16, UInt32, Unused
from qidl.wire.vmstate import VMState

NE2000_CHIP = VMState(
    "ne2000",
    version_id=2,
    minimum_version_id=0,
    fields=[
        # Always there: the chip is a nested struct, which has its own version whatever the card's is.
        "rxcr" / Since(2, UInt8) * "receive configuration",
        "cmd" / UInt8 * "command",
        "start" / UInt32 * "receive ring: first byte",
        "stop" / UInt32 * "receive ring: byte after the last",
        "boundary" / UInt8 * "receive ring: page that the guest reads next",
        "tsr" / UInt8 * "transmit status",
        "tpsr" / UInt8 * "first page to transmit",
        "tcnt" / UInt16 * "bytes to transmit",
        "rcnt" / UInt16 * "bytes left of a remote DMA",
        "rsar" / UInt32 * "address of a remote DMA",
        "rsr" / UInt8 * "receive status",
        "isr" / UInt8 * "interrupt causes, bit 7 reset",
        "dcfg" / UInt8 * "data configuration, bit 0 words",
        "imr" / UInt8 * "interrupts enabled",
        "phys" / Buffer(6) * "own address, as the guest wrote it",
        "curpag" / UInt8 * "receive ring: page that is written next",
        "mult" / Buffer(8) * "multicast hash",
        "unused_irq" / Unused(4) * "was the number of the interrupt",
        "mem" / Buffer(49152) * "address PROM, then from 16 KiB on the packet memory",
    ],
)

NE2000_PCI_V3 = VMState(
    "ne2000",
    version_id=3,
    fields=[
        "dev" / PCI_DEVICE,
        "ne2000" / NE2000_CHIP,
    ],
)

NE2000_ISA_V2 = VMState("ne2000", version_id=2, minimum_version_id=0, fields=["ne2000" / NE2000_CHIP])
