"""Fields of which some values are refused: those that a loading QEMU refuses, in one release or another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from qidl.errors import WireError
from qidl.sentences import shown
from qidl.wire.measures import in_words, minimum_size
from qidl.wire.reader import Path, Reader


class Validated(construct.Subconstruct):  # type: ignore[misc]
    """An integer that has to be one of some; the base of the forms that say which.

    :param subcon: the integer
    """

    def __init__(self, subcon: Any) -> None:
        super().__init__(subcon)
        self.kind = subcon.kind

    def accepts(self, value: int) -> bool:
        """Whether it can be this."""
        raise NotImplementedError

    @property
    def accepted(self) -> str:
        """What is accepted, in words."""
        raise NotImplementedError

    def minimum_size(self) -> int:
        """Bytes that it takes at the least."""
        return minimum_size(self.subcon)

    def _parse(self, stream: Reader, context: Any, path: Path) -> Any:
        offset = stream.offset
        value = self.subcon._parse(stream, context, path)
        if not self.accepts(value):
            stream.refuse(WireError(self.accepted, str(value), path=path, offset=offset))
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if type(obj) is not int:
            raise WireError(self.accepted, shown(obj), path=path)
        if not self.accepts(obj):
            stream.refuse(WireError(self.accepted, shown(obj), path=path))
        return self.subcon._build(obj, stream, context, path)


class Checked(Validated):
    """An integer within bounds.

    :ivar least: smallest value accepted
    :ivar most: greatest value accepted
    """

    def __init__(self, subcon: Any, least: int, most: int) -> None:
        super().__init__(subcon)
        self.least = least
        self.most = most

    def accepts(self, value: int) -> bool:
        return self.least <= value <= self.most

    @property
    def accepted(self) -> str:
        if self.least == self.most:
            return str(self.least)
        return f"at least {self.least}" if self.most == self.subcon.maximum else f"{self.least}..{self.most}"


def Equal(subcon: Any, value: int) -> Checked:
    """A field that must equal the destination's own, which on a PC is ``value``."""
    return Checked(subcon, value, value)


def AtLeast(subcon: Any, value: int) -> Checked:
    """A field that must not be below the destination's own, which on a PC is ``value``."""
    return Checked(subcon, value, subcon.maximum)


def Range(subcon: Any, least: int, most: int) -> Checked:
    """A field whose value QEMU bounds."""
    return Checked(subcon, least, most)


class OneOf(Validated):
    """An integer that is one of a few."""

    def __init__(self, subcon: Any, *values: int) -> None:
        super().__init__(subcon)
        self.values = values

    def accepts(self, value: int) -> bool:
        return value in self.values

    @property
    def accepted(self) -> str:
        return f"one of {', '.join(map(str, self.values))}"


class Bits(Validated):
    """An integer that has no other bits than these.

    :param mask: the bits
    """

    def __init__(self, subcon: Any, mask: int) -> None:
        super().__init__(subcon)
        self.mask = mask

    def accepts(self, value: int) -> bool:
        return not value & ~self.mask

    @property
    def accepted(self) -> str:
        return f"bits of {self.mask:#x}"


class Check(Validated):
    """An integer of which a function says whether it is accepted.

    :param holds: the function; the first line of its docstring, or its name, says what it asks for
    """

    def __init__(self, subcon: Any, holds: Callable[[int], bool]) -> None:
        super().__init__(subcon)
        self.holds = holds

    def accepts(self, value: int) -> bool:
        return bool(self.holds(value))

    @property
    def accepted(self) -> str:
        return in_words(self.holds)
