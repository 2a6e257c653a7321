"""Task priority optimisation for guests of 32 bits, which began with 1.1."""

from __future__ import annotations

from qidl.wire.primitives import Array, UInt32, Unused
from qidl.wire.vmstate import VMState

KVMVAPIC_HANDLERS = VMState(
    "kvmvapic-handlers",
    version_id=1,
    fields=[
        "set_tpr" / UInt32 * "routine that writes the task priority",
        "set_tpr_eax" / UInt32 * "likewise, from EAX",
        "get_tpr" / Array(8, UInt32) * "routines that read it, by the register that takes it",
        "get_tpr_stack" / UInt32 * "likewise, onto the stack",
    ],
)

KVMVAPIC_GUEST_ROM = VMState(
    "kvmvapic-guest-rom",
    version_id=1,
    fields=[
        "unused_signature" / Unused(8) * "is signature, which the ROM itself holds",
        "vaddr" / UInt32 * "virtual address that the ROM is relocated to",
        "fixup_start" / UInt32 * "list of the places to relocate",
        "fixup_end" / UInt32 * "end of that list",
        "vapic_vaddr" / UInt32 * "virtual address of the page with a task priority per CPU",
        "vapic_size" / UInt32 * "bytes of that page",
        "vcpu_shift" / UInt32 * "log2 of a CPU's bytes in it",
        "real_tpr_addr" / UInt32 * "virtual address of the local APIC's register",
        "up" / KVMVAPIC_HANDLERS * "routines for a guest with one CPU",
        "mp" / KVMVAPIC_HANDLERS * "routines for a guest with several",
    ],
)

KVM_TPR_OPT_V1 = VMState(
    "kvm-tpr-opt",
    version_id=1,
    fields=[
        "rom_state" / KVMVAPIC_GUEST_ROM * "header of the option ROM in guest memory",
        "state" / UInt32 * "0 inactive, 1 active, 2 standby",
        "real_tpr_addr" / UInt32 * "virtual address at which the guest maps the local APIC's register",
        "rom_state_vaddr" / UInt32 * "virtual address of rom_state",
        "vapic_paddr" / UInt32 * "physical address of the page with the task priorities",
        "rom_state_paddr" / UInt32 * "physical address of rom_state",
    ],
)
