"""Where forms read from, and how values are taken and shown."""

from __future__ import annotations

from typing import Any

from qidl.errors import WireError

Path = str
State = dict[str, Any]


class Reader:
    """A place in bytes that are not copied until they are read; what construct takes for a stream."""

    def __init__(self, data: memoryview, offset: int = 0) -> None:
        self.data = data
        self.offset = offset

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

        :raises WireError: fewer are left, or the length is negative
        """
        if length < 0:
            raise WireError(f"a length ({what})", str(length), path=path, offset=self.offset)
        if self.remaining < length:
            raise WireError(f"{length} bytes ({what})", f"{self.remaining}", path=path, offset=self.offset)
        return self.read(length)


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


def shown(value: object) -> str:
    """A value as an error shows it: short, on one line."""
    if value is None or isinstance(value, int | float | str):
        text = repr(value)
        return text if len(text) <= 40 else text[:37] + "..."
    if isinstance(value, bytes | bytearray | list | tuple):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__
