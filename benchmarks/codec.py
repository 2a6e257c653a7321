"""Reading and writing, in the one form in which all of them are timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Codec(NamedTuple):
    """What turns a payload into a value, and that value into the payload."""

    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
