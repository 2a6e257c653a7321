"""Source that holds integers against the ranges of their C types."""

from __future__ import annotations

import array
import struct

from qidl.annotations import CType
from qidl.compiled.support import check_integers
from qidl.generating.source import Source

_FEW = 3
"""Integers up to which comparing each is faster than having :mod:`struct` look at them all."""

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
"""By size: the form of a signed integer in :mod:`struct` and :mod:`array`."""


class Ranges:
    """Gathers the integers, and writes the statements that refuse those out of range."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._waiting: list[tuple[str, CType]] = []

    def add(self, name: str, ctype: CType) -> None:
        """Note a variable that holds an integer."""
        self._waiting.append((name, ctype))

    def add_list(self, name: str, ctype: CType) -> None:
        """Write the check of a variable that holds a list, which refuses what is no integer, too."""
        self._source.line(f"{self._source.constant(check_integers)}({name}, {_code(ctype)!r})")

    def forget(self) -> None:
        """Drop what was noted."""
        self._waiting = []

    def check(self) -> None:
        """Write the check of all that were noted."""
        source = self._source
        if len(self._waiting) <= _FEW:
            for name, ctype in self._waiting:
                source.line(f"if not {ctype.minimum} <= {name} <= {ctype.maximum}: raise {source.refused}")
        else:
            packed = struct.Struct(">" + "".join(_code(ctype) for _, ctype in self._waiting))
            names = ", ".join(name for name, _ in self._waiting)
            source.line(f"{source.constant(packed.pack, packed.format)}({names})")
        self.forget()


def _code(ctype: CType) -> str:
    code = _CODES[ctype.size]
    assert array.array(code).itemsize == ctype.size
    return code if ctype.signed else code.upper()
