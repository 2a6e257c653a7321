"""The registers of a CPU."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from struct import Struct

from handwritten.common import Checks, State, Wrong, expect, expect_integers

CPU = Struct(
    ">16QQQI4H"  # 0: general registers, flags, the x87's words
    + "QH" * 8  # 23: the x87's registers
    + "IQII" * 10  # 39: segments
    + "IQQ4Q8QiI"  # 79: SYSENTER, control and debug registers
    + "32Q"  # 96: XMM registers
    + "6QIQI4Q4HIB"  # 128: model-specific registers, and what virtual machines need
    + "11QQ16Q"  # 147: memory types
    + "iIQi4BI3Q40Q"  # 175: interrupts, machine checks
    + "5Q32Q"  # 227: the rest, YMM registers
)
CPU_SUBSECTIONS = (
    (b"\x05\x10cpu/async_pf_msr\0\0\0\1", ("async_pf_en_msr",), Struct(">Q")),
    (b"\x05\x14cpu/async_pv_eoi_msr\0\0\0\1", ("pv_eoi_en_msr",), Struct(">Q")),
    (b"\x05\x0ecpu/fpop_ip_dp\0\0\0\1", ("fpop", "fpip", "fpdp"), Struct(">HQQ")),
    (b"\x05\x13cpu/msr_tscdeadline\0\0\0\1", ("tsc_deadline",), Struct(">Q")),
    (b"\x05\x18cpu/msr_ia32_misc_enable\0\0\0\1", ("msr_ia32_misc_enable",), Struct(">Q")),
)


def decode(data: bytes) -> State:
    """From the payload."""
    v = CPU.unpack_from(data)
    if v[22] != 0:
        raise Wrong  # no release writes another form
    segments = [
        {"selector": selector, "base": base, "limit": limit, "flags": flags}
        for selector, base, limit, flags in zip(v[39:79:4], v[40:79:4], v[41:79:4], v[42:79:4], strict=True)
    ]
    state = {
        "regs": list(v[0:16]),
        "eip": v[16],
        "eflags": v[17],
        "hflags": v[18],
        "fpuc": v[19],
        "fpus_vmstate": v[20],
        "fptag_vmstate": v[21],
        "fpregs_format_vmstate": 0,
        "fpregs": [{"mant": mant, "exp": exp} for mant, exp in zip(v[23:39:2], v[24:39:2], strict=True)],
        "segs": segments[:6],
        "ldt": segments[6],
        "tr": segments[7],
        "gdt": segments[8],
        "idt": segments[9],
        "sysenter_cs": v[79],
        "sysenter_esp": v[80],
        "sysenter_eip": v[81],
        "cr": [v[82], 0, v[83], v[84], v[85]],
        "dr": list(v[86:94]),
        "a20_mask": v[94],
        "mxcsr": v[95],
        "xmm_regs": [{"_q": [low, high]} for low, high in zip(v[96:128:2], v[97:128:2], strict=True)],
        "efer": v[128],
        "star": v[129],
        "lstar": v[130],
        "cstar": v[131],
        "fmask": v[132],
        "kernelgsbase": v[133],
        "smbase": v[134],
        "pat": v[135],
        "hflags2": v[136],
        "vm_hsave": v[137],
        "vm_vmcb": v[138],
        "tsc_offset": v[139],
        "intercept": v[140],
        "intercept_cr_read": v[141],
        "intercept_cr_write": v[142],
        "intercept_dr_read": v[143],
        "intercept_dr_write": v[144],
        "intercept_exceptions": v[145],
        "v_tpr": v[146],
        "mtrr_fixed": list(v[147:158]),
        "mtrr_deftype": v[158],
        "mtrr_var": [{"base": base, "mask": mask} for base, mask in zip(v[159:175:2], v[160:175:2], strict=True)],
        "interrupt_injected": v[175],
        "mp_state": v[176],
        "tsc": v[177],
        "exception_injected": v[178],
        "soft_interrupt": v[179],
        "nmi_injected": v[180],
        "nmi_pending": v[181],
        "has_error_code": v[182],
        "sipi_vector": v[183],
        "mcg_cap": v[184],
        "mcg_status": v[185],
        "mcg_ctl": v[186],
        "mce_banks": list(v[187:227]),
        "tsc_aux": v[227],
        "system_time_msr": v[228],
        "wall_clock_msr": v[229],
        "xcr0": v[230],
        "xstate_bv": v[231],
        "ymmh_regs": [{"_q": [low, high]} for low, high in zip(v[232:264:2], v[233:264:2], strict=True)],
    }
    if len(data) != CPU.size:
        _decode_subsections(data, state)
    return state


def _decode_subsections(data: bytes, state: State) -> None:
    offset = CPU.size
    for header, names, form in CPU_SUBSECTIONS:
        if data.startswith(header, offset):
            offset += len(header)
            state.update(zip(names, form.unpack_from(data, offset), strict=True))
            offset += form.size
    if offset != len(data):
        raise Wrong


get_words = itemgetter("eip", "eflags", "hflags", "fpuc", "fpus_vmstate", "fptag_vmstate", "fpregs_format_vmstate")
get_system = itemgetter(
    *("efer", "star", "lstar", "cstar", "fmask", "kernelgsbase", "smbase", "pat", "hflags2", "vm_hsave", "vm_vmcb"),
    *("tsc_offset", "intercept", "intercept_cr_read", "intercept_cr_write", "intercept_dr_read"),
    *("intercept_dr_write", "intercept_exceptions", "v_tpr"),
)
get_interrupts = itemgetter(
    *("interrupt_injected", "mp_state", "tsc", "exception_injected", "soft_interrupt", "nmi_injected"),
    *("nmi_pending", "has_error_code", "sipi_vector", "mcg_cap", "mcg_status", "mcg_ctl"),
)
get_rest = itemgetter("tsc_aux", "system_time_msr", "wall_clock_msr", "xcr0", "xstate_bv")
get_segment = itemgetter("selector", "base", "limit", "flags")
get_float = itemgetter("mant", "exp")
get_range = itemgetter("base", "mask")
get_pair = itemgetter("_q")


def encode(state: State) -> bytes:
    """To the payload."""
    regs, fpregs, segs, cr, dr = state["regs"], state["fpregs"], state["segs"], state["cr"], state["dr"]
    fixed, ranges, banks = state["mtrr_fixed"], state["mtrr_var"], state["mce_banks"]
    xmm, ymmh = state["xmm_regs"], state["ymmh_regs"]
    lengths = tuple(map(len, (regs, fpregs, segs, cr, dr, fixed, ranges, banks, xmm, ymmh)))
    if lengths != (16, 8, 6, 5, 8, 11, 8, 40, 16, 16) or cr[1] or state["fpregs_format_vmstate"]:
        raise Wrong
    segments = [*segs, state["ldt"], state["tr"], state["gdt"], state["idt"]]
    registers = [*xmm, *ymmh]
    pairs = list(map(get_pair, registers))
    if set(map(len, segments)) != {4} or set(map(len, registers)) != {1}:
        raise Wrong
    if set(map(len, chain(fpregs, ranges, pairs))) != {2}:
        raise Wrong
    words = list(chain.from_iterable(pairs))
    values = (
        *regs,
        *get_words(state),
        *chain.from_iterable(map(get_float, fpregs)),
        *chain.from_iterable(map(get_segment, segments)),
        *(state["sysenter_cs"], state["sysenter_esp"], state["sysenter_eip"]),
        *(cr[0], cr[2], cr[3], cr[4]),
        *dr,
        *(state["a20_mask"], state["mxcsr"]),
        *words[:32],
        *get_system(state),
        *fixed,
        state["mtrr_deftype"],
        *chain.from_iterable(map(get_range, ranges)),
        *get_interrupts(state),
        *banks,
        *get_rest(state),
        *words[32:],
    )
    if Checks.types:
        expect_integers(values, cr)
    packed = CPU.pack(*values)
    return packed if len(state) == 63 else packed + _encode_subsections(state)


def _encode_subsections(state: State) -> bytes:
    members = 63
    parts: list[bytes] = []
    for header, names, form in CPU_SUBSECTIONS:
        if names[0] in state:
            values = [state[name] for name in names]
            members += len(names)
            if Checks.types:
                expect_integers(values)
            parts += (header, form.pack(*values))
    expect(state, members)
    return b"".join(parts)
