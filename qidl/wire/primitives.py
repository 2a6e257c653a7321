"""What a VMState is made of: integers, buffers, arrays and conditions, each a construct.

All integers are big-endian. Every primitive reads from a :class:`Reader`, checks before it
allocates, and raises :class:`~qidl.errors.WireError` with the field's path and offset.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import construct

from qidl.errors import WireError
from qidl.wire import path as paths

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


class Integer(construct.FormatField):  # type: ignore[misc]
    """An integer of fixed width, big-endian.

    :ivar kind: name of the kind in descriptions: ``uint8`` … ``int64``, ``timer``
    """

    def __init__(self, kind: str, format: str) -> None:
        super().__init__(">", format)
        self.kind = kind
        self.code = format
        bits = 8 * self.length
        signed = format.islower()
        self.minimum = -(1 << (bits - 1)) if signed else 0
        self.maximum = (1 << (bits - signed)) - 1

    def __repr__(self) -> str:
        return f"<{self.kind}>"

    def fits(self, values: list[Any] | tuple[Any, ...]) -> bool:
        """Whether every value is an integer within the range."""
        if set(map(type, values)) - {int}:
            return False
        return not values or (self.minimum <= min(values) and max(values) <= self.maximum)

    def _parse(self, stream: Reader, context: Any, path: Path) -> int:
        (value,) = struct.unpack(self.fmtstr, stream.take(self.length, path, self.kind))
        return int(value)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if type(obj) is not int or not self.minimum <= obj <= self.maximum:
            raise WireError(f"{self.kind} ({self.minimum}..{self.maximum})", shown(obj), path=path)
        stream.write(struct.pack(self.fmtstr, obj))
        return obj


Int8 = Integer("int8", "b")
Int16 = Integer("int16", "h")
Int32 = Integer("int32", "l")
Int64 = Integer("int64", "q")
UInt8 = Integer("uint8", "B")
UInt16 = Integer("uint16", "H")
UInt32 = Integer("uint32", "L")
UInt64 = Integer("uint64", "Q")
Timer = Integer("timer", "q")
"""Expiry in ns of the timer's clock; -1 when not pending."""


class Boolean(construct.Construct):  # type: ignore[misc]
    """One byte, 0 or 1. QEMU would take any other for true, but never writes one."""

    kind = "bool"

    def _parse(self, stream: Reader, context: Any, path: Path) -> bool:
        byte = stream.take(1, path, self.kind)[0]
        if byte > 1:
            raise WireError("0 or 1", str(byte), path=path, offset=stream.offset - 1)
        return bool(byte)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        if type(obj) is not bool:
            raise WireError("bool", shown(obj), path=path)
        stream.write(b"\1" if obj else b"\0")
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        return 1


Bool = Boolean()


class Buffer(construct.Construct):  # type: ignore[misc]
    """Raw bytes.

    :param length: their number; or the path of the earlier field that holds it, or a
        function that gives it from the state read so far
    """

    kind = "buffer"

    def __init__(self, length: int | str | Callable[[State], int]) -> None:
        super().__init__()
        self.length = length

    def _parse(self, stream: Reader, context: Any, path: Path) -> bytes:
        return stream.take(measure(self.length, context), path, self.kind)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        length = measure(self.length, context)
        data = as_bytes(obj, path)
        if len(data) != length:
            raise WireError(f"{length} bytes", str(len(data)), path=path)
        stream.write(data)
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        if not isinstance(self.length, int):
            raise construct.SizeofError(path=path)
        return self.length


class Unused(construct.Construct):  # type: ignore[misc]
    """Bytes that QEMU writes as zeros and skips unread.

    Zeros are no member of the state; other bytes, which a stranger wrote, are kept in one.
    """

    kind = "unused_buffer"

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

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


class Array(construct.Subconstruct):  # type: ignore[misc]
    """Elements back to back.

    :param count: their number; or the path of the earlier field that holds it, or a
        function that gives it from the state read so far
    :param subcon: one element
    """

    def __init__(self, count: int | str | Callable[[State], int], subcon: Any) -> None:
        super().__init__(subcon)
        self.count = count
        self.kind = getattr(subcon, "kind", "struct")

    def _parse(self, stream: Reader, context: Any, path: Path) -> list[Any]:
        count = measure(self.count, context)
        least = minimum_size(self.subcon)
        # A number that the layout says needs no bound; one that the input says must be able to be there.
        room = count * least if isinstance(self.count, int) else count * max(least, 1)
        if count < 0 or room > stream.remaining:
            found = f"{stream.remaining} bytes" if count >= 0 else "a negative count"
            raise WireError(f"{count} elements of {least} bytes", found, path=path, offset=stream.offset)
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
            return obj
        for index, element in enumerate(obj):
            self.subcon._build(element, stream, context, f"{path}[{index}]")
        return obj

    def _sizeof(self, context: Any, path: Path) -> int:
        if not isinstance(self.count, int):
            raise construct.SizeofError(path=path)
        return int(self.count * self.subcon._sizeof(context, path))


