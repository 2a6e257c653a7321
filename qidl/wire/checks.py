"""Fields of which a loading QEMU refuses some values."""

from __future__ import annotations

from typing import Any

import construct

from qidl.errors import WireError
from qidl.wire.integers import Integer
from qidl.wire.measures import minimum_size
from qidl.wire.reader import Path, Reader, shown


class Checked(construct.Subconstruct):  # type: ignore[misc]
    """An integer that a loading QEMU refuses unless it is within bounds.

    :ivar least: smallest value accepted
    :ivar most: greatest value accepted
    """

    def __init__(self, subcon: Integer, least: int, most: int) -> None:
        super().__init__(subcon)
        self.least = least
        self.most = most
        self.kind = subcon.kind

    @property
    def bounds(self) -> str:
        """What is accepted, in words."""
        if self.least == self.most:
            return str(self.least)
        return f"at least {self.least}" if self.most == self.subcon.maximum else f"{self.least}..{self.most}"

    def minimum_size(self) -> int:
        """Bytes that it takes at the least."""
        return minimum_size(self.subcon)

    def _parse(self, stream: Reader, context: Any, path: Path) -> Any:
        offset = stream.offset
        value = self.subcon._parse(stream, context, path)
        if not self.least <= value <= self.most:
            raise WireError(self.bounds, str(value), path=path, offset=offset)
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if type(obj) is not int or not self.least <= obj <= self.most:
            raise WireError(self.bounds, shown(obj), path=path)
        return self.subcon._build(obj, stream, context, path)


def Equal(subcon: Integer, value: int) -> Checked:
    """A field that must equal the destination's own, which on a PC is ``value``."""
    return Checked(subcon, value, value)


def AtLeast(subcon: Integer, value: int) -> Checked:
    """A field that must not be below the destination's own, which on a PC is ``value``."""
    return Checked(subcon, value, subcon.maximum)


def Range(subcon: Integer, least: int, most: int) -> Checked:
    """A field whose value QEMU bounds."""
    return Checked(subcon, least, most)
