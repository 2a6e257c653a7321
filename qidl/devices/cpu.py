"""The CPUs of x86_64."""

from __future__ import annotations

from typing import Self

from qidl.annotations import (
    DeviceState,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    optional,
    target_ulong,
    uint8,
    uint16,
    uint32,
    uint64,
)
from qidl.declaration import declare

EDX = 2
"""Index into ``regs``."""

STACK_TOP = 0x3800
"""Bits of the x87 status word: which register is the top of the stack."""

ARITHMETIC_FLAGS = 0x8D5
"""Bits of ``eflags`` that the emulator keeps apart while it runs: overflow, sign, zero, adjust, parity, carry."""

DIRECTION_FLAG = 1 << 10
"""Bit of ``eflags``, likewise."""

_CC_OP_EFLAGS = 1
"""Value of ``cc_op``: ``cc_src`` holds the flags themselves."""

_MAXIMUM = 0xFFFF_FFFF_FFFF_FFFF


@declare
class CPUCommon:
    """What CPUs of all architectures share: the members that the macro CPU_COMMON adds to their state."""

    halted: uint32 = 0
    # QEMU clears bit 0, once a request to leave the emulator's loop, as it loads. Here it stays
    # what it was, so that saving gives back what was loaded.
    interrupt_request: uint32 = 0

    mem_io_pc: object = immutable(reason="host address of the access under way")
    mem_io_vaddr: target_ulong = immutable(0, reason="guest address of that access")
    exit_request: uint32 = immutable(0, reason="asks the emulator's loop to end, as saving does")
    tlb_table: object = immutable(reason="cache of translations, flushed by loading")
    tb_jmp_cache: object = immutable(reason="cache of translated code")
    breakpoints: object = immutable(reason="set by a debugger, or again from dr")
    watchpoints: object = immutable(reason="set by a debugger, or again from dr")
    watchpoint_hit: object = immutable()
    icount_decr: object = immutable(reason="instructions until the next event; 0 while none runs")
    icount_extra: int32 = immutable(0, reason="likewise")
    can_do_io: uint32 = immutable(0, reason="true while no translated code runs")
    next_cpu: object = elsewhere(reason="list of the CPUs")
    cpu_index: int32 = immutable(0, reason="number of the CPU; the section's instance_id")
    host_tid: uint32 = immutable(0)
    numa_node: int32 = immutable(0, reason="command line")
    nr_cores: int32 = immutable(1, reason="command line")
    nr_threads: int32 = immutable(1, reason="command line")
    running: int32 = immutable(0, reason="user mode emulation alone")
    singlestep_enabled: int32 = immutable(0, reason="set by a debugger")
    jmp_env: object = immutable()
    exception_index: int32 = immutable(-1, reason="exception under way; delivered before saving")
    opaque: object = immutable()

    @classmethod
    def reset(cls, index: int = 0) -> Self:
        """Power-on state: the first CPU runs, the others wait to be started.

        :param index: number of the CPU
        """
        return cls(halted=int(index != 0), cpu_index=index)


@declare
class SegmentCache:
    """A segment or table register, with what it was loaded with from its descriptor."""

    selector: uint32 = 0
    base: target_ulong = 0
    limit: uint32 = 0
    flags: uint32 = 0


@declare
class FPReg:
    """A register of 80 bits: x87, or MMX in the mantissa. In C it is one number."""

    mant: uint64 = 0
    exp: uint16 = 0


@declare
class XMMReg:
    """A register of 128 bits, the low half first."""

    _q: list[uint64] = array(2)


@declare
class MTRRVar:
    """A variable range of memory types."""

    base: uint64 = 0
    mask: uint64 = 0


