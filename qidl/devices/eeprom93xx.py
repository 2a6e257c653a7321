"""A serial EEPROM of the 93Cxx family, as the 8255x and the DC-390 have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

from qidl.annotations import array, uint8, uint16
from qidl.declaration import declare
from qidl.devices.e1000 import DEFAULT_MAC, eeprom_checksum, mac_words

WORDS: Final = 64
"""Size of every EEPROM of a PC."""


@declare
class eeprom_t:
    """An EEPROM: its lines, the command under way, and its words."""

    tick: uint8 = 0
    address: uint8 = 0
    command: uint8 = 0
    writable: uint8 = 0
    eecs: uint8 = 0
    eesk: uint8 = 0
    eedo: uint8 = 1
    # These two are fixed when the EEPROM is made. The first is believed on loading, the second compared.
    addrbits: uint8 = 6
    size: uint16 = WORDS
    data: uint16 = 0
    contents: list[uint16] = array(size="size")

    @classmethod
    def reset(cls, contents: Sequence[int] | None = None) -> Self:
        """Power-on state: not selected.

        :param contents: the 64 words; those of an 82551 with the default address unless given
        """
        return cls(contents=nic_contents() if contents is None else list(contents))


def nic_contents(model: str = "i82551", mac: bytes = DEFAULT_MAC) -> list[int]:
    """What an 8255x writes into its EEPROM at every reset: address, ID, PHY and checksum."""
    words = mac_words(mac) + [0] * (WORDS - 4)
    words[5] = 0x0100 if model in ("i82557b", "i82557c") else 0x4000
    words[6] = 0x0001
    return [*words, eeprom_checksum(words)]


def dc390_contents() -> list[int]:
    """What the EEPROM of a DC-390 SCSI adapter holds: a byte for each target, settings, and a checksum."""
    words = [0x57] * 16 + [0] * (WORDS - 17)
    words[32:35] = [0x0F07, 0x0400, 0x0007]
    return [*words, (0x1234 - sum(words)) & 0xFFFF]
