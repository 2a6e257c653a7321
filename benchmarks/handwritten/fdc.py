"""The floppy disk controller."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

FDC_NAMES = ("sra", "srb", "dor_vmstate", "tdr", "dsr", "msr", "status0", "status1", "status2")
FDC_MORE = (
    *("data_pos", "data_len", "data_state", "data_dir", "eot", "timer0", "timer1", "precomp_trk", "config"),
    *("lock", "pwrd", "num_floppies"),
)
FDC = Struct(">9B512sII10B")
FDC_CHANGED = b"\x05\x14fdrive/media_changed\0\0\0\1"
FDC_RATE = b"\x05\x11fdrive/media_rate\0\0\0\1"


def decode(data: bytes) -> State:
    """From the payload."""
    values = FDC.unpack_from(data)
    state: State = dict(zip(FDC_NAMES, values, strict=False))
    state["fifo"] = list(values[9])
    state.update(zip(FDC_MORE, values[10:], strict=True))
    if state["num_floppies"] != 2:
        raise Wrong
    drives, offset = [], FDC.size
    for _ in range(2):
        drive = {"head": data[offset], "track": data[offset + 1], "sect": data[offset + 2]}
        offset += 3
        if data.startswith(FDC_CHANGED, offset):
            offset += len(FDC_CHANGED) + 1
            drive["media_changed"] = data[offset - 1]
        if data.startswith(FDC_RATE, offset):
            offset += len(FDC_RATE) + 1
            drive["media_rate"] = data[offset - 1]
        drives.append(drive)
    if offset != len(data):
        raise Wrong
    state["drives"] = drives
    return {"state": state}


get_fdc = itemgetter(*FDC_NAMES)
get_fdc_more = itemgetter(*FDC_MORE)


def encode(outer: State) -> bytes:
    """To the payload."""
    expect(outer, 1)
    state = outer["state"]
    expect(state, 23)
    if len(state["fifo"]) != 512 or len(state["drives"]) != 2 or state["num_floppies"] != 2:
        raise Wrong
    first, more = get_fdc(state), get_fdc_more(state)
    if Checks.types:
        expect_integers(first, more, state["fifo"])
    parts = [FDC.pack(*first, bytes(state["fifo"]), *more)]
    for drive in state["drives"]:
        values = [drive["head"], drive["track"], drive["sect"]]
        parts.append(bytes(values))
        if "media_changed" in drive:
            values.append(drive["media_changed"])
            parts += (FDC_CHANGED, bytes((drive["media_changed"],)))
        if "media_rate" in drive:
            values.append(drive["media_rate"])
            parts += (FDC_RATE, bytes((drive["media_rate"],)))
        expect(drive, len(values))
        if Checks.types:
            expect_integers(values)
    return b"".join(parts)