class Listed(construct.Subconstruct):  # type: ignore[misc]
    """Elements, each announced by a marker byte, until a byte 0.

    :param subcon: one element
    :param marker: the byte before each element
    """

    kind = "list"

    def __init__(self, marker: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.marker = marker

    def _parse(self, stream: Reader, context: Any, path: Path) -> list[Any]:
        elements: list[Any] = []
        while True:
            here = f"{path}[{len(elements)}]"
            byte = stream.take(1, here, "marker")[0]
            if byte == 0:
                return elements
            if byte != self.marker:
                raise WireError(f"marker {self.marker} or 0", str(byte), path=here, offset=stream.offset - 1)
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


class Conditional(construct.Subconstruct):  # type: ignore[misc]
    """A field that is not in every payload. Where it is absent, the state has no such member."""

    def __init__(self, subcon: Any) -> None:
        super().__init__(subcon)
        self.kind = getattr(subcon, "kind", "struct")

    def present(self, version_id: int, state: State) -> bool:
        """Whether the field is there, in a payload of this version, after what was read so far."""
        raise NotImplementedError

    @property
    def condition(self) -> str:
        """The condition in words."""
        raise NotImplementedError

    def _sizeof(self, context: Any, path: Path) -> int:
        raise construct.SizeofError(path=path)


class Since(Conditional):
    """A field that came with a version."""

    def __init__(self, version_id: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.version_id = version_id

    def present(self, version_id: int, state: State) -> bool:
        return version_id >= self.version_id

    @property
    def condition(self) -> str:
        return f"version ≥ {self.version_id}"


class Before(Conditional):
    """A field that went with a version, or was replaced by another form."""

    def __init__(self, version_id: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.version_id = version_id

    def present(self, version_id: int, state: State) -> bool:
        return version_id < self.version_id

    @property
    def condition(self) -> str:
        return f"version < {self.version_id}"


class Only(Conditional):
    """A field of one version alone."""

    def __init__(self, version_id: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.version_id = version_id

    def present(self, version_id: int, state: State) -> bool:
        return version_id == self.version_id

    @property
    def condition(self) -> str:
        return f"version = {self.version_id}"


class When(Conditional):
    """A field that depends on an earlier one.

    :param test: path of the earlier field, or a function of the state read so far
    :param subcon: the field
    :param equals: the value to have; None where any but 0 will do
    """

    def __init__(self, test: str | Callable[[State], Any], subcon: Any, *, equals: int | None = None) -> None:
        super().__init__(subcon)
        self.test = test
        self.equals = equals

    def present(self, version_id: int, state: State) -> bool:
        value = self.test(state) if callable(self.test) else paths.get(state, self.test)
        return bool(value) if self.equals is None else bool(value == self.equals)

    @property
    def condition(self) -> str:
        name = function_name(self.test) if callable(self.test) else self.test
        return name if self.equals is None else f"{name} = {self.equals}"


class Again(construct.Subconstruct):  # type: ignore[misc]
    """A field that QEMU writes a second time. It is named by the path of the first, whose value it has.

    :param path: path of the field
    :param subcon: its form at the second place
    """

    def __init__(self, path: str, subcon: Integer) -> None:
        super().__init__(subcon)
        self.path = path
        self.kind = subcon.kind

    def _parse(self, stream: Reader, context: Any, path: Path) -> None:
        offset = stream.offset
        value = self.subcon._parse(stream, context, path)
        first = paths.get(context.state, self.path)
        if value != first:
            raise WireError(f"{first}, the value of {self.path} again", str(value), path=path, offset=offset)

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        return self.subcon._build(paths.get(context.state, self.path), stream, context, path)


def measure(length: int | str | Callable[[State], int], context: Any) -> int:
    """Evaluate a count: a number, the path of an earlier field, or a function of the state."""
    if isinstance(length, int):
        return length
    if isinstance(length, str):
        return int(paths.get(context.state, length))
    return length(context.state)


def function_name(function: Callable[..., Any]) -> str:
    """What a condition or a count that is a function is called in descriptions."""
    return getattr(function, "__name__", repr(function)).replace("_", " ").strip()


def minimum_size(subcon: Any) -> int:
    """Bytes that a construct takes at the least: a bound on how many elements an input can hold."""
    match subcon:
        case construct.Renamed() | Again() | Checked():
            return minimum_size(subcon.subcon)
        case Conditional():
            return 0
        case Listed():
            return 1
        case Array():
            return subcon.count * minimum_size(subcon.subcon) if isinstance(subcon.count, int) else 0
    measure_least = getattr(subcon, "minimum_size", None)
    if measure_least is not None:
        return int(measure_least())
    try:
        return int(subcon.sizeof())
    except construct.SizeofError:
        return 0


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
