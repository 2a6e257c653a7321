"""The IB700 watchdog, on ISA."""

from __future__ import annotations

from typing import Self

from qidl.annotations import QEMUTimer, immutable
from qidl.declaration import declare


@declare
class IB700State:
    """A watchdog: counts down from 30 s or less unless it is started again."""

    timer: QEMUTimer = -1

    dev: object = immutable()
    port_list: object = immutable(reason="registration of the ports")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: off."""
        return cls()
