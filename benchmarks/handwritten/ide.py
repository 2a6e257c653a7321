"""The two channels of the PIIX3, and their bus masters."""

from __future__ import annotations

from operator import itemgetter
from struct import Struct
from typing import Any

from handwritten.common import Checks, State, Wrong, expect, expect_integers
from handwritten.pci import PCI_FORMAT, check_pci

PCI = Struct(PCI_FORMAT)
BMDMA = Struct(">BBIqIB")
SUBSECTION = 5
"""The byte with which subsections begin."""

BOOLS = {bool}
DRIVE = Struct(">ii")
DRIVE_REST = Struct(">BBI14B")
DRIVE_PLAIN = Struct(">iiBBI14B")
DRIVE_IDENTIFIED = Struct(">ii512sBBI14B")
BMDMA_MORE = (
    (
        b"\x05\x11ide bmdma_current\0\0\0\1",
        ("cur_addr", "cur_prd_last", "cur_prd_addr", "cur_prd_len"),
        Struct(">4I"),
    ),
    (b"\x05\x10ide bmdma/status\0\0\0\1", ("status",), Struct(">B")),
)
BUS_MORE = ((b"\x05\x0dide_bus/error\0\0\0\1", ("error_status",), Struct(">i")),)
PIO = b"\x05\x13ide_drive/pio_state\0\0\0\1"
PIO_STATE = Struct(">i131076siiBii")
TRAY = b"\x05\x14ide_drive/tray_state\0\0\0\1"
GESN = b"\x05\x1aide_drive/atapi/gesn_state\0\0\0\1"


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
    identify_data = data[offset : offset + 512] if identify_set else b""
    offset += len(identify_data)
    v = DRIVE_REST.unpack_from(data, offset)
    offset += DRIVE_REST.size
    state: State = {
        "mult_sectors": mult_sectors,
        "identify_set": identify_set,
        "identify_data": identify_data,
        "feature": v[0],
        "error": v[1],
        "nsector": v[2],
        "sector": v[3],
        "lcyl": v[4],
        "hcyl": v[5],
        "hob_feature": v[6],
        "hob_sector": v[7],
        "hob_nsector": v[8],
        "hob_lcyl": v[9],
        "hob_hcyl": v[10],
        "select": v[11],
        "status": v[12],
        "lba48": v[13],
        "sense_key": v[14],
        "asc": v[15],
        "cdrom_changed": v[16],
    }
    if not identify_set:
        del state["identify_data"]
    if offset < len(data) and data[offset] == SUBSECTION:
        offset = _drive_more(data, offset, state)
    return state, offset


def _drive_more(data: bytes, offset: int, state: State) -> int:
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
    return offset


def decode(data: bytes) -> State:
    """From the payload."""
    version_id, config, *lines = PCI.unpack_from(data)
    check_pci(version_id, lines)
    offset = PCI.size
    masters = []
    for _ in range(2):
        v = BMDMA.unpack_from(data, offset)
        master = {
            "cmd": v[0],
            "migration_compat_status": v[1],
            "addr": v[2],
            "sector_num": v[3],
            "nsector": v[4],
            "unit": v[5],
        }
        offset += BMDMA.size
        if data[offset] == SUBSECTION:
            offset = _more(data, offset, master, BMDMA_MORE)
        masters.append(master)
    channels: list[State] = []
    for _ in range(2):
        channel: State = {"cmd": data[offset], "unit": data[offset + 1]}
        offset += 2
        if data[offset] == SUBSECTION:
            offset = _more(data, offset, channel, BUS_MORE)
        channels.append(channel)
    for channel in channels:
        first, offset = _drive(data, offset)
        second, offset = _drive(data, offset)
        channel["ifs"] = [first, second]
    if offset != len(data):
        raise Wrong
    return {
        "dev": {"version_id": version_id, "config": config, "irq_state": lines},
        "bmdma": masters,
        "bus": channels,
    }


get_drive = itemgetter(
    *("mult_sectors", "identify_set", "feature", "error", "nsector", "sector", "lcyl", "hcyl", "hob_feature"),
    *("hob_sector", "hob_nsector", "hob_lcyl", "hob_hcyl", "select", "status", "lba48", "sense_key", "asc"),
    "cdrom_changed",
)
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
    values = get_drive(drive)
    if Checks.types:
        expect_integers(values)
    if values[1]:
        identify_data, members = drive["identify_data"], 20
        if len(identify_data) != 512:
            raise Wrong
        packed = DRIVE_IDENTIFIED.pack(*values[:2], identify_data, *values[2:])
    else:
        packed, members = DRIVE_PLAIN.pack(*values), 19
    return packed if len(drive) == members else packed + _pack_drive_more(drive, members)


def _pack_drive_more(drive: State, members: int) -> bytes:
    packed = b""
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
    dev, masters, channels = state["dev"], state["bmdma"], state["bus"]
    if (len(state), len(dev), len(masters), len(channels)) != (3, 3, 2, 2):
        raise Wrong
    version_id, config, lines = dev["version_id"], dev["config"], dev["irq_state"]
    check_pci(version_id, lines)
    if len(config) != 256:
        raise Wrong
    parts = [PCI.pack(version_id, config, *lines)]
    integers = [version_id, *lines]
    for master in masters:
        values = get_bmdma(master)
        integers += values
        parts.append(BMDMA.pack(*values))
        if len(master) != 6:
            parts.append(_pack_more(master, BMDMA_MORE, 6))
    for channel in channels:
        values = (channel["cmd"], channel["unit"])
        integers += values
        parts.append(bytes(values))
        if len(channel) != 3:
            parts.append(_pack_more(channel, BUS_MORE, 3))
    for channel in channels:
        first, second = channel["ifs"]
        parts += (_pack_drive(first), _pack_drive(second))
    if Checks.types:
        expect_integers(integers)
    return b"".join(parts)
