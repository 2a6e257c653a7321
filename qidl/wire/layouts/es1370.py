"""The Ensoniq AudioPCI sound card. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, UInt32
from qidl.wire.vmstate import VMState

ES1370_CHANNEL = VMState(
    "es1370_channel",
    version_id=2,
    fields=[
        "shift" / UInt32 * "bytes of a sample, as a power of two",
        "leftover" / UInt32 * "bytes that did not make up a whole long word",
        "scount" / UInt32 * "samples: in the high half left until the interrupt, in the low the period",
        "frame_addr" / UInt32 * "buffer, guest physical address",
        "frame_cnt" / UInt32 * "long words: in the high half done, in the low the buffer's size less one",
    ],
)

ES1370_V2 = VMState(
    "es1370",
    version_id=2,
    fields=[
        "dev" / PCI_DEVICE,
        "chan" / Array(3, ES1370_CHANNEL) * "DAC 1, DAC 2, ADC",
        "ctl" / UInt32 * "interrupt and chip select control",
        "status" / UInt32 * "interrupt and chip select status",
        "mempage" / UInt32 * "page of the registers that are paged",
        "codec" / UInt32 * "last write to the codec",
        "sctl" / UInt32 * "serial interface control",
    ],
)
