"""What of a SCSI request in flight takes more than a field: its marker, and data whose length hangs on the command."""

from __future__ import annotations

from typing import Any

import construct

from qidl.errors import WireError
from qidl.sentences import shown
from qidl.wire.primitives import Buffer, Reader, as_bytes

READS = frozenset({0x08, 0x28, 0xA8, 0x88})
"""Opcodes of READ (6), (10), (12) and (16)."""

VERIFIES = frozenset({0x2F, 0xAF, 0x8F})
"""Opcodes of VERIFY (10), (12) and (16)."""

WRITES = frozenset({0x0A, 0x2A, 0xAA, 0x8A, 0x2E, 0xAE, 0x8E})
"""Opcodes of WRITE (6), (10), (12), (16) and WRITE AND VERIFY (10), (12), (16)."""

DATA_OUT = WRITES | {
    *(0x04, 0x07, 0x15, 0x18, 0x1D),  # FORMAT UNIT, REASSIGN BLOCKS, MODE SELECT (6), COPY, SEND DIAGNOSTIC
    *(0x30, 0x31, 0x32, 0xB0, 0xB1, 0xB2),  # SEARCH DATA, (10) and (12)
    *(0x38, 0x39, 0x3A, 0x3B, 0x3D, 0x3F),  # MEDIUM SCAN, COMPARE, COPY AND VERIFY, WRITE BUFFER, UPDATE, WRITE LONG
    *(0x40, 0x41, 0x4C, 0x55),  # CHANGE DEFINITION, WRITE SAME, LOG SELECT, MODE SELECT (10)
    *(0x5D, 0x5F, 0xA4, 0xB6, 0xBF),  # SEND CUE SHEET, PERSISTENT RESERVE OUT, MAINTENANCE OUT, VOLUME TAG, DVD
}
"""Opcodes of all commands whose data goes to the device."""

RETRY_1_1 = {1: True}
RETRY = {1: True, 2: False}
"""The byte before a request, and what it says: to be run again, or (from 1.2) under way."""


class CDB(Buffer):
    """A command descriptor block: 6 to 16 bytes, zeros behind it."""

    def __init__(self) -> None:
        super().__init__(16)

    def draw_value(self, draw: Any, state: dict[str, Any]) -> bytes:
        """For Hypothesis: any opcode, those that make a difference more often."""
        from hypothesis import strategies as st

        opcode: int = draw(st.sampled_from(sorted(READS | VERIFIES | DATA_OUT)) | st.integers(0, 255))
        rest: bytes = draw(st.binary(min_size=15, max_size=15))
        return bytes([opcode]) + rest


class Retry(construct.Construct):  # type: ignore[misc]
    """The byte that announces a request, as a bool.

    :param meanings: the bytes that there are
    """

    kind = "bool"

    def __init__(self, meanings: dict[int, bool]) -> None:
        super().__init__()
        self.meanings = meanings
        self.markers = {meaning: byte for byte, meaning in meanings.items()}

    def _parse(self, stream: Reader, context: Any, path: str) -> bool:
        byte = stream.take(1, path, "marker")[0]
        if byte not in self.meanings:
            known = " or ".join(map(str, (*self.meanings, 0)))
            raise WireError(f"marker {known}", str(byte), path=path, offset=stream.offset - 1)
        return self.meanings[byte]

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if type(obj) is not bool or obj not in self.markers:
            raise WireError(" or ".join(map(str, self.markers)), shown(obj), path=path)
        stream.write(bytes([self.markers[obj]]))
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 1

    def describe(self) -> dict[str, Any]:
        """What :func:`qidl.wire.describe.describe` cannot tell by itself."""
        return {"accepted": " or ".join(f"{byte} ({str(retry).lower()})" for byte, retry in self.meanings.items())}

    def draw_value(self, draw: Any, state: dict[str, Any]) -> bool:
        """For Hypothesis."""
        from hypothesis import strategies as st

        return bool(draw(st.sampled_from(list(self.markers))))


