"""A serial EEPROM of the 93Cxx family, as the 8255x and the DC-390 have. Same bytes in every release."""

from __future__ import annotations

from qidl.wire.primitives import Array, Equal, Only, Since, UInt8, UInt16, Unused
from qidl.wire.vmstate import VMState

_LAST_OF_8_BITS = 20061112
"""The last version that has the size in one byte."""

EEPROM_V20061113 = VMState(
    "eeprom",
    version_id=20061113,
    minimum_version_id=_LAST_OF_8_BITS,
    fields=[
        "tick" / UInt8 * "clock edges since it was selected",
        "address" / UInt8,
        "command" / UInt8,
        "writable" / UInt8 * "writes are enabled",
        "eecs" / UInt8 * "line: chip select",
        "eesk" / UInt8 * "line: clock",
        "eedo" / UInt8 * "line: data out",
        "addrbits" / UInt8 * "bits of an address",
        # The older form is read unchecked, the newer must say what every EEPROM of a PC has.
        "size" / Only(_LAST_OF_8_BITS, UInt8) * "words",
        "unused_size" / Only(_LAST_OF_8_BITS, Unused(1)) * "was the size's other byte",
        "size" / Since(20061113, Equal(UInt16, 64)) * "words",
        "data" / UInt16 * "word that is shifted in or out",
        "contents" / Array("size", UInt16),
    ],
)
