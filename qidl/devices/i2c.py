"""The I²C bus of the PIIX4's SMBus."""

from __future__ import annotations

from typing import Self

from qidl.annotations import BusState, elsewhere, uint8
from qidl.declaration import declare

NO_TRANSFER = 0xFF
"""Value of ``saved_address`` when no transfer is under way."""


@declare
class i2c_bus:
    """The bus: which slave a transfer goes to."""

    saved_address: uint8 = NO_TRANSFER

    qbus: BusState | None = None
    current_dev: object = elsewhere(reason="a slave that is at saved_address puts itself here when it is loaded")
    dev: object = elsewhere(reason="slaves that save anything do so in their own sections")

    @classmethod
    def reset(cls) -> Self:
        """Power-on state: no transfer."""
        return cls()
