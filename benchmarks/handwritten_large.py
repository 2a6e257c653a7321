"""The larger of the devices that are written by hand: CPU, IDE and e1000."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from operator import itemgetter
from struct import Struct
from typing import Any

from handwritten import (
    BOOLS,
    PCI,
    Checks,
    State,
    Wrong,
    decode_apic,
    decode_fdc,
    decode_hpet,
    decode_pci,
    decode_pit,
    decode_rtc,
    encode_apic,
    encode_fdc,
    encode_hpet,
    encode_pci,
    encode_pit,
    encode_rtc,
    expect,
    expect_integers,
)

CPU_HEAD = Struct(">16QQQI4H")
FPREG = Struct(">QH")
SEGMENT = Struct(">IQII")
CPU_CONTROL = Struct(">IQQ4Q8QiI")
PAIR = Struct(">QQ")
PAIRS = Struct(">32Q")
CPU_MSRS = Struct(">6QIQI4Q4HIB11QQ")
CPU_TAIL = Struct(">iIQi4BI3Q40Q5Q")
CPU_NAMES = (
    *("efer", "star", "lstar", "cstar", "fmask", "kernelgsbase", "smbase", "pat", "hflags2", "vm_hsave", "vm_vmcb"),
    *("tsc_offset", "intercept", "intercept_cr_read", "intercept_cr_write", "intercept_dr_read"),
    *("intercept_dr_write", "intercept_exceptions", "v_tpr"),
)
CPU_TAIL_NAMES = (
    *("interrupt_injected", "mp_state", "tsc", "exception_injected", "soft_interrupt", "nmi_injected"),
    *("nmi_pending", "has_error_code", "sipi_vector", "mcg_cap", "mcg_status", "mcg_ctl"),
)
CPU_LAST_NAMES = ("tsc_aux", "system_time_msr", "wall_clock_msr", "xcr0", "xstate_bv")
CPU_SUBSECTIONS = (
    (b"\x05\x10cpu/async_pf_msr\0\0\0\1", ("async_pf_en_msr",), Struct(">Q")),
    (b"\x05\x0ecpu/fpop_ip_dp\0\0\0\1", ("fpop", "fpip", "fpdp"), Struct(">HQQ")),
    (b"\x05\x13cpu/msr_tscdeadline\0\0\0\1", ("tsc_deadline",), Struct(">Q")),
    (b"\x05\x18cpu/msr_ia32_misc_enable\0\0\0\1", ("msr_ia32_misc_enable",), Struct(">Q")),
)


def _segments(data: bytes) -> list[State]:
    return [
        {"selector": selector, "base": base, "limit": limit, "flags": flags}
        for selector, base, limit, flags in SEGMENT.iter_unpack(data)
    ]


def _pairs(data: bytes) -> list[State]:
    return [{"_q": [low, high]} for low, high in PAIR.iter_unpack(data)]


def decode_cpu(data: bytes) -> State:
    """From the payload."""
    head = CPU_HEAD.unpack_from(data)
    if head[-1] != 0:
        raise Wrong  # pc-1.1 writes no other form
    offset = CPU_HEAD.size
    fpregs = [{"mant": mant, "exp": exp} for mant, exp in FPREG.iter_unpack(data[offset : offset + 80])]
    offset += 80
    segments = _segments(data[offset : offset + 200])
    offset += 200
    control = CPU_CONTROL.unpack_from(data, offset)
    offset += CPU_CONTROL.size
    xmm = _pairs(data[offset : offset + 256])
    offset += 256
    msrs = CPU_MSRS.unpack_from(data, offset)
    offset += CPU_MSRS.size
    mtrr_var = [{"base": base, "mask": mask} for base, mask in PAIR.iter_unpack(data[offset : offset + 128])]
    offset += 128
    tail = CPU_TAIL.unpack_from(data, offset)
    offset += CPU_TAIL.size
    ymmh = _pairs(data[offset : offset + 256])
    offset += 256
    if len(ymmh) != 16:
        raise Wrong
    state = {
        "regs": list(head[:16]),
        "eip": head[16],
        "eflags": head[17],
        "hflags": head[18],
        "fpuc": head[19],
        "fpus_vmstate": head[20],
        "fptag_vmstate": head[21],
        "fpregs_format_vmstate": head[22],
        "fpregs": fpregs,
        "segs": segments[:6],
        "ldt": segments[6],
        "tr": segments[7],
        "gdt": segments[8],
        "idt": segments[9],
        "sysenter_cs": control[0],
        "sysenter_esp": control[1],
        "sysenter_eip": control[2],
        "cr": [control[3], 0, control[4], control[5], control[6]],
        "dr": list(control[7:15]),
        "a20_mask": control[15],
        "mxcsr": control[16],
        "xmm_regs": xmm,
        **dict(zip(CPU_NAMES, msrs, strict=False)),
        "mtrr_fixed": list(msrs[19:30]),
        "mtrr_deftype": msrs[30],
        "mtrr_var": mtrr_var,
        **dict(zip(CPU_TAIL_NAMES, tail, strict=False)),
        "mce_banks": list(tail[12:52]),
        **dict(zip(CPU_LAST_NAMES, tail[52:], strict=True)),
        "ymmh_regs": ymmh,
    }
    for header, names, form in CPU_SUBSECTIONS:
        if data.startswith(header, offset):
            offset += len(header)
            state.update(zip(names, form.unpack_from(data, offset), strict=True))
            offset += form.size
    if offset != len(data):
        raise Wrong
    return state


get_cpu = itemgetter(*CPU_NAMES)
get_cpu_tail = itemgetter(*CPU_TAIL_NAMES)
get_cpu_last = itemgetter(*CPU_LAST_NAMES)
get_segment = itemgetter("selector", "base", "limit", "flags")


def _pack_pairs(registers: list[State]) -> bytes:
    if len(registers) != 16 or any(len(register) != 1 for register in registers):
        raise Wrong
    values = [value for register in registers for value in register["_q"]]
    if Checks.types:
        expect_integers(values)
    return PAIRS.pack(*values)


def encode_cpu(state: State) -> bytes:
    """To the payload."""
    members = 63
    cr, segs, fpregs, mtrr = state["cr"], state["segs"], state["fpregs"], state["mtrr_var"]
    lengths = [len(state[name]) for name in ("regs", "fpregs", "segs", "cr", "dr", "mtrr_fixed", "mtrr_var")]
    if lengths != [16, 8, 6, 5, 8, 11, 8] or len(state["mce_banks"]) != 40 or cr[1] or state["fpregs_format_vmstate"]:
        raise Wrong
    segments = [*segs, state["ldt"], state["tr"], state["gdt"], state["idt"]]
    for segment in segments:
        expect(segment, 4)
    for pair in chain(fpregs, mtrr):
        expect(pair, 2)
    head = (
        *state["regs"],
        state["eip"],
        state["eflags"],
        state["hflags"],
        state["fpuc"],
        state["fpus_vmstate"],
        state["fptag_vmstate"],
        state["fpregs_format_vmstate"],
    )
    floats = [(register["mant"], register["exp"]) for register in fpregs]
    loaded = [get_segment(segment) for segment in segments]
    control = (
        state["sysenter_cs"],
        state["sysenter_esp"],
        state["sysenter_eip"],
        cr[0],
        cr[2],
        cr[3],
        cr[4],
        *state["dr"],
        state["a20_mask"],
        state["mxcsr"],
    )
    msrs = (*get_cpu(state), *state["mtrr_fixed"], state["mtrr_deftype"])
    ranges = [(pair["base"], pair["mask"]) for pair in mtrr]
    tail = (*get_cpu_tail(state), *state["mce_banks"], *get_cpu_last(state))
    if Checks.types:
        expect_integers(head, chain(*floats), chain(*loaded), control, msrs, chain(*ranges), tail, cr)
    parts = [
        CPU_HEAD.pack(*head),
        *[FPREG.pack(*values) for values in floats],
        *[SEGMENT.pack(*values) for values in loaded],
        CPU_CONTROL.pack(*control),
        _pack_pairs(state["xmm_regs"]),
        CPU_MSRS.pack(*msrs),
        *[PAIR.pack(*values) for values in ranges],
        CPU_TAIL.pack(*tail),
        _pack_pairs(state["ymmh_regs"]),
    ]
    for header, names, form in CPU_SUBSECTIONS:
        if names[0] in state:
            values = [state[name] for name in names]
            members += len(names)
            if Checks.types:
                expect_integers(values)
            parts += (header, form.pack(*values))
    expect(state, members)
    return b"".join(parts)


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


def decode_ide(data: bytes) -> State:
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


def encode_ide(state: State) -> bytes:
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


E1000 = Struct(">4sII" + "IHHHI" + "BBHBBHIBHHHBbb256s65536s" + "64H32H" + "37I" + "32I128I128I")
E1000_TX = (
    *("ipcss", "ipcso", "ipcse", "tucss", "tucso", "tucse", "paylen", "hdr_len", "mss", "size", "tso_frames"),
    *("sum_needed", "ip", "tcp", "header", "data"),
)
E1000_EECD = ("val_in", "bitnum_in", "bitnum_out", "reading", "old_eecd")
E1000_REGISTERS = (
    *("CTRL", "EECD", "EERD", "GPRC", "GPTC", "ICR", "ICS", "IMC", "IMS", "LEDCTL", "MANC", "MDIC", "MPC", "PBA"),
    *("RCTL", "RDBAH", "RDBAL", "RDH", "RDLEN", "RDT", "STATUS", "SWSM", "TCTL", "TDBAH", "TDBAL", "TDH", "TDLEN"),
    *("TDT", "TORH", "TORL", "TOTH", "TOTL", "TPR", "TPT", "TXDCTL", "WUFC", "VET"),
)


def decode_e1000(data: bytes) -> State:
    """From the payload."""
    if len(data) != PCI.size + E1000.size:
        raise Wrong
    v = E1000.unpack_from(data, PCI.size)
    if any(v[0]):
        raise Wrong
    return {
        "dev": decode_pci(data),
        "rxbuf_size": v[1],
        "rxbuf_min_shift": v[2],
        "eecd_state": dict(zip(E1000_EECD, v[3:8], strict=True)),
        "tx": dict(zip(E1000_TX, v[8:24], strict=True)),
        "eeprom_data": list(v[24:88]),
        "phy_reg": list(v[88:120]),
        "mac_reg": {
            **dict(zip(E1000_REGISTERS, v[120:157], strict=True)),
            "RA": list(v[157:189]),
            "MTA": list(v[189:317]),
            "VFTA": list(v[317:445]),
        },
    }


get_tx = itemgetter(*E1000_TX)
get_eecd = itemgetter(*E1000_EECD)
get_registers = itemgetter(*E1000_REGISTERS)


def encode_e1000(state: State) -> bytes:
    """To the payload."""
    expect(state, 8)
    tx, eecd, registers = state["tx"], state["eecd_state"], state["mac_reg"]
    expect(tx, 16)
    expect(eecd, 5)
    expect(registers, 40)
    ra, mta, vfta = registers["RA"], registers["MTA"], registers["VFTA"]
    if (len(tx["header"]), len(tx["data"]), len(ra), len(mta), len(vfta)) != (256, 65536, 32, 128, 128):
        raise Wrong
    if len(state["eeprom_data"]) != 64 or len(state["phy_reg"]) != 32:
        raise Wrong
    first = (state["rxbuf_size"], state["rxbuf_min_shift"], *get_eecd(eecd))
    *sending, header, data = get_tx(tx)
    rest = (*state["eeprom_data"], *state["phy_reg"], *get_registers(registers), *ra, *mta, *vfta)
    if Checks.types:
        expect_integers(first, sending, rest)
    return encode_pci(state["dev"]) + E1000.pack(bytes(4), *first, *sending, header, data, *rest)


DEVICES: dict[str, tuple[Callable[[bytes], State], Callable[[State], bytes]]] = {
    "mc146818rtc": (decode_rtc, encode_rtc),
    "hpet": (decode_hpet, encode_hpet),
    "i8254": (decode_pit, encode_pit),
    "apic": (decode_apic, encode_apic),
    "cpu": (decode_cpu, encode_cpu),
    "fdc": (decode_fdc, encode_fdc),
    "ide": (decode_ide, encode_ide),
    "e1000": (decode_e1000, encode_e1000),
}
"""What reads and what writes each of them."""
