"""PS/2 keyboard and mouse."""

from __future__ import annotations

from typing import Self

from qidl.annotations import array, embedded, immutable, int32, optional, uint8, valid
from qidl.declaration import declare


@declare
class PS2Queue:
    """A ring of bytes for the controller."""

    rptr: int32 = 0
    wptr: int32 = 0
    count: int32 = 0
    data: bytearray = valid(array(256), ring=("rptr", "wptr", "count"))


@declare
class PS2State:
    """What keyboard and mouse share. ``write_cmd`` is the command whose argument is awaited, or -1."""

    write_cmd: int32 = -1
    queue: PS2Queue = embedded(PS2Queue)

    update_irq: object = immutable(reason="how the controller is told")
    update_arg: object = immutable(reason="the controller")


@declare
class PS2KbdState:
    """A keyboard. ``ledstate`` is None while no light is on."""

    common: PS2State = embedded(PS2State)
    scan_enabled: int32 = 0
    translate: int32 = 0
    scancode_set: int32 = 0
    ledstate: int32 | None = optional()

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: silent until the guest enables it."""
        return cls()


@declare
class PS2MouseState:
    """A mouse, with what it has yet to report."""

    common: PS2State = embedded(PS2State)
    mouse_status: uint8 = 0
    mouse_resolution: uint8 = 0
    mouse_sample_rate: uint8 = 0
    mouse_wrap: uint8 = 0
    mouse_type: uint8 = 0
    mouse_detect_state: uint8 = 0
    mouse_dx: int32 = 0
    mouse_dy: int32 = 0
    mouse_dz: int32 = 0
    mouse_buttons: uint8 = 0

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: silent until the guest enables it."""
        return cls()
