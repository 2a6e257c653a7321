"""The CPUs of x86_64, two sections each: what all architectures share, and the registers."""

from __future__ import annotations

from qidl.wire.primitives import Array, Before, Int32, Only, Since, UInt8, UInt16, UInt32, UInt64, When
from qidl.wire.vmstate import VMState

CPU_COMMON_V1 = VMState(
    "cpu_common",
    version_id=1,
    fields=[
        "halted" / UInt32 * "1 while the CPU waits for an interrupt or, an AP, to be started",
        "interrupt_request" / UInt32 * "bit per kind of pending event: 1 external interrupt, 6 SMI, 9 NMI, 10 INIT …",
    ],
)

FPREG = VMState(
    # Not a description of its own in QEMU, so the name is not on the wire.
    "fpreg",
    version_id=1,
    old_style=True,
    fields=[
        "mant" / UInt64 * "mantissa; all of an MMX register",
        "exp" / UInt16 * "sign and exponent",
    ],
)

SEGMENT = VMState(
    "segment",
    version_id=1,
    fields=[
        "selector" / UInt32,
        "base" / UInt64 * "linear address",
        "limit" / UInt32 * "last offset",
        "flags" / UInt32 * "attributes, at the bits of a descriptor's second word",
    ],
)

XMM_REG = VMState(
    "xmm_reg",
    version_id=1,
    fields=[
        "_q[0]" / UInt64 * "low half",
        "_q[1]" / UInt64 * "high half",
    ],
)

YMMH_REG = VMState(
    "ymmh_reg",
    version_id=1,
    fields=[
        "_q[0]" / UInt64 * "bits 128 to 191 of the register",
        "_q[1]" / UInt64 * "bits 192 to 255",
    ],
)

MTRR_VAR = VMState(
    "mtrr_var",
    version_id=1,
    fields=[
        "base" / UInt64 * "address and memory type, as in the MSR",
        "mask" / UInt64 * "mask and valid bit, as in the MSR",
    ],
)

_FIELDS = (
    "regs" / Array(16, UInt64) * "RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15",
    "eip" / UInt64 * "instruction pointer",
    "eflags" / UInt64 * "flags",
    "hflags" / UInt32 * "what the emulator keeps of modes and privilege",
    "fpuc" / UInt16 * "x87 control word",
    "fpus_vmstate" / UInt16 * "x87 status word, top of stack included",
    "fptag_vmstate" / UInt16 * "bit per x87 register: 1 = in use",
    "fpregs_format_vmstate" / UInt16 * "form of fpregs: 0 is written, 1 is read as well; any other has none",
    "fpregs" / When("fpregs_format_vmstate", Array(8, FPREG), equals=0) * "x87 and MMX registers, of 80 bits",
    # Written long ago on hosts without the 80-bit type. With every tag in use and the stack's top
    # at 0 QEMU takes them for MMX registers, else for IEEE doubles.
    "fpregs" / When("fpregs_format_vmstate", Array(8, UInt64), equals=1) * "x87 or MMX registers, of 64 bits",
    "segs" / Array(6, SEGMENT) * "ES, CS, SS, DS, FS, GS",
    "ldt" / SEGMENT * "local descriptor table",
    "tr" / SEGMENT * "task register",
    "gdt" / SEGMENT * "global descriptor table; base and limit alone count",
    "idt" / SEGMENT * "interrupt descriptor table; base and limit alone count",
    "sysenter_cs" / UInt32 * "MSR",
    "sysenter_esp" / Before(7, UInt32) * "MSR",
    "sysenter_eip" / Before(7, UInt32) * "MSR",
    "sysenter_esp" / Since(7, UInt64) * "MSR",
    "sysenter_eip" / Since(7, UInt64) * "MSR",
    "cr[0]" / UInt64 * "control register",
    "cr[2]" / UInt64 * "linear address of the last page fault",
    "cr[3]" / UInt64 * "page table",
    "cr[4]" / UInt64 * "control register",
    "dr" / Array(8, UInt64) * "debug registers",
    "a20_mask" / Int32 * "-1, or all but bit 20 while the A20 gate is closed",
    "mxcsr" / UInt32 * "SSE control and status",
    "xmm_regs" / Array(16, XMM_REG) * "XMM0 to XMM15",
    "efer" / UInt64 * "MSR: extended features",
    "star" / UInt64 * "MSR: segments of SYSCALL and SYSRET",
    "lstar" / UInt64 * "MSR: target of SYSCALL in long mode",
    "cstar" / UInt64 * "MSR: target of SYSCALL in compatibility mode",
    "fmask" / UInt64 * "MSR: flags that SYSCALL clears",
    "kernelgsbase" / UInt64 * "MSR: what SWAPGS exchanges",
    "smbase" / Since(4, UInt32) * "address of system management RAM",
    "pat" / Since(5, UInt64) * "MSR: page attribute table",
    "hflags2" / Since(5, UInt32) * "bit 0 global interrupt flag of SVM, 1 host interrupt flag, 2 NMIs are blocked",
    "halted" / Only(5, UInt32) * "later in cpu_common alone",
    "vm_hsave" / Since(5, UInt64) * "SVM: physical address of the host's save area",
    "vm_vmcb" / Since(5, UInt64) * "SVM: physical address of the running guest's control block",
    "tsc_offset" / Since(5, UInt64) * "SVM: what a nested guest's time stamps are ahead",
    "intercept" / Since(5, UInt64) * "SVM: events that leave a nested guest",
    "intercept_cr_read" / Since(5, UInt16) * "SVM: likewise, bit per control register",
    "intercept_cr_write" / Since(5, UInt16) * "SVM: likewise, bit per control register",
    "intercept_dr_read" / Since(5, UInt16) * "SVM: likewise, bit per debug register",
    "intercept_dr_write" / Since(5, UInt16) * "SVM: likewise, bit per debug register",
    "intercept_exceptions" / Since(5, UInt32) * "SVM: likewise, bit per exception",
    "v_tpr" / Since(5, UInt8) * "SVM: task priority of a nested guest",
    "mtrr_fixed" / Since(8, Array(11, UInt64)) * "MSRs: memory types of the fixed ranges",
    "mtrr_deftype" / Since(8, UInt64) * "MSR: memory type elsewhere, and enable bits",
    "mtrr_var" / Since(8, Array(8, MTRR_VAR)) * "MSRs: variable ranges",
    "interrupt_injected" / Since(9, Int32) * "vector that KVM has yet to deliver, -1 for none",
    "mp_state" / Since(9, UInt32) * "KVM: 0 running, 1 not started, 2 INIT came, 3 halted, 4 SIPI came",
    "tsc" / Since(9, UInt64) * "time stamp counter, where KVM keeps it",
    "exception_injected" / Since(11, Int32) * "exception that KVM has yet to deliver, -1 for none",
    "soft_interrupt" / Since(11, UInt8) * "interrupt_injected comes of an INT instruction",
    "nmi_injected" / Since(11, UInt8) * "KVM has yet to deliver an NMI that it took",
    "nmi_pending" / Since(11, UInt8) * "an NMI waits",
    "has_error_code" / Since(11, UInt8) * "exception_injected pushes an error code",
    "sipi_vector" / Since(11, UInt32) * "KVM: page at which a SIPI starts the CPU",
    "mcg_cap" / Since(10, UInt64) * "MSR: machine check features; number of banks in the low byte",
    "mcg_status" / Since(10, UInt64) * "MSR: machine check status",
    "mcg_ctl" / Since(10, UInt64) * "MSR: machine check control",
    "mce_banks" / Since(10, Array(10 * 4, UInt64)) * "MSRs: control, status, address and details of each bank",
    "tsc_aux" / Since(11, UInt64) * "MSR: what RDTSCP reads beside the counter",
    "system_time_msr" / Since(11, UInt64) * "MSR of KVM: where the guest reads its clock",
    "wall_clock_msr" / Since(11, UInt64) * "MSR of KVM: where the guest reads the time of boot",
    "xcr0" / Since(12, UInt64) * "which states XSAVE manages",
    "xstate_bv" / Since(12, UInt64) * "which of them are not in their initial state",
    "ymmh_regs" / Since(12, Array(16, YMMH_REG)) * "high halves of YMM0 to YMM15",
)

