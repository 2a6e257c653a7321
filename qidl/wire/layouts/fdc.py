"""The floppy disk controller. 1.1 added the data rate of the medium."""

from __future__ import annotations

from collections.abc import Iterable

from qidl.wire.primitives import Array, Equal, UInt8, UInt32
from qidl.wire.vmstate import VMState

FDRIVE_MEDIA_CHANGED = VMState(
    "fdrive/media_changed",
    version_id=1,
    fields=["media_changed" / UInt8 * "the disk change line is up; 1 where the subsection is absent"],
)

FDRIVE_MEDIA_RATE = VMState(
    "fdrive/media_rate",
    version_id=1,
    fields=["media_rate" / UInt8 * "data rate of the medium: 0 500, 1 300, 2 250, 3 1000 kbit/s"],
)


def _fdc(subsections: Iterable[VMState]) -> VMState:
    """The section, with what may follow each of its drives."""
    fdrive = VMState(
        "fdrive",
        version_id=1,
        fields=[
            "head" / UInt8,
            "track" / UInt8,
            "sect" / UInt8 * "sector, from 1",
        ],
        subsections=subsections,
    )
    fdc = VMState(
        "fdc",
        version_id=2,
        fields=[
            "sra" / UInt8 * "status register A",
            "srb" / UInt8 * "status register B",
            "dor_vmstate" / UInt8 * "digital output register, the selected drive in bits 0 and 1",
            "tdr" / UInt8 * "tape drive register",
            "dsr" / UInt8 * "data rate select register",
            "msr" / UInt8 * "main status register",
            "status0" / UInt8,
            "status1" / UInt8,
            "status2" / UInt8,
            # Memory that QEMU never clears: what lies beyond data_len is the host's.
            "fifo" / Array(512, UInt8) * "command, result or sector",
            "data_pos" / UInt32 * "next byte of the FIFO",
            "data_len" / UInt32 * "bytes of the FIFO in use",
            "data_state" / UInt8 * "flags of the transfer: several tracks, format, seek",
            "data_dir" / UInt8 * "what the transfer does: write, read or scan",
            "eot" / UInt8 * "last sector of the transfer",
            "timer0" / UInt8 * "step rate and head unload time, as specified",
            "timer1" / UInt8 * "head load time and non-DMA bit, as specified",
            "precomp_trk" / UInt8 * "first track with precompensation",
            "config" / UInt8 * "what CONFIGURE set",
            "lock" / UInt8 * "config survives a software reset",
            "pwrd" / UInt8 * "what POWERDOWN MODE set",
            "num_floppies" / Equal(UInt8, 2) * "drives that follow",
            "drives" / Array(2, fdrive) * "the drives",
        ],
    )
    return VMState("fdc", version_id=2, fields=["state" / fdc * "the controller"])


FDC_V2_1_0 = _fdc([FDRIVE_MEDIA_CHANGED])

FDC_V2 = _fdc([FDRIVE_MEDIA_CHANGED, FDRIVE_MEDIA_RATE])
