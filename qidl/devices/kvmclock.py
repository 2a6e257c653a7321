"""KVM's clock."""

from __future__ import annotations

from typing import Self

from qidl.annotations import SysBusDevice, immutable, uint64
from qidl.declaration import declare


@declare
class KVMClockState:
    """The clock that guests read through KVM: ns since the machine started."""

    clock: uint64 = 0

    busdev: SysBusDevice | None = None
    clock_valid: bool = immutable(False, reason="whether the stopped machine's clock has been read; not once it runs")

    @classmethod
    def reset(cls, clock: int = 0) -> Self:
        """Power-on state.

        :param clock: the clock, in ns
        """
        return cls(clock=clock)
