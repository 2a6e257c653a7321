"""The C types, and the marks as field metadata."""

import typing

import attrs
import pytest
from conftest import INTEGERS, make

import qidl
from qidl import METADATA, Mark, Property
from qidl.annotations import CType, Marks


def ctype(annotation: typing.Any) -> CType:
    (found,) = annotation.__metadata__
    return found


# The ranges of C's exact-width types, of size_t and target_ulong on x86_64, and of a timer's int64_t.
RANGES = {
    "int8": (-0x80, 0x7F),
    "int16": (-0x8000, 0x7FFF),
    "int32": (-0x8000_0000, 0x7FFF_FFFF),
    "int64": (-0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF),
    "uint8": (0, 0xFF),
    "uint16": (0, 0xFFFF),
    "uint32": (0, 0xFFFF_FFFF),
    "uint64": (0, 0xFFFF_FFFF_FFFF_FFFF),
    "size": (0, 0xFFFF_FFFF_FFFF_FFFF),
    "target_ulong": (0, 0xFFFF_FFFF_FFFF_FFFF),
    "QEMUTimer": (-0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF),
}

SPELLINGS = {
    "int8": "int8_t",
    "uint64": "uint64_t",
    "size": "size_t",
    "target_ulong": "target_ulong",
    "QEMUTimer": "QEMUTimer *",
}


@pytest.mark.parametrize("name", RANGES)
def test_integer_range(name: str) -> None:
    """A C type has the range of its width and sign."""
    found = ctype(INTEGERS[name])
    assert (name, *RANGES[name]) == (found.name, found.minimum, found.maximum)


@pytest.mark.parametrize("name", SPELLINGS)
def test_integer_spelling(name: str) -> None:
    """A C type knows how C spells it."""
    assert SPELLINGS[name] == ctype(INTEGERS[name]).c


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_are_int(name: str) -> None:
    """A type checker takes every integer type for a plain int."""
    assert int is typing.get_args(INTEGERS[name])[0]


@pytest.mark.parametrize(
    "name",
    [
        "IRQ",
        "MemoryRegion",
        "MemoryRegionIoeventfd",
        "Notifier",
        "DeviceState",
        "BusState",
        "DMAContext",
        "SysBusDevice",
    ],
)
def test_immutable_types(name: str) -> None:
    """The eight types that QIDL_IMMUTABLE_TYPES lists are opaque."""
    assert issubclass(getattr(qidl, name), qidl.Opaque)


def marks(default: typing.Any) -> Marks:
    """The marks of a default value that is an attrs field."""
    return default.metadata[METADATA]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (qidl.standard, Mark.STANDARD),
        (qidl.immutable, Mark.IMMUTABLE),
        (qidl.derived, Mark.DERIVED),
        (qidl.elsewhere, Mark.ELSEWHERE),
        (qidl.broken, Mark.BROKEN),
    ],
)
def test_mark(mark: typing.Any, expected: Mark) -> None:
    """A mark function puts its mark under the one key, and keeps the default."""
    field = mark(7)
    assert Marks(marks=(expected,)) == marks(field)
    assert 7 == make(x=(qidl.uint8, field), post_load=lambda self: None)().x


@pytest.mark.parametrize("mark", [qidl.immutable, qidl.derived, qidl.elsewhere, qidl.broken])
def test_mark_reason(mark: typing.Any) -> None:
    """A mark that keeps a field from travelling can say why."""
    assert "made again" == marks(mark(0, reason="made again")).reason


def test_optional_mark() -> None:
    """Optional is no mark of its own: it stands beside one."""
    assert Marks(optional=True) == marks(qidl.optional())


def test_array_marks() -> None:
    """An array says its dimensions and its size."""
    assert Marks(dimensions=(2, 3), size="count") == marks(qidl.array(2, 3, size="count"))


def test_string_marks() -> None:
    """A string is an array of characters that holds text."""
    assert Marks(dimensions=(64,), is_string=True) == marks(qidl.string(64))
    assert Marks(dimensions=(4,), size="n", is_string=True) == marks(qidl.string(4, size="n"))


def test_embedded_marks() -> None:
    """An embedded struct says its class, and what it is made with."""
    assert Marks(embeds=dict, embeds_with=("x",)) == marks(qidl.embedded(dict, x=3))


def test_marks_accumulate() -> None:
    """A mark around another adds to it, and the reason that was given stays."""
    field = qidl.optional(qidl.immutable(qidl.array(4, size=2), reason="first"))
    assert Marks((Mark.IMMUTABLE,), optional=True, dimensions=(4,), size=2, reason="first") == marks(field)


def test_outer_reason_wins() -> None:
    """Of two reasons the outer one is kept."""
    assert "outer" == marks(qidl.immutable(qidl.standard(qidl.array(1)), reason="outer")).reason


@pytest.mark.parametrize("default", [[], {}, bytearray()])
def test_mutable_default_is_refused(default: object) -> None:
    """A default that all objects would share is refused where it is written."""
    with pytest.raises(TypeError, match="a mutable default would be shared by all objects"):
        qidl.immutable(default)


def test_field_of_attrs_can_be_marked() -> None:
    """A default that is no field becomes one, whatever else it has."""
    assert isinstance(qidl.standard(attrs.Factory(int)), type(attrs.field()))


@pytest.mark.parametrize(
    ("default", "bit", "expected"),
    [(1980, None, 1980), ("rom", None, "rom"), (True, 4, 16), (1, 3, 8), (False, 3, 0), (None, 3, 0)],
)
def test_property_default(default: typing.Any, bit: int | None, expected: object) -> None:
    """A field's default is its property's; of a bit, the bit's value."""
    cls = make(x=(qidl.uint32, qidl.property_("p", default, bit=bit)))
    (field,) = qidl.declaration(cls).fields
    assert expected == cls().x
    assert ((Property("p", default, bit),), Mark.IMMUTABLE) == (field.properties, field.mark)


def test_properties_of_one_field() -> None:
    """One field may carry several properties, as PCIDevice.cap_present does."""
    bits = (Property("multifunction", 0, 3), Property("command_serr_enable", 1, 4))
    cls = make(cap_present=(qidl.uint32, qidl.properties(*bits, default=1 << 4)))
    assert bits == qidl.declaration(cls).fields[0].properties
    assert 16 == cls().cap_present


def test_embedded_is_fresh_for_every_object() -> None:
    """Every object has its own embedded struct, made with the values given."""
    inner = make("Inner", x=(qidl.uint8, 0))
    cls = make(inner=(inner, qidl.embedded(inner, x=3)))
    first, second = cls(), cls()
    first.inner.x = 4
    assert 3 == second.inner.x


def test_string_default() -> None:
    """Text is empty unless a default is given."""
    cls = make(a=(str, qidl.string(8)), b=(str, qidl.string(8, "PIIX3")))
    assert ("", "PIIX3") == (cls().a, cls().b)
