"""Between QEMU 1.0 and 1.1, each with its own machine type: pc-1.0 and pc-1.1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from qidl.compat.machine import Block, Machine, Part
from qidl.compat.step import Lost, step, steps
from qidl.errors import CompatError

State = dict[str, Any]

_HPET_LEGACY = 0x02
"""Bit of the HPET's config: it stands in for the PIT and the RTC."""


def _irq_disabled(timer: int, next_transition_time: int, machine: Machine | None) -> int:
    """Whether the HPET keeps channel 0 from raising interrupts, which 1.0 does not say.

    1.0 stops the timer when the HPET takes over, but a guest that programs the PIT after
    that has it run again, and gets its interrupts. Of a timer that is stopped, the HPET
    knows why; where it cannot be asked, a transition that is due tells as much.
    """
    if timer != -1:
        return 0
    if machine is None:
        return int(next_transition_time != -1)
    hpet = machine.state("hpet")
    return int(hpet is not None and bool(hpet["config"] & _HPET_LEGACY))


@step("i8254", newer="pc-1.1", older="pc-1.0")
class PIT:
    """1.1 says whether channel 0 may interrupt, and keeps no timer; 1.0 stops the timer instead."""

    @staticmethod
    def down(state: State, machine: Machine | None) -> Iterator[Lost]:
        channel = state["channels"][0]
        disabled, time = channel.pop("irq_disabled"), channel["next_transition_time"]
        channel["irq_timer"] = -1 if disabled else time
        again = _irq_disabled(channel["irq_timer"], time, machine)
        if disabled != again:
            yield Lost("channels[0].irq_disabled", disabled, "1.0 takes it from the HPET, which says otherwise")
        if not again and channel["irq_timer"] != time:
            yield Lost("channels[0].next_transition_time", time, "1.0 has the timer stopped")

    @staticmethod
    def up(state: State, machine: Machine | None) -> Iterator[Lost]:
        channel = state["channels"][0]
        timer, time = channel.pop("irq_timer"), channel["next_transition_time"]
        channel["irq_disabled"] = _irq_disabled(timer, time, machine)
        if not channel["irq_disabled"] and timer != time:
            # As 1.1 itself does with a stream of 1.0.
            channel["next_transition_time"] = timer
            yield Lost("channels[0].next_transition_time", time, "1.1 goes by the timer")


@step("hpet", newer="pc-1.1", older="pc-1.0")
class HPET:
    """1.1 keeps the level of the RTC's line while the HPET stands in for it."""

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        if "rtc_irq_level" in state:
            yield Lost("rtc_irq_level", state.pop("rtc_irq_level"), "1.0 has it low until the RTC's next interrupt")


@step("fdc", newer="pc-1.1", older="pc-1.0")
class FDC:
    """1.1 keeps the data rate of the medium in each drive."""

    @staticmethod
    def down(state: State) -> Iterator[Lost]:
        for number, drive in enumerate(state["state"]["drives"]):
            if "media_rate" in drive:
                path = f"state.drives[{number}].media_rate"
                yield Lost(path, drive.pop("media_rate"), "a drive takes it from its medium", harmless=True)


@step("/virtio-balloon", newer="pc-1.1", older="pc-1.0")
class Balloon:
    """The balloon's PCI class was memory (0x0500) and became none of the defined ones (0x00ff).

    A 1.0 that meets the newer class drops, without a word, every section that follows.
    """

    @staticmethod
    def down(state: State) -> None:
        _replace_class(state, b"\xff\x00", b"\x00\x05")

    @staticmethod
    def up(state: State) -> None:
        _replace_class(state, b"\x00\x05", b"\xff\x00")


_CLASS = slice(0x0A, 0x0C)


def _replace_class(state: State, before: bytes, after: bytes) -> None:
    config = bytearray(state["config"])
    if config[_CLASS] == before:
        config[_CLASS] = after
        state["config"] = bytes(config)


@step(newer="pc-1.1", older="pc-1.0")
class VAPIC:
    """1.1 has a section for the optimisation of the task priority register."""

    @staticmethod
    def down(machine: Machine) -> None:
        for part in machine.find("kvm-tpr-opt"):
            # In standby, the ROM waits for a guest to patch; it is called only once one is.
            active = part.state.get("state") == _ACTIVE
            reason = "the guest is patched to call what 1.0 does not have" if active else "the guest is not patched"
            machine.lose(part, [Lost("", part.state, reason, harmless=not active)])
            machine.remove(part)

    @staticmethod
    def up(machine: Machine) -> None:
        apics = machine.find("apic")
        if apics and machine.find("/I440FX") and not machine.find("kvm-tpr-opt"):
            machine.add(Part("kvm-tpr-opt", 0, 1, _vapic_at_power_on()), before=apics[0])


