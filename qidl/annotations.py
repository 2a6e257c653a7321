"""C types and marks: the words in which a device's state is declared.

The types are ``Annotated`` aliases of Python's own, so that type checkers see plain
``int``; the marks are default values that carry attrs metadata under :data:`METADATA`.
"""

from __future__ import annotations

import enum
import operator
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, TypeVar

import attrs

T = TypeVar("T")

METADATA: Final = "qidl"
"""The one key under which a field's marks lie in its attrs metadata."""


@attrs.frozen
class CType:
    """An integer type of C.

    :ivar name: name in QAPI schemas and visitors (``uint8``)
    :ivar c: spelling in C (``uint8_t``)
    :ivar size: bytes
    :ivar signed: two's complement
    """

    name: str
    c: str
    size: int
    signed: bool

    @property
    def minimum(self) -> int:
        """Least value."""
        return -(1 << (8 * self.size - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """Greatest value."""
        return (1 << (8 * self.size - self.signed)) - 1

    # By this name Hypothesis, and whoever else knows annotated-types, asks an annotation for more of them.
    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __iter__(self) -> Iterator[Any]:
        """For Hypothesis, once it is there, a strategy: it would draw any integer of an annotation."""
        strategies = sys.modules.get("hypothesis.strategies")
        if strategies is not None:
            yield strategies.integers(self.minimum, self.maximum)


int8 = Annotated[int, CType("int8", "int8_t", 1, True)]
int16 = Annotated[int, CType("int16", "int16_t", 2, True)]
int32 = Annotated[int, CType("int32", "int32_t", 4, True)]
int64 = Annotated[int, CType("int64", "int64_t", 8, True)]
uint8 = Annotated[int, CType("uint8", "uint8_t", 1, False)]
uint16 = Annotated[int, CType("uint16", "uint16_t", 2, False)]
uint32 = Annotated[int, CType("uint32", "uint32_t", 4, False)]
uint64 = Annotated[int, CType("uint64", "uint64_t", 8, False)]
size_t = Annotated[int, CType("size", "size_t", 8, False)]
target_ulong = Annotated[int, CType("target_ulong", "target_ulong", 8, False)]
"""Register width of the guest: 64 bits, as on x86_64."""

QEMUTimer = Annotated[int, CType("QEMUTimer", "QEMUTimer *", 8, True)]
"""A timer: the time at which it expires, in ns of its clock; -1 when not pending."""


class Opaque:
    """A host object that is never serialised; the base of the types that are immutable by default."""


class IRQ(Opaque):
    """``qemu_irq``: an interrupt line."""


class MemoryRegion(Opaque):
    """A region of guest address space."""


class MemoryRegionIoeventfd(Opaque):
    """An event descriptor tied to a memory region."""


class Notifier(Opaque):
    """An entry in a list of callbacks."""


class DeviceState(Opaque):
    """Parent object of every device."""


class BusState(Opaque):
    """Parent object of every bus."""


class DMAContext(Opaque):
    """Address translation of a device's DMA."""


class SysBusDevice(Opaque):
    """Parent object of devices on the system bus."""


class Mark(enum.Enum):
    """How a field is serialised."""

    STANDARD = "standard"
    IMMUTABLE = "immutable"
    DERIVED = "derived"
    ELSEWHERE = "elsewhere"
    BROKEN = "broken"


BITS: Final = range(64)
"""Numbers of the bits that a field can have."""


@attrs.frozen
class Property:
    """A qdev property: set from the command line, so its field is immutable.

    :ivar name: name of the property
    :ivar default: its default, None where it has none
    :ivar bit: number of the bit it sets, None for a whole field
    """

    name: str
    default: int | bool | str | None = None
    bit: int | None = None


@attrs.frozen
class Marks:
    """Everything that a declaration says about one field, beside its type."""

    marks: tuple[Mark, ...] = ()
    optional: bool = False
    dimensions: tuple[int | None, ...] = ()
    size: str | int | None = None
    is_list: bool = False
    is_string: bool = False
    embeds: type | None = None
    embeds_with: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()
    reason: str = ""
    valid: tuple[Valid, ...] = ()


@attrs.frozen
class Valid:
    """What a field is held against when it is loaded.

    :ivar kind: ``range``, ``le``, ``equal``, ``enum``, ``bits``, ``ring`` or ``check``
    :ivar value: what :func:`valid` was given for it; integers are Python's own, several of them a tuple
    """

    kind: str
    value: Any


@attrs.frozen
class Embedded:
    """Makes the struct of an :func:`embedded` field."""

    cls: type
    values: Mapping[str, Any] = attrs.field(factory=dict)

    def __call__(self) -> Any:
        return self.cls(**self.values)


def _field(marks: Marks, **keywords: Any) -> Any:
    return attrs.field(metadata={METADATA: marks}, **keywords)


def _marked(default: Any, **changes: Any) -> Any:
    """Add ``changes`` to a field that another mark began, or begin one whose default is ``default``."""
    metadata = getattr(default, "metadata", None)
    if isinstance(metadata, dict) and METADATA in metadata:
        before: Marks = metadata[METADATA]
        mark = changes.pop("marks", ())
        changes["reason"] = changes.get("reason") or before.reason
        metadata[METADATA] = attrs.evolve(before, marks=before.marks + mark, **changes)
        return default
    if isinstance(default, list | dict | bytearray):
        raise TypeError("a mutable default would be shared by all objects; use array() or embedded()")
    return _field(Marks(**changes), default=default)


def array(*dimensions: int | None, size: str | int | None = None) -> Any:
    """An array, zero at first: ``uint8_t data[16]`` is ``data: list[uint8] = array(16)``.

    :param dimensions: elements of each dimension; of a sized array, its capacity.
        None for an array that lies elsewhere in memory and is as long as ``size`` says.
        With neither dimensions nor size, a linked list: as many as there are.
    :param size: name of an earlier field that holds the number of elements in use,
        or that number; the rest does not travel
    """
    is_list = not dimensions and size is None
    return _field(Marks(dimensions=dimensions, size=size, is_list=is_list), default=None)


def string(capacity: int, default: str = "", *, size: str | int | None = None) -> Any:
    """A ``char[capacity]`` that holds text: serialised as a string.

    :param capacity: bytes, one of them for the NUL at the end
    :param size: name of an earlier field that holds the greatest number of bytes that
        the text may have, or that number
    """
    return _field(Marks(dimensions=(capacity,), size=size, is_string=True), default=default)


def embedded(cls: type[T], **values: Any) -> T:
    """A struct by value, fresh for every object: ``dev: PCIDevice = embedded(PCIDevice)``."""
    field: T = _field(Marks(embeds=cls, embeds_with=tuple(values)), factory=Embedded(cls, values))
    return field


def standard(default: Any = None) -> Any:
    """Serialised, whatever the struct's default mark or the list of immutable types says."""
    return _marked(default, marks=(Mark.STANDARD,))


def immutable(default: Any = None, *, reason: str = "") -> Any:
    """Not serialised: making the device again restores it."""
    return _marked(default, marks=(Mark.IMMUTABLE,), reason=reason)


def derived(default: Any = None, *, reason: str = "") -> Any:
    """Not serialised: ``post_load`` computes it from fields that are."""
    return _marked(default, marks=(Mark.DERIVED,), reason=reason)


def elsewhere(default: Any = None, *, reason: str = "") -> Any:
    """Not serialised here: another structure owns it; typically a pointer back."""
    return _marked(default, marks=(Mark.ELSEWHERE,), reason=reason)


def broken(default: Any = None, *, reason: str = "") -> Any:
    """Not serialised although it ought to be. ``reason`` says what a guest loses."""
    return _marked(default, marks=(Mark.BROKEN,), reason=reason)


def optional(default: Any = None) -> Any:
    """Serialised when present: when ``has_<name>`` is true, where the struct has it, else when not None."""
    return _marked(default, optional=True)


def property_(name: str, default: Any = None, *, bit: int | None = None) -> Any:
    """A qdev property: immutable, and the property's default is the field's."""
    return properties(Property(name, default, bit), default=default if bit is None else _bit(default, bit))


def _bit(is_set: Any, bit: int) -> int:
    """The value of a bit; what is none is refused where the class is made."""
    return 1 << bit if is_set and type(bit) is int and bit in BITS else 0


def properties(*entries: Property, default: Any = None) -> Any:
    """Several properties of one field, such as the bits of ``PCIDevice.cap_present``."""
    return _marked(default, marks=(Mark.IMMUTABLE,), properties=entries)


def valid(
    default: Any = None,
    *,
    range: tuple[int, int] | None = None,
    le: str | None = None,
    equal: int | None = None,
    enum: Iterable[int] | None = None,
    bits: int | None = None,
    ring: tuple[str, str, str] | None = None,
    check: Callable[[int], bool] | None = None,
) -> Any:
    """Serialised, and refused when it is loaded unless it is as it has to be; of an array, each element.

    What is loaded may come from anywhere. A field that is used as an index, a count or a choice is to say so:
    ``head: uint8 = valid(0, range=(0, 15))``.

    :param range: the least and the greatest value
    :param le: name of a field that it does not exceed
    :param equal: the value
    :param enum: the values: an :class:`enum.IntEnum`, or any that can be gone through
    :param bits: a mask of all bits that there are
    :param ring: of an array that is one: names of the fields that hold the index of the oldest element, the
        index behind the newest, and how many there are
    :param check: says of a value whether it is accepted; the first line of its docstring, or its name, says
        what it asks for
    """
    numbers = {"range": range, "equal": equal, "enum": enum, "bits": bits}
    given = {kind: _plain(value) for kind, value in numbers.items()} | {"le": le, "ring": ring, "check": check}
    checks = tuple(Valid(kind, value) for kind, value in given.items() if value is not None)
    return _marked(default, marks=(Mark.STANDARD,), valid=checks)


def _plain(value: Any) -> Any:
    """Integers as plain ones, several in a tuple; what is none, as it is, for ``@declare`` to refuse."""
    try:
        return operator.index(value)
    except TypeError:
        pass
    try:
        return tuple(map(operator.index, value))
    except TypeError:
        return value