@declare
class CPUX86State:
    """Registers of an x86_64 CPU."""

    regs: list[target_ulong] = array(16)
    eip: target_ulong = 0
    eflags: target_ulong = 0
    hflags: uint32 = 0
    fpuc: uint16 = 0
    # pre_save makes these two from fpus, fpstt and fptags.
    fpus_vmstate: uint16 = 0
    fptag_vmstate: uint16 = 0
    # 0 in all that QEMU writes. Other forms, which a layout can read, are not what fpregs is here.
    fpregs_format_vmstate: uint16 = 0
    fpregs: list[FPReg] = array(8)
    segs: list[SegmentCache] = array(6)
    ldt: SegmentCache = embedded(SegmentCache)
    tr: SegmentCache = embedded(SegmentCache)
    gdt: SegmentCache = embedded(SegmentCache)
    idt: SegmentCache = embedded(SegmentCache)
    sysenter_cs: uint32 = 0
    sysenter_esp: target_ulong = 0
    sysenter_eip: target_ulong = 0
    # There is no cr[1]: it stays 0.
    cr: list[target_ulong] = array(5)
    dr: list[target_ulong] = array(8)
    a20_mask: int32 = -1
    mxcsr: uint32 = 0
    xmm_regs: list[XMMReg] = array(16)
    efer: uint64 = 0
    star: uint64 = 0
    lstar: target_ulong = 0
    cstar: target_ulong = 0
    fmask: target_ulong = 0
    kernelgsbase: target_ulong = 0
    smbase: uint32 = 0
    pat: uint64 = 0
    hflags2: uint32 = 0
    vm_hsave: uint64 = 0
    vm_vmcb: uint64 = 0
    tsc_offset: uint64 = 0
    intercept: uint64 = 0
    intercept_cr_read: uint16 = 0
    intercept_cr_write: uint16 = 0
    intercept_dr_read: uint16 = 0
    intercept_dr_write: uint16 = 0
    intercept_exceptions: uint32 = 0
    v_tpr: uint8 = 0
    mtrr_fixed: list[uint64] = array(11)
    mtrr_deftype: uint64 = 0
    mtrr_var: list[MTRRVar] = array(8)
    interrupt_injected: int32 = 0
    mp_state: uint32 = 0
    tsc: uint64 = 0
    exception_injected: int32 = 0
    soft_interrupt: uint8 = 0
    nmi_injected: uint8 = 0
    nmi_pending: uint8 = 0
    has_error_code: uint8 = 0
    sipi_vector: uint32 = 0
    mcg_cap: uint64 = 0
    mcg_status: uint64 = 0
    mcg_ctl: uint64 = 0
    mce_banks: list[uint64] = array(10 * 4)
    tsc_aux: uint64 = 0
    system_time_msr: uint64 = 0
    wall_clock_msr: uint64 = 0
    xcr0: uint64 = 0
    xstate_bv: uint64 = 0
    ymmh_regs: list[XMMReg] = array(16)
    # Absent: 0.
    async_pf_en_msr: uint64 | None = optional()
    pv_eoi_en_msr: uint64 | None = optional()
    # Absent: all three 0; they are present together.
    fpop: uint16 | None = optional()
    fpip: uint64 | None = optional()
    fpdp: uint64 | None = optional()
    # Absent: 0.
    tsc_deadline: uint64 | None = optional()
    # Absent: 1.
    msr_ia32_misc_enable: uint64 | None = optional()

    cc_src: target_ulong = derived(0, reason="arithmetic flags of eflags")
    cc_dst: target_ulong = derived(0, reason="without meaning once cc_src holds the flags")
    cc_op: uint32 = derived(_CC_OP_EFLAGS, reason="how cc_src and cc_dst give the flags")
    df: int32 = derived(1, reason="direction flag: 1, or -1 where it is set")
    fpstt: uint32 = derived(0, reason="top of stack, from fpus_vmstate")
    fpus: uint16 = derived(0, reason="status word without the top of stack, from fpus_vmstate")
    fptags: list[uint8] = derived(array(8), reason="1 for an empty register, from fptag_vmstate")
    fp_status: object = broken(reason="rounding is not that of fpuc until the guest loads it again")
    ft0: object = immutable(reason="lives within an instruction")
    mmx_status: object = broken(reason="flags of 3DNow! arithmetic")
    sse_status: object = broken(reason="rounding is not that of mxcsr until the guest loads it again")
    xmm_t0: object = immutable(reason="lives within an instruction")
    mmx_t0: object = immutable(reason="lives within an instruction")
    cc_tmp: target_ulong = immutable(0, reason="lives within an instruction")
    error_code: int32 = broken(0, reason="of the exception under way")
    exception_is_int: int32 = broken(0, reason="the exception under way is an INT instruction")
    exception_next_eip: target_ulong = broken(0, reason="where that instruction ends")
    old_exception: int32 = broken(-1, reason="an exception within the delivery of this one would be a double fault")
    # One union; dr tells which member an element is.
    cpu_breakpoint: object = immutable(reason="set again from dr by loading")
    cpu_watchpoint: object = immutable(reason="set again from dr by loading")
    # The rest of CPU_COMMON is in CPUCommon, too.
    halted: uint32 = elsewhere(0, reason="section cpu_common")
    interrupt_request: uint32 = elsewhere(0, reason="section cpu_common")
    # What the guest learns of its CPU: the command line's model.
    cpuid_level: uint32 = immutable(0)
    cpuid_vendor1: uint32 = immutable(0)
    cpuid_vendor2: uint32 = immutable(0)
    cpuid_vendor3: uint32 = immutable(0)
    cpuid_version: uint32 = immutable(0)
    cpuid_features: uint32 = immutable(0)
    cpuid_ext_features: uint32 = immutable(0)
    cpuid_xlevel: uint32 = immutable(0)
    cpuid_model: list[uint32] = immutable(array(12))
    cpuid_ext2_features: uint32 = immutable(0)
    cpuid_ext3_features: uint32 = immutable(0)
    cpuid_apic_id: uint32 = immutable(0)
    cpuid_vendor_override: int32 = immutable(0)
    cpuid_xlevel2: uint32 = immutable(0)
    cpuid_ext4_features: uint32 = immutable(0)
    cpuid_7_0_ebx_features: uint32 = immutable(0)
    cpuid_kvm_features: uint32 = immutable(0)
    cpuid_svm_features: uint32 = immutable(0)
    tsc_valid: bool = immutable(False, reason="tsc was read since the machine stopped")
    tsc_khz: int32 = immutable(0, reason="command line")
    kvm_xsave_buf: object = immutable()
    apic_state: DeviceState | None = None
    tpr_access_type: int32 = immutable(0, reason="of an access that is reported at once")

    def pre_save(self) -> None:
        """Put the x87 status and tags together."""
        self.fpus_vmstate = self.fpus & ~STACK_TOP | (self.fpstt & 7) << 11
        in_use = sum(1 << number for number, empty in enumerate(self.fptags) if not empty)
        # QEMU writes no other tags, and ignores those that a stranger wrote.
        self.fptag_vmstate = self.fptag_vmstate & ~0xFF | in_use

    def post_load(self) -> None:
        """Take the x87 status and tags apart, and the flags as the emulator keeps them."""
        self.fpus = self.fpus_vmstate & ~STACK_TOP
        self.fpstt = (self.fpus_vmstate & STACK_TOP) >> 11
        self.fptags = [~self.fptag_vmstate >> number & 1 for number in range(8)]
        self.cc_src = self.eflags & ARITHMETIC_FLAGS
        self.cc_dst = 0
        self.cc_op = _CC_OP_EFLAGS
        self.df = -1 if self.eflags & DIRECTION_FLAG else 1

    @classmethod
    def reset(cls, *, cpuid_version: int = 0x623) -> Self:
        """Power-on state, the same for every CPU: about to execute the BIOS, in real mode.

        :param cpuid_version: family, model and stepping, which the CPU starts with in EDX; those of qemu64 if not given
        """
        cpu = cls(
            cpuid_version=cpuid_version,
            eip=0xFFF0,
            eflags=0x2,
            hflags=0x44,
            hflags2=0x1,
            fpuc=0x37F,
            fptags=[1] * 8,
            cr=[0x6000_0010, 0, 0, 0, 0],
            dr=[0, 0, 0, 0, 0, 0, 0xFFFF_0FF0, 0x400],
            mxcsr=0x1F80,
            smbase=0x30000,
            pat=0x0007_0406_0007_0406,
            mcg_cap=0x100_010A,
            mcg_ctl=_MAXIMUM,
            mce_banks=[_MAXIMUM, 0, 0, 0] * 10,
        )
        cpu.regs[EDX] = cpuid_version
        data, code = 0x9300, 0x9B00
        cpu.segs = [SegmentCache(limit=0xFFFF, flags=data) for _ in range(6)]
        cpu.segs[1] = SegmentCache(selector=0xF000, base=0xFFFF_0000, limit=0xFFFF, flags=code)
        cpu.ldt = SegmentCache(limit=0xFFFF, flags=0x8200)
        cpu.tr = SegmentCache(limit=0xFFFF, flags=0x8B00)
        cpu.gdt = SegmentCache(limit=0xFFFF)
        cpu.idt = SegmentCache(limit=0xFFFF)
        return cpu
