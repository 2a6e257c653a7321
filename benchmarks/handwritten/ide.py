"""The two channels of the PIIX3, and their bus masters."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct
from typing import Any

from handwritten.common import BOOLS, Checks, State, Wrong, expect, expect_integers
from handwritten.pci import PCI, decode_pci, encode_pci

BMDMA = Struct(">BBIqIB")
DRIVE = Struct(">ii")
DRIVE_REST = Struct(">BBI14B")
DRIVE_NAMES = (
    *("feature", "error", "nsector", "sector", "lcyl", "hcyl", "hob_feature", "hob_sector", "hob_nsector"),
    *("hob_lcyl", "hob_hcyl", "select", "status", "lba48", "sense_key", "asc", "cdrom_changed"),
)
IDE_SUBSECTIONS = {
    "ide bmdma": (
        ("ide bmdma_current", ("cur_addr", "cur_prd_last", "cur_prd_addr", "cur_prd_len"), Struct(">4I")),
        ("ide bmdma/status", ("status",), Struct(">B")),
    ),
    "ide_bus": (("ide_bus/error", ("error_status",), Struct(">i")),),
}
PIO = b"\x05\x13ide_drive/pio_state\0\0\0\1"
PIO_STATE = Struct(">i131076siiBii")
TRAY = b"\x05\x14ide_drive/tray_state\0\0\0\1"
GESN = b"\x05\x1aide_drive/atapi/gesn_state\0\0\0\1"


def _header(name: str) -> bytes:
    return bytes([5, len(name)]) + name.encode() + b"\0\0\0\1"


IDE_HEADERS = {
    struct: tuple((_header(name), names, form) for name, names, form in found)
    for struct, found in IDE_SUBSECTIONS.items()
}
BMDMA_MORE = IDE_HEADERS["ide bmdma"]
BUS_MORE = IDE_HEADERS["ide_bus"]


def _more(data: bytes, offset: int, state: State, subsections: Any) -> int:
    for header, names, form in subsections:
        if data.startswith(header, offset):
            offset += len(header)
            state.update(zip(names, form.unpack_from(data, offset), strict=True))
            offset += form.size
    return offset


def _drive(data: bytes, offset: int) -> tuple[State, int]:
    mult_sectors, identify_set = DRIVE.unpack_from(data, offset)
    offset += 8
    state: State = {"mult_sectors": mult_sectors, "identify_set": identify_set}
    if identify_set:
        state["identify_data"] = data[offset : offset + 512]
        offset += 512
    state.update(zip(DRIVE_NAMES, DRIVE_REST.unpack_from(data, offset), strict=True))
    offset += DRIVE_REST.size
    if data[offset : offset + 1] != b"\x05":
        return state, offset
    if data.startswith(PIO, offset):
        offset += len(PIO)
        sectors, buffer, begin, length, function, elementary, packet = PIO_STATE.unpack_from(data, offset)
        offset += PIO_STATE.size
        if function > 5:
            raise Wrong
        state["req_nb_sectors"] = sectors
        state["io_buffer"] = list(buffer)
        state["cur_io_buffer_offset"] = begin
        state["cur_io_buffer_len"] = length
        state["end_transfer_fn_idx"] = function
        state["elementary_transfer_size"] = elementary
        state["packet_transfer_size"] = packet
    if data.startswith(TRAY, offset):
        offset += len(TRAY) + 2
        if data[offset - 2] > 1 or data[offset - 1] > 1:
            raise Wrong
        state["tray_open"], state["tray_locked"] = bool(data[offset - 2]), bool(data[offset - 1])
    if data.startswith(GESN, offset):
        offset += len(GESN) + 2
        if data[offset - 2] > 1 or data[offset - 1] > 1:
            raise Wrong
        state["events"] = {"new_media": bool(data[offset - 2]), "eject_request": bool(data[offset - 1])}
    return state, offset


def decode(data: bytes) -> State:
    """From the payload."""
    state: State = {"dev": decode_pci(data)}
    offset = PCI.size
    masters = []
    for _ in range(2):
        cmd, status, addr, sector_num, nsector, unit = BMDMA.unpack_from(data, offset)
        master = {
            "cmd": cmd,
            "migration_compat_status": status,
            "addr": addr,
            "sector_num": sector_num,
            "nsector": nsector,
            "unit": unit,
        }
        offset = _more(data, offset + BMDMA.size, master, BMDMA_MORE)
        masters.append(master)
    state["bmdma"] = masters
    channels: list[State] = []
    for _ in range(2):
        channel: State = {"cmd": data[offset], "unit": data[offset + 1]}
        offset = _more(data, offset + 2, channel, BUS_MORE)
        channels.append(channel)
    state["bus"] = channels
    for channel in channels:
        first, offset = _drive(data, offset)
        second, offset = _drive(data, offset)
        channel["ifs"] = [first, second]
    if offset != len(data):
        raise Wrong
    return state


get_drive = itemgetter(*DRIVE_NAMES)
get_bmdma = itemgetter("cmd", "migration_compat_status", "addr", "sector_num", "nsector", "unit")


def _pack_more(state: State, subsections: Any, members: int) -> bytes:
    packed = b""
    for header, names, form in subsections:
        if names[0] in state:
            values = [state[name] for name in names]
            if Checks.types:
                expect_integers(values)
            packed += header + form.pack(*values)
            members += len(names)
    expect(state, members)
    return packed


def _pack_drive(drive: State) -> bytes:
    packed = DRIVE.pack(drive["mult_sectors"], drive["identify_set"])
    members = 19
    if drive["identify_set"]:
        if len(drive["identify_data"]) != 512:
            raise Wrong
        packed += drive["identify_data"]
        members += 1
    values = get_drive(drive)
    if Checks.types:
        expect_integers(values, (drive["mult_sectors"], drive["identify_set"]))
    packed += DRIVE_REST.pack(*values)
    if len(drive) == members:
        return packed
    if "req_nb_sectors" in drive:
        if len(drive["io_buffer"]) != 131076 or drive["end_transfer_fn_idx"] > 5:
            raise Wrong
        members += 7
        first, *rest = (
            drive["req_nb_sectors"],
            drive["cur_io_buffer_offset"],
            drive["cur_io_buffer_len"],
            drive["end_transfer_fn_idx"],
            drive["elementary_transfer_size"],
            drive["packet_transfer_size"],
        )
        if Checks.types:
            expect_integers(drive["io_buffer"], (first,), rest)
        packed += PIO + PIO_STATE.pack(first, bytes(drive["io_buffer"]), *rest)
    if "tray_open" in drive:
        members += 2
        if Checks.types and {type(drive["tray_open"]), type(drive["tray_locked"])} != BOOLS:
            raise Wrong
        packed += TRAY + bytes((drive["tray_open"], drive["tray_locked"]))
    if "events" in drive:
        members += 1
        expect(drive["events"], 2)
        events = (drive["events"]["new_media"], drive["events"]["eject_request"])
        if Checks.types and set(map(type, events)) != BOOLS:
            raise Wrong
        packed += GESN + bytes(events)
    expect(drive, members)
    return packed


def encode(state: State) -> bytes:
    """To the payload."""
    expect(state, 3)
    parts = [encode_pci(state["dev"])]
    first, second = state["bmdma"]
    for master in (first, second):
        values = get_bmdma(master)
        if Checks.types:
            expect_integers(values)
        parts.append(BMDMA.pack(*values))
        parts.append(_pack_more(master, BMDMA_MORE, 6))
    primary, secondary = state["bus"]
    for channel in (primary, secondary):
        if Checks.types:
            expect_integers((channel["cmd"], channel["unit"]))
        parts.append(bytes((channel["cmd"], channel["unit"])))
        parts.append(_pack_more(channel, BUS_MORE, 3))
    for channel in (primary, secondary):
        master, slave = channel["ifs"]
        parts.append(_pack_drive(master))
        parts.append(_pack_drive(slave))
    return b"".join(parts)
