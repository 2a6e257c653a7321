"""Values on their way to the wire: runs that one pack writes, and pieces that come as they are."""

from __future__ import annotations

import struct

from qidl.generating.source import Source

_LARGE = 1024
"""Bytes of a buffer from which on it is not worth another copy to have it packed with its neighbours."""


class Packing:
    """What a generated function has to write, in order."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._codes: list[str] = []
        self._arguments: list[str] = []
        self._pieces: list[str] = []

    def add(self, code: str, argument: str) -> None:
        """Append a field of fixed size."""
        if code.endswith("s") and int(code[:-1]) >= _LARGE:
            self.add_piece(argument)
        else:
            self._codes.append(code)
            self._arguments.append(argument)

    def add_piece(self, expression: str) -> None:
        """Append bytes."""
        self._flush()
        self._pieces.append(expression)

    def expression(self) -> str:
        """An expression for all of them."""
        self._flush()
        if len(self._pieces) == 1:
            return self._pieces[0]
        return f"b''.join(({', '.join(self._pieces)},))" if self._pieces else "b''"

    def _flush(self) -> None:
        if self._codes:
            name = self._source.local()
            pack = pack_function(self._source, "".join(self._codes))
            self._source.line(f"{name} = {pack}({', '.join(self._arguments)})")
            self._codes, self._arguments = [], []
            self._pieces.append(name)


def pack_function(source: Source, codes: str) -> str:
    """Name of the function that packs by this format."""
    packed = struct.Struct(f">{codes}")
    return source.constant(packed.pack, packed.format)
