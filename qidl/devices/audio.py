"""The audio subsystem: all of it is the host's. Its section is empty, yet a stream has to have it."""

from __future__ import annotations

from typing import Self

from qidl.annotations import Mark, QEMUTimer, int32
from qidl.declaration import declare


@declare(mark=Mark.IMMUTABLE)
class AudioState:
    """The host's audio, shared by every sound card of the machine."""

    drv: object = None
    drv_opaque: object = None
    # Polls the host: paced by the driver, not by the guest.
    ts: QEMUTimer = -1
    card_head: object = None
    hw_head_in: object = None
    hw_head_out: object = None
    cap_head: object = None
    nb_hw_voices_out: int32 = 0
    nb_hw_voices_in: int32 = 0
    vm_running: int32 = 0

    @classmethod
    def reset(cls) -> Self:
        """Nothing that could be reset."""
        return cls()
