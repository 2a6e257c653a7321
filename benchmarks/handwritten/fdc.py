"""The floppy disk controller."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

FDC = Struct(">9B512sII10B")
FDC_CHANGED = b"\x05\x14fdrive/media_changed\0\0\0\1"
FDC_RATE = b"\x05\x11fdrive/media_rate\0\0\0\1"


def decode(data: bytes) -> State:
    """From the payload."""
    v = FDC.unpack_from(data)
    if v[21] != 2:
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
    return {
        "state": {
            "sra": v[0],
            "srb": v[1],
            "dor_vmstate": v[2],
            "tdr": v[3],
            "dsr": v[4],
            "msr": v[5],
            "status0": v[6],
            "status1": v[7],
            "status2": v[8],
            "fifo": list(v[9]),
            "data_pos": v[10],
            "data_len": v[11],
            "data_state": v[12],
            "data_dir": v[13],
            "eot": v[14],
            "timer0": v[15],
            "timer1": v[16],
            "precomp_trk": v[17],
            "config": v[18],
            "lock": v[19],
            "pwrd": v[20],
            "num_floppies": 2,
            "drives": drives,
        }
    }


get_first = itemgetter("sra", "srb", "dor_vmstate", "tdr", "dsr", "msr", "status0", "status1", "status2")
get_rest = itemgetter(
    *("data_pos", "data_len", "data_state", "data_dir", "eot", "timer0", "timer1", "precomp_trk", "config"),
    *("lock", "pwrd", "num_floppies"),
)


def encode(outer: State) -> bytes:
    """To the payload."""
    state = outer["state"]
    fifo, drives = state["fifo"], state["drives"]
    if (len(outer), len(state), len(fifo), len(drives), state["num_floppies"]) != (1, 23, 512, 2, 2):
        raise Wrong
    first, rest = get_first(state), get_rest(state)
    integers = [*first, *rest]
    parts = [FDC.pack(*first, bytes(fifo), *rest)]
    for drive in drives:
        values = [drive["head"], drive["track"], drive["sect"]]
        packed = bytes(values)
        if "media_changed" in drive:
            values.append(drive["media_changed"])
            packed += FDC_CHANGED + bytes(values[-1:])
        if "media_rate" in drive:
            values.append(drive["media_rate"])
            packed += FDC_RATE + bytes(values[-1:])
        expect(drive, len(values))
        integers += values
        parts.append(packed)
    if Checks.types:
        expect_integers(integers, fifo)
    return b"".join(parts)