class Requests(construct.Subconstruct):  # type: ignore[misc]
    """Requests, each beginning with a byte other than 0, until a byte 0.

    :param subcon: one request, that byte included
    """

    kind = "list"

    def minimum_size(self) -> int:
        """Bytes that an empty list takes."""
        return 1

    def _parse(self, stream: Reader, context: Any, path: str) -> list[Any]:
        requests: list[Any] = []
        while not stream.remaining or stream.data[stream.offset]:
            stream.check_count(len(requests) + 1, path)
            requests.append(self.subcon._parse(stream, context, f"{path}[{len(requests)}]"))
        stream.offset += 1
        return requests

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, list | tuple):
            raise WireError("a list", shown(obj), path=path)
        for index, request in enumerate(obj):
            self.subcon._build(request, stream, context, f"{path}[{index}]")
        stream.write(b"\0")
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        raise construct.SizeofError(path=path)

    def describe(self) -> dict[str, Any]:
        """What :func:`qidl.wire.describe.describe` cannot tell by itself."""
        return {"count": "until a byte 0"}

    def draw_value(self, draw: Any, state: dict[str, Any]) -> list[Any]:
        """For Hypothesis."""
        from hypothesis import strategies as st

        from qidl.strategies import states

        requests: list[Any] = draw(st.lists(states(self.subcon), max_size=2))
        return requests


class DataOut(construct.Construct):  # type: ignore[misc]
    """What a request is to write. Its length is not on the wire: the current piece, as far as there is room."""

    kind = "buffer"

    def _parse(self, stream: Reader, context: Any, path: str) -> bytes:
        return stream.take(self._size(context.state), path, self.kind)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        data, size = as_bytes(obj, path), self._size(context.state)
        if len(data) != size:
            raise WireError(f"{size} bytes", str(len(data)), path=path)
        stream.write(data)
        return obj

    def _size(self, state: dict[str, Any]) -> int:
        size: int = min(512 * state["sector_count"], state["buflen"])
        return size

    def _sizeof(self, context: Any, path: str) -> int:
        raise construct.SizeofError(path=path)

    def describe(self) -> dict[str, Any]:
        """What :func:`qidl.wire.describe.describe` cannot tell by itself."""
        return {"length": "512 per sector_count, buflen at most"}

    def draw_value(self, draw: Any, state: dict[str, Any]) -> bytes:
        """For Hypothesis: the room is cut down to what an example may hold."""
        from hypothesis import strategies as st

        state["buflen"] = draw(st.integers(1, 1024))
        size = self._size(state)
        data: bytes = draw(st.binary(min_size=size, max_size=size))
        return data


class DataIn(construct.Construct):  # type: ignore[misc]
    """What a request under way has read so far: a 32-bit length, of ``buflen`` at most, and the bytes."""

    kind = "buffer"

    def _parse(self, stream: Reader, context: Any, path: str) -> bytes:
        length = int.from_bytes(stream.take(4, path, "length"), "big")
        self._check(length, context, path, stream)
        return stream.take(length, path, self.kind)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        data = as_bytes(obj, path)
        self._check(len(data), context, path, stream)
        stream.write(len(data).to_bytes(4, "big") + data)
        return obj

    def _check(self, length: int, context: Any, path: str, stream: Any) -> None:
        most = context.state["buflen"]
        if length > most:
            offset = stream.offset - 4 if isinstance(stream, Reader) else None
            stream.refuse(WireError(f"at most {most} bytes, as buflen says", str(length), path=path, offset=offset))

    def _sizeof(self, context: Any, path: str) -> int:
        raise construct.SizeofError(path=path)

    def describe(self) -> dict[str, Any]:
        """What :func:`qidl.wire.describe.describe` cannot tell by itself."""
        return {"length": "as a uint32 in front says, buflen at most"}

    def draw_value(self, draw: Any, state: dict[str, Any]) -> bytes:
        """For Hypothesis."""
        from hypothesis import strategies as st

        data: bytes = draw(st.binary(max_size=min(state["buflen"], 64)))
        return data
