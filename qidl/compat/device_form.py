"""Where a device's QObject is not its newest wire form: the register files of the VGAs.

In C each VGA has 256 sequencer and 256 graphics registers. The wire leaves some of them out; so
do the states of its levels. ``down`` takes a device's QObject to the wire's form, ``up`` the
wire's to a device's, in place; both know a PCI device's state and a plain one, without the PCI
part around it. What does not travel is 0 after ``up``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from qidl.errors import CompatError
from qidl.sentences import NO_MEMBER

State = dict[str, Any]

_REGISTERS = 256
_STD_SR = 8
_STD_GR = 16
_CIRRUS_FIRST_GR = 2

# Members of VGACommonState that std VGA's wire has and Cirrus' has not, as they are after up.
_VBE: Mapping[str, int | list[int]] = {
    "is_vbe_vmstate": 0,
    "vbe_index": 0,
    "vbe_regs": [0] * 10,
    "vbe_start_addr": 0,
    "vbe_line_offset": 0,
    "vbe_bank_mask": 0,
}


@attrs.frozen
class DeviceForm:
    """The way between a device's QObject and the newest wire.

    :ivar up: from the wire to the device, in place
    :ivar down: from the device to the wire, in place; raises :class:`~qidl.errors.CompatError`
        where that would lose something, and then leaves the state as it was
    """

    up: Callable[[State], None]
    down: Callable[[State], None]


def vga_up(state: State) -> None:
    """Make room for the registers that std VGA does not send.

    :raises CompatError: the state is not that of a std VGA
    """
    vga, path = _member(state, "vga", "")
    sr = _registers(vga, path, "sr", _STD_SR)
    gr = _registers(vga, path, "gr", _STD_GR)
    vga["sr"] = sr + bytes(_REGISTERS - _STD_SR)
    vga["gr"] = gr + bytes(_REGISTERS - _STD_GR)


def vga_down(state: State) -> None:
    """Leave the registers that std VGA does not send.

    :raises CompatError: one of them is not 0, or the state is not that of a std VGA
    """
    vga, path = _member(state, "vga", "")
    sr = _registers(vga, path, "sr", _REGISTERS)
    gr = _registers(vga, path, "gr", _REGISTERS)
    _refuse_loss(f"{path}sr", sr, _STD_SR)
    _refuse_loss(f"{path}gr", gr, _STD_GR)
    vga["sr"] = sr[:_STD_SR]
    vga["gr"] = gr[:_STD_GR]


def cirrus_up(state: State) -> None:
    """Make the first two graphics registers from their shadows, and VBE registers that are 0.

    :raises CompatError: the state is not that of a Cirrus VGA
    """
    chip, path = _member(state, "cirrus_vga", "")
    vga, inner = _member(chip, "vga", path)
    gr = _registers(vga, inner, "gr", _REGISTERS - _CIRRUS_FIRST_GR)
    shadows = [_byte(chip, path, "cirrus_shadow_gr0"), _byte(chip, path, "cirrus_shadow_gr1")]
    vga["gr"] = bytes(shadow & 0x0F for shadow in shadows) + gr
    vga.update((name, list(zero) if isinstance(zero, list) else zero) for name, zero in _VBE.items())


def cirrus_down(state: State) -> None:
    """Leave the first two graphics registers, which their shadows give, and the VBE registers.

    :raises CompatError: a VBE register is not 0, or the state is not that of a Cirrus VGA
    """
    chip, path = _member(state, "cirrus_vga", "")
    vga, inner = _member(chip, "vga", path)
    gr = _registers(vga, inner, "gr", _REGISTERS)
    for name, zero in _VBE.items():
        if vga.get(name, zero) != zero:
            raise CompatError(f"{inner}{name}: expected 0, since it does not travel, found {vga[name]}")
    vga["gr"] = gr[_CIRRUS_FIRST_GR:]
    for name in _VBE:
        vga.pop(name, None)


DEVICE_FORMS: Final[Mapping[str, DeviceForm]] = {
    "vga": DeviceForm(vga_up, vga_down),
    "/vga": DeviceForm(vga_up, vga_down),
    "cirrus_vga": DeviceForm(cirrus_up, cirrus_down),
    "/cirrus_vga": DeviceForm(cirrus_up, cirrus_down),
}
"""By the name of the section; ``/`` begins that of one whose idstr has a path."""


def _member(state: State, name: str, path: str) -> tuple[State, str]:
    """A struct within the state, and what its members' paths begin with; the state itself if there is none."""
    if name not in state:
        return state, path
    if not isinstance(state[name], dict):
        raise CompatError(f"{path}{name}: expected a struct, found {type(state[name]).__name__}")
    return state[name], f"{path}{name}."


def _registers(vga: State, path: str, name: str, length: int) -> bytes:
    value = vga.get(name)
    if not isinstance(value, bytes | bytearray | list | tuple):
        found = type(value).__name__ if name in vga else NO_MEMBER
        raise CompatError(f"{path}{name}: expected {length} bytes, found {found}")
    if len(value) != length:
        raise CompatError(f"{path}{name}: expected {length} bytes, found {len(value)}")
    try:
        return bytes(value)
    except (TypeError, ValueError):
        raise CompatError(f"{path}{name}: expected {length} bytes, found other elements") from None


def _byte(chip: State, path: str, name: str) -> int:
    value = chip.get(name)
    if type(value) is not int:
        found = type(value).__name__ if name in chip else NO_MEMBER
        raise CompatError(f"{path}{name}: expected an integer, found {found}")
    return value


def _refuse_loss(path: str, registers: bytes, first: int) -> None:
    """Refuse registers from ``first`` on, which do not travel, unless they are 0."""
    for index, register in enumerate(registers[first:], first):
        if register:
            raise CompatError(f"{path}[{index}]: expected 0, since it does not travel, found {register}")
