"""The VMware mouse: absolute positions, by way of an I/O port."""

from __future__ import annotations

from typing import Self

from qidl.annotations import array, immutable, int32, uint8, uint16, uint32
from qidl.declaration import declare

DISABLED = 0xFFFF
"""Value of ``status`` until the guest turns the mouse on."""


@declare
class VMMouseState:
    """A queue of words for the guest, four for each event."""

    queue_size: int32 = 1024
    # All of it travels, not only the words in use.
    queue: list[uint32] = array(1024)
    nb_queue: uint16 = 0
    status: uint16 = 0
    absolute: uint8 = 0

    dev: object = immutable(reason="place on the ISA bus")
    entry: object = immutable(reason="handler of the host's events, registered again for the value of absolute")
    ps2_mouse: object = immutable(reason="the mouse whose interrupt announces events")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: disabled."""
        return cls(status=DISABLED)
