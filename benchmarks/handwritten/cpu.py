"""The registers of a CPU."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

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
    (b"\x05\x14cpu/async_pv_eoi_msr\0\0\0\1", ("pv_eoi_en_msr",), Struct(">Q")),
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


def decode(data: bytes) -> State:
    """From the payload."""
    head = CPU_HEAD.unpack_from(data)
    if head[-1] != 0:
        raise Wrong  # no release writes another form
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


def encode(state: State) -> bytes:
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