CPU_ASYNC_PF_MSR = VMState(
    "cpu/async_pf_msr",
    version_id=1,
    fields=["async_pf_en_msr" / UInt64 * "MSR of KVM: asynchronous page faults; present unless 0"],
)

CPU_ASYNC_PV_EOI_MSR = VMState(
    "cpu/async_pv_eoi_msr",
    version_id=1,
    fields=["pv_eoi_en_msr" / UInt64 * "MSR of KVM: end of interrupt without an exit; present unless 0"],
)

CPU_FPOP_IP_DP = VMState(
    "cpu/fpop_ip_dp",
    version_id=1,
    fields=[
        "fpop" / UInt16 * "opcode of the last x87 instruction; KVM alone keeps it",
        "fpip" / UInt64 * "its address",
        "fpdp" / UInt64 * "address of its operand",
    ],
)

CPU_MSR_TSCDEADLINE = VMState(
    "cpu/msr_tscdeadline",
    version_id=1,
    fields=["tsc_deadline" / UInt64 * "MSR: time stamp of the next timer interrupt; present unless 0"],
)

CPU_MSR_IA32_MISC_ENABLE = VMState(
    "cpu/msr_ia32_misc_enable",
    version_id=1,
    fields=["msr_ia32_misc_enable" / UInt64 * "MSR: features that can be disabled; present unless 1"],
)

CPU_V12_1_0 = VMState(
    "cpu",
    version_id=12,
    minimum_version_id=3,
    fields=_FIELDS,
    subsections=[CPU_ASYNC_PF_MSR, CPU_FPOP_IP_DP, CPU_MSR_TSCDEADLINE, CPU_MSR_IA32_MISC_ENABLE],
)

# 1.2 added the second subsection.
CPU_V12 = VMState(
    "cpu",
    version_id=12,
    minimum_version_id=3,
    fields=_FIELDS,
    subsections=[
        CPU_ASYNC_PF_MSR,
        CPU_ASYNC_PV_EOI_MSR,
        CPU_FPOP_IP_DP,
        CPU_MSR_TSCDEADLINE,
        CPU_MSR_IA32_MISC_ENABLE,
    ],
)
