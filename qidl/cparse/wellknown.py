"""Structs of the C library and of QEMU that QIDL serialises although no file declares them."""

from __future__ import annotations

from qidl.annotations import int32, int64, uint64
from qidl.declaration import declare


@declare
class tm:
    """``struct tm``: a broken-down time. Its week day and day of the year do not travel."""

    tm_year: int32 = 0
    tm_mon: int32 = 0
    tm_mday: int32 = 0
    tm_hour: int32 = 0
    tm_min: int32 = 0
    tm_sec: int32 = 0


@declare
class Int128:
    """A signed integer of 128 bits: ``hi << 64 | lo``."""

    lo: uint64 = 0
    hi: int64 = 0
