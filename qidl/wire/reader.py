"""Where forms read from and write to, and how values are taken."""

from __future__ import annotations

import io
from typing import Any

from qidl.errors import EndOfInput, WireError
from qidl.limits import LIMITS, Limits
from qidl.sentences import shown

Path = str
State = dict[str, Any]


class Reader:
    """A place in bytes that are not copied until they are read; what construct takes for a stream.

    :ivar limits: on what is read
    :ivar problems: values that are not what they have to be, where these are noted and not refused
    """

    def __init__(
        self,
        data: memoryview,
        offset: int = 0,
        limits: Limits = LIMITS,
        problems: list[WireError] | None = None,
    ) -> None:
        self.data = data
        self.offset = offset
        self.limits = limits
        self.problems = problems
        self._depth = 0
        self._empty = 0

    def refuse(self, error: WireError) -> None:
        """Say that a value is not what it has to be.

        :raises WireError: the error, unless problems are noted
        """
        if self.problems is None:
            raise error
        self.problems.append(error)

    def enter(self, path: Path) -> None:
        """Begin a struct; :meth:`leave` ends it.

        :raises WireError: too many are within one another
        """
        self._depth += 1
        if self._depth > self.limits.nesting:
            most = f"at most {self.limits.nesting} structs within one another"
            raise WireError(most, "another", path=path, offset=self.offset)

    def leave(self) -> None:
        """End the struct that began last."""
        self._depth -= 1

    def check_count(self, count: int, path: Path) -> None:
        """Hold the length of a list against the limits.

        :raises WireError: it is too long
        """
        if count > self.limits.elements:
            raise WireError(f"at most {self.limits.elements} elements", str(count), path=path, offset=self.offset)

    def take_empty(self, count: int, path: Path) -> None:
        """Count elements that may take no bytes, of which a few bytes could bring very many within one another.

        :raises WireError: all in all, there are more than bytes
        """
        self._empty += count
        if self._empty > len(self.data):
            raise WireError(f"at most {len(self.data)} elements of no bytes", "more", path=path, offset=self.offset)

    def read(self, length: int = -1) -> bytes:
        """Return up to ``length`` bytes; all that are left if it is negative."""
        end = len(self.data) if length < 0 else self.offset + length
        found = bytes(self.data[self.offset : end])
        self.offset += len(found)
        return found

    def tell(self) -> int:
        """Bytes before the next one."""
        return self.offset

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to ``offset``, counted from the start (0), from here (1) or from the end (2)."""
        self.offset = offset + (0, self.offset, len(self.data))[whence]
        return self.offset

    @property
    def remaining(self) -> int:
        """Bytes left."""
        return len(self.data) - self.offset

    def take(self, length: int, path: Path, what: str) -> bytes:
        """Return exactly ``length`` bytes.

        :raises EndOfInput: fewer are left
        :raises WireError: the length is negative
        """
        if length < 0:
            raise WireError(f"a length ({what})", str(length), path=path, offset=self.offset)
        if self.remaining < length:
            raise EndOfInput(f"{length} bytes ({what})", f"{self.remaining}", path=path, offset=self.offset)
        return self.read(length)


class Writer(io.BytesIO):
    """A payload in the making; what construct takes for a stream.

    :param is_strict: whether values that are not what they have to be are refused
    """

    def __init__(self, *, is_strict: bool = True) -> None:
        super().__init__()
        self._is_strict = is_strict

    def refuse(self, error: WireError) -> None:
        """Say that a value is not what it has to be.

        :raises WireError: the error, where that is strict
        """
        if self._is_strict:
            raise error


def as_bytes(value: Any, path: Path) -> bytes:
    """Take bytes, or a list of integers that says the same.

    :raises WireError: the value is neither
    """
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, list | tuple):
        for index, byte in enumerate(value):
            if type(byte) is not int or not 0 <= byte <= 255:
                raise WireError("uint8 (0..255)", shown(byte), path=f"{path}[{index}]")
        return bytes(value)
    raise WireError("bytes", shown(value), path=path)
