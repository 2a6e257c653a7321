"""Elements: as many as are said, or as many as are announced."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import construct

from qidl.errors import EndOfInput, SchemaError, WireError
from qidl.sentences import shown
from qidl.wire.conditions import Conditional
from qidl.wire.integers import Integer
from qidl.wire.measures import measure, minimum_size
from qidl.wire.reader import Path, Reader, State


def _check_element(form: str, subcon: Any) -> None:
    if isinstance(subcon, Conditional):
        raise SchemaError(f"{form}: expected an element that is always there, found one if {subcon.condition}")


class Array(construct.Subconstruct):  # type: ignore[misc]
    """Elements back to back.

    :param count: their number; or the path of the earlier field that holds it, or a
        function that gives it from the state read so far
    :param subcon: one element
    :raises SchemaError: the element is under a condition
    """

    def __init__(self, count: int | str | Callable[[State], int], subcon: Any) -> None:
        super().__init__(subcon)
        _check_element("Array", subcon)
        self.count = int(count) if isinstance(count, int) else count
        self.kind = getattr(subcon, "kind", "struct")

    def minimum_size(self) -> int:
        """Bytes that it takes at the least."""
        return self.count * minimum_size(self.subcon) if isinstance(self.count, int) else 0

    def _parse(self, stream: Reader, context: Any, path: Path) -> list[Any]:
        count = measure(self.count, context)
        least = minimum_size(self.subcon)
        # A number that the layout says needs no bound; one that the input says must be able to be there.
        room = count * least if isinstance(self.count, int) else count * max(least, 1)
        if count < 0:
            raise WireError(f"{count} elements of {least} bytes", "a negative count", path=path, offset=stream.offset)
        if room > stream.remaining:
            found = f"{stream.remaining} bytes"
            raise EndOfInput(f"{count} elements of {least} bytes", found, path=path, offset=stream.offset)
        if not isinstance(self.count, int):
            stream.check_count(count, path)
            if not least:
                stream.take_empty(count, path)
        if isinstance(self.subcon, Integer):
            data = stream.take(count * self.subcon.length, path, self.kind)
            return list(struct.unpack(f">{count}{self.subcon.code}", data))
        return [self.subcon._parse(stream, context, f"{path}[{index}]") for index in range(count)]

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        count = measure(self.count, context)
        if isinstance(obj, bytes | bytearray) and self.kind == "uint8":
            obj = list(obj)
        if not isinstance(obj, list | tuple):
            raise WireError("a list", shown(obj), path=path)
        if len(obj) != count:
            raise WireError(f"{count} elements", str(len(obj)), path=path)
        if isinstance(self.subcon, Integer) and self.subcon.fits(obj):
            stream.write(struct.pack(f">{count}{self.subcon.code}", *obj))
            return [*obj]
        return [self.subcon._build(element, stream, context, f"{path}[{index}]") for index, element in enumerate(obj)]

    def _sizeof(self, context: Any, path: Path) -> int:
        if not isinstance(self.count, int):
            raise construct.SizeofError(path=path)
        return int(self.count * self.subcon._sizeof(context, path))


class Listed(construct.Subconstruct):  # type: ignore[misc]
    """Elements, each announced by a marker byte, until a byte 0.

    :param subcon: one element
    :param marker: the byte before each element
    :raises SchemaError: the element is under a condition, or the marker is no byte but 0
    """

    kind = "list"

    def __init__(self, marker: int, subcon: Any) -> None:
        super().__init__(subcon)
        _check_element("Listed", subcon)
        if type(marker) is not int or not 1 <= marker <= 255:
            raise SchemaError(f"Listed: expected a marker of 1..255, found {shown(marker)}")
        self.marker = marker

    def minimum_size(self) -> int:
        """Bytes that it takes at the least."""
        return 1

    def _parse(self, stream: Reader, context: Any, path: Path) -> list[Any]:
        elements: list[Any] = []
        while True:
            here = f"{path}[{len(elements)}]"
            byte = stream.take(1, here, "marker")[0]
            if byte == 0:
                return elements
            if byte != self.marker:
                raise WireError(f"marker {self.marker} or 0", str(byte), path=here, offset=stream.offset - 1)
            stream.check_count(len(elements) + 1, path)
            elements.append(self.subcon._parse(stream, context, here))

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if not isinstance(obj, list | tuple):
            raise WireError("a list", shown(obj), path=path)
        for index, element in enumerate(obj):
            stream.write(bytes([self.marker]))
            self.subcon._build(element, stream, context, f"{path}[{index}]")
        stream.write(b"\0")
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        raise construct.SizeofError(path=path)
