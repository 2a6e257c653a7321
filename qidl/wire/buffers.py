"""Raw bytes: those that mean something, and those that QEMU skips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from qidl.errors import SchemaError, WireError
from qidl.sentences import shown
from qidl.wire.measures import measure
from qidl.wire.reader import Path, Reader, State, as_bytes


class Buffer(construct.Construct):  # type: ignore[misc]
    """Raw bytes.

    :param length: their number; or the path of the earlier field that holds it, or a
        function that gives it from the state read so far
    """

    kind = "buffer"

    def __init__(self, length: int | str | Callable[[State], int]) -> None:
        super().__init__()
        self.length = int(length) if isinstance(length, int) else length

    def _parse(self, stream: Reader, context: Any, path: Path) -> bytes:
        return stream.take(measure(self.length, context), path, self.kind)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        length = measure(self.length, context)
        data = as_bytes(obj, path)
        if len(data) != length:
            raise WireError(f"{length} bytes", str(len(data)), path=path)
        stream.write(data)
        return data

    def _sizeof(self, context: Any, path: Path) -> int:
        if not isinstance(self.length, int):
            raise construct.SizeofError(path=path)
        return self.length


class Unused(construct.Construct):  # type: ignore[misc]
    """Bytes that QEMU writes as zeros and skips unread.

    Zeros are no member of the state; other bytes, which a stranger wrote, are kept in one.

    :param length: their number
    :raises SchemaError: it is no number, or below 0
    """

    kind = "unused_buffer"

    def __init__(self, length: int) -> None:
        super().__init__()
        if not isinstance(length, int) or length < 0:
            raise SchemaError(f"Unused: expected a number of bytes, found {shown(length)}")
        self.length = int(length)

    def _parse(self, stream: Reader, context: Any, path: Path) -> bytes | None:
        data = stream.take(self.length, path, "unused")
        return data if any(data) else None

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if obj is None:
            stream.write(bytes(self.length))
            return obj
        data = as_bytes(obj, path)
        if len(data) != self.length or not any(data):
            raise WireError(f"{self.length} bytes other than zeros, or no member", shown(obj), path=path)
        stream.write(data)
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        return self.length