_ACTIVE = 1


def _vapic_at_power_on() -> State:
    def handlers() -> State:
        return {"set_tpr": 0, "set_tpr_eax": 0, "get_tpr": [0] * 8, "get_tpr_stack": 0}

    rom = dict.fromkeys(
        ("vaddr", "fixup_start", "fixup_end", "vapic_vaddr", "vapic_size", "vcpu_shift", "real_tpr_addr"), 0
    )
    rest = dict.fromkeys(("state", "real_tpr_addr", "rom_state_vaddr", "vapic_paddr", "rom_state_paddr"), 0)
    return {"rom_state": {**rom, "up": handlers(), "mp": handlers()}, **rest}


@step(newer="pc-1.1", older="pc-1.0")
class SCSIDisks:
    """1.1 keeps the state of SCSI disks; 1.0 forgets sense data, trays and requests."""

    @staticmethod
    def down(machine: Machine) -> None:
        for part in [*machine.find("/scsi-disk"), *machine.find("/SCSIDevice")]:
            machine.lose(part, [Lost("", part.state, "1.0 keeps nothing of a SCSI device")])
            machine.remove(part)


_PCI_PATH = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}(?::[0-9a-f]{2}\.[0-7])+/")
_PORT_PATH = re.compile(r"(\d+)(?:\.\d+)*/")
_CONNECTED = 0x01


@step(newer="pc-1.1", older="pc-1.0")
class USBPaths:
    """1.1 names a USB device by its controller and its port (0000:00:01.2/1/usb-ptr), 1.0 by the port alone."""

    @staticmethod
    def down(machine: Machine) -> None:
        taken: dict[str, str] = {}
        for part in machine:
            path = _PCI_PATH.match(part.idstr)
            if path and _PORT_PATH.match(part.idstr, path.end()):
                short = part.idstr[path.end() :]
                if short in taken:
                    raise CompatError(
                        f"{part.idstr}: expected one {short}, which is all that 1.0 tells apart; "
                        f"found {taken[short]} as well"
                    )
                taken[short] = part.idstr
                part.idstr = short

    @staticmethod
    def up(machine: Machine) -> None:
        for part in machine:
            port = _PORT_PATH.match(part.idstr)
            if port:
                part.idstr = f"{_controller(machine, part, int(port[1]))}/{part.idstr}"


def _controller(machine: Machine, part: Part, port: int) -> str:
    """Path of the controller that has something in this root port.

    :raises CompatError: none has, or several have
    """
    found = [
        controller.idstr.rpartition("/")[0]
        for controller in machine.find("/uhci")
        if port <= len(controller.state["ports"]) and controller.state["ports"][port - 1]["ctrl"] & _CONNECTED
    ]
    if len(found) != 1:
        names = " and ".join(found) or "none"
        raise CompatError(f"{part.idstr}: expected one controller with a device in port {port}, found {names}")
    return found[0]


_BIOS_COPY = 128 << 10
"""Bytes below 1 MiB that repeat the end of the firmware."""


@step(newer="pc-1.1", older="pc-1.0")
class Firmware:
    """1.1 keeps the firmware in a flash, system.flash, whose end is also isa-bios; 1.0 has it in pc.bios."""

    @staticmethod
    def down(machine: Machine) -> None:
        if "system.flash" in machine.blocks:
            machine.rename_block("system.flash", "pc.bios")
            machine.blocks.pop("isa-bios", None)

    @staticmethod
    def up(machine: Machine) -> None:
        # isapc keeps its firmware in a ROM.
        if "pc.bios" in machine.blocks and machine.find("/I440FX"):
            flash = machine.blocks["pc.bios"]
            machine.rename_block("pc.bios", "system.flash")
            machine.blocks["isa-bios"] = Block(min(flash.length, _BIOS_COPY), flash.origin, is_copy=True)


def renew_machine_type(machine: Machine) -> None:
    """Make of an older machine type, which a newer QEMU ran, the one that is new with it.

    A release from 1.1 on that runs pc-1.0 writes its own sections, but names memory and USB
    devices as 1.0 does. The firmware alone does not tell, since under KVM it stays in a ROM:
    the vapic does, which pc-1.0 does not have.
    """
    if "pc.bios" in machine.blocks and machine.find("apic") and not machine.find("kvm-tpr-opt"):
        for found in (Firmware, USBPaths, VAPIC):
            found.up(machine)
        for part in machine.find("/virtio-balloon"):
            _replace_class(part.state, b"\x00\x05", b"\xff\x00")


STEPS: Final = steps(PIT, HPET, FDC, Balloon, VAPIC, SCSIDisks, USBPaths, Firmware)
