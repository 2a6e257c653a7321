"""``@declare``: what a class says, and what it is refused for."""

from __future__ import annotations

import copy
import pickle
from typing import Annotated, Any, ClassVar, Optional

import attrs
import pytest
from conftest import INTEGERS, declarations, make, objects
from hypothesis import given, strategies as st

import qidl
from qidl import (
    IRQ,
    Declaration,
    DeclarationError,
    Field,
    Mark,
    MemoryRegion,
    QEMUTimer,
    array,
    broken,
    declaration,
    derived,
    elsewhere,
    embedded,
    immutable,
    int32,
    is_declared,
    optional,
    standard,
    string,
    uint8,
    uint32,
)
from qidl.annotations import CType, Marks
from qidl.declaration import Array, Boolean, Integer, String, Struct, Unserialised, zero


@qidl.declare
class _Timer:
    """A struct whose name begins with an underscore, and so does a field of it."""

    _tn: uint8 = 0
    expires: QEMUTimer = -1
    owner: _Board | None = elsewhere(reason="pointer back")


@qidl.declare
class _Board:
    """A device with a field of most kinds."""

    count: uint8 = 0
    enabled: bool = False
    label: str = string(8)
    prefix: str = string(8, size="count")
    model: str = ""
    timer: _Timer = embedded(_Timer)
    spare: _Timer | None = None
    fixed: list[uint32] = array(3)
    sized: list[uint8] = array(16, size="count")
    pointed: list[uint8] = array(size="count")
    linked: list[uint8] = array()
    literal: list[uint8] = array(4, size=2)
    grid: list[list[int32]] = array(2, 3)
    config: bytearray = array(4)
    pages: list[bytearray] = array(2, 3)
    timers: list[_Timer] = array(2)
    has_backlog: bool = False
    backlog: uint32 = optional(5)
    late: QEMUTimer | None = optional()
    irq: IRQ | None = None
    region: MemoryRegion = immutable(reason="made again")
    rate: float = derived(0.0)
    chr: NoSuchType | None = broken()  # noqa: F821

    def post_load(self) -> None:
        self.rate = float(self.count)


_UINT8 = Integer(CType("uint8", "uint8_t", 1, False))


def the(cls: Any, name: str = "x") -> Field:
    """One field of a declared class."""
    return declaration(cls).by_name[name]


def test_fields_in_the_order_of_the_struct() -> None:
    """A declaration lists every field as the class does."""
    assert list(_Board.__annotations__) == [field.name for field in declaration(_Board).fields]


def test_serialised_fields() -> None:
    """What travels is what carries no other mark and is of no opaque type."""
    left_out = {"irq", "region", "rate", "chr"}
    names = [field.name for field in declaration(_Board).serialised]
    assert [name for name in _Board.__annotations__ if name not in left_out] == names


KINDS = {
    "count": _UINT8,
    "enabled": Boolean(),
    "label": String(8),
    "prefix": String(8, "count"),
    "model": String(None),
    "fixed": Array(Integer(CType("uint32", "uint32_t", 4, False)), 3, 3),
    "sized": Array(_UINT8, 16, "count"),
    "pointed": Array(_UINT8, None, "count"),
    "linked": Array(_UINT8, None, None),
    "literal": Array(_UINT8, 4, 2),
    "grid": Array(Array(Integer(CType("int32", "int32_t", 4, True)), 3, 3), 2, 2),
    "config": Array(_UINT8, 4, 4, is_buffer=True),
    "pages": Array(Array(_UINT8, 3, 3, is_buffer=True), 2, 2),
    "timer": Struct(declaration(_Timer)),
    "timers": Array(Struct(declaration(_Timer)), 2, 2),
    "rate": Unserialised("float"),
    "region": Unserialised("MemoryRegion"),
    "irq": Unserialised("IRQ"),
    "chr": Unserialised("NoSuchType | None"),
}


@pytest.mark.parametrize("name", KINDS)
def test_kind(name: str) -> None:
    """An annotation and its dimensions make the field's type."""
    assert KINDS[name] == the(_Board, name).type


@pytest.mark.parametrize("name", INTEGERS)
def test_every_integer_type(name: str) -> None:
    """Every integer type is known by its name."""
    field = the(make(x=(INTEGERS[name], 0)))
    assert isinstance(field.type, Integer)
    assert name == field.type.ctype.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("count", Field("count", _UINT8)),
        ("spare", Field("spare", Struct(declaration(_Timer)), is_pointer=True)),
        (
            "backlog",
            Field("backlog", Integer(CType("uint32", "uint32_t", 4, False)), optional=True, has="has_backlog"),
        ),
        (
            "late",
            Field("late", Integer(CType("QEMUTimer", "QEMUTimer *", 8, True)), optional=True, is_pointer=True),
        ),
        ("irq", Field("irq", Unserialised("IRQ"), Mark.IMMUTABLE, is_pointer=True)),
        ("region", Field("region", Unserialised("MemoryRegion"), Mark.IMMUTABLE, reason="made again")),
        ("rate", Field("rate", Unserialised("float"), Mark.DERIVED)),
    ],
)
def test_field(name: str, expected: Field) -> None:
    """A field knows its type, mark, presence and reason."""
    assert expected == the(_Board, name)


def test_defaults_are_those_of_zeroed_memory() -> None:
    """Arrays are zero at first, as long as their capacity or their literal size."""
    board = _Board()
    assert ([0, 0, 0], [0] * 16, [0] * 4) == (board.fixed, board.sized, board.literal)
    assert ([], []) == (board.pointed, board.linked)
    assert ([[0, 0, 0], [0, 0, 0]], bytearray(4)) == (board.grid, board.config)
    assert [bytearray(3), bytearray(3)] == board.pages
    assert [_Timer(), _Timer()] == board.timers


def test_array_without_capacity_has_its_literal_size() -> None:
    """An array that lies elsewhere and has a literal size is of that length."""
    assert [0, 0, 0] == make(x=(list[uint8], array(size=3)))().x


def test_arrays_are_fresh_for_every_object() -> None:
    """No two objects share an array."""
    first, second = _Board(), _Board()
    first.grid[0][0] = 1
    assert 0 == second.grid[0][0]


def test_optional_array_is_absent_at_first() -> None:
    """An optional array is None at first, unless a bool of its own says whether it is there."""
    assert make(x=(list[uint8] | None, optional(array(4))))().x is None
    assert [0] * 4 == make(has_x=(bool, False), x=(list[uint8], optional(array(4))))().x


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (_UINT8, 0),
        (Boolean(), False),
        (String(None), ""),
        (Array(_UINT8, 2, 1), [0, 0]),
        (Array(Array(_UINT8, 2, 2, is_buffer=True), 2, 2), [bytearray(2), bytearray(2)]),
        (Struct(declaration(_Timer)), _Timer()),
    ],
)
def test_zero(kind: Any, expected: object) -> None:
    """Every type that travels has a value before anything is loaded."""
    assert expected == zero(kind)


# Marks and defaults.


@pytest.mark.parametrize("mark", list(Mark))
def test_default_mark_of_a_struct(mark: Mark) -> None:
    """A struct's default mark is that of fields which carry none; one that they carry overrides it."""

    @qidl.declare(mark=mark)
    class Device:
        plain: uint8 = 0
        kept: uint8 = standard(0)
        left: uint8 = broken(0)
        irq: IRQ | None = None

        def post_load(self) -> None: ...

    assert [mark, Mark.STANDARD, Mark.BROKEN, Mark.IMMUTABLE] == [f.mark for f in declaration(Device).fields]


@pytest.mark.parametrize("mark", [Mark.IMMUTABLE, Mark.DERIVED])
def test_size_and_optional_override_the_default_mark(mark: Mark) -> None:
    """size, string and optional are explicit marks: they override the struct's default (the documented intent)."""
    cls = make(
        mark=mark,
        n=(uint8, standard(0)),
        x=(list[uint8], array(4, size="n")),
        s=(str, string(4)),
        o=(uint8 | None, optional()),
        post_load=lambda self: None,
    )
    assert ["n", "x", "s", "o"] == [field.name for field in declaration(cls).serialised]


def test_brackets_do_not_override_the_default_mark() -> None:
    """The dimensions of an array are no mark, in C either."""
    assert Mark.IMMUTABLE is the(make(mark=Mark.IMMUTABLE, x=(list[uint8], array(4)))).mark


def test_reason_of_the_default_mark() -> None:
    """A mark for all fields that carry none has one reason; what carries a mark has its own, or none."""

    @qidl.declare(mark=Mark.BROKEN, reason="it falls silent")
    class Speaker:
        """Nothing of it travels."""

        volume: uint8 = 0
        rate: uint8 = broken(0, reason="as it was made")
        pitch: uint8 = broken(0)
        irq: IRQ | None = None

    fields = declaration(Speaker).by_name
    assert [(Mark.BROKEN, "it falls silent"), (Mark.BROKEN, "as it was made"), (Mark.BROKEN, "")] == [
        (fields[name].mark, fields[name].reason) for name in ("volume", "rate", "pitch")
    ]
    assert (Mark.IMMUTABLE, "") == (fields["irq"].mark, fields["irq"].reason)


@pytest.mark.parametrize("mark", [immutable, elsewhere, broken])
def test_marks_override_a_size(mark: Any) -> None:
    """What is sized or text need not travel, if a mark says so."""
    cls = make(n=(uint8, immutable(0)), x=(bytearray, mark(array(4, size="n"))), s=(str, mark(string(4))))
    assert () == declaration(cls).serialised


@pytest.mark.parametrize(
    "annotation", [list[IRQ], list[MemoryRegion], list[IRQ | None], list[IRQ] | None, list[list[IRQ]]]
)
def test_array_of_an_immutable_type(annotation: Any) -> None:
    """An array of an immutable type is immutable, as in C (pointer, array or value)."""
    assert Mark.IMMUTABLE is the(make(x=(annotation, array(2)))).mark


def test_standard_overrides_an_immutable_type() -> None:
    """An opaque type that is marked standard has to be one that can travel, and is not."""
    with pytest.raises(DeclarationError, match=r"^C\.x: expected a type that can be serialised, found .*IRQ"):
        make(x=(IRQ | None, standard()))


def test_same_mark_twice() -> None:
    """Saying a mark twice contradicts nothing."""
    assert Mark.IMMUTABLE is the(make(x=(uint8, immutable(immutable(0))))).mark


def test_standard_optional() -> None:
    """Standard and optional stand together."""
    field = the(make(x=(uint8 | None, standard(optional()))))
    assert (True, Mark.STANDARD) == (field.optional, field.mark)


@pytest.mark.parametrize(
    "annotation",
    [uint8 | None, Optional[uint8], "qidl.uint8 | None"],  # noqa: UP045
)
def test_annotations_that_admit_none(annotation: Any) -> None:
    """However it is written, an annotation that admits None makes a pointer."""
    field = the(make(x=(annotation, None)))
    assert (_UINT8, True) == (field.type, field.is_pointer)


def test_ctype_among_other_metadata() -> None:
    """A C type is found among whatever else annotates an int."""
    assert _UINT8 == the(make(x=(Annotated[uint8, "in seconds"], 0))).type


# What is refused. Each message names class and field.

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two marks": (
        {"x": (uint8, immutable(elsewhere(0)))},
        "C.x: contradictory marks elsewhere and immutable",
    ),
    "standard and another": (
        {"x": (uint8, standard(broken(0)))},
        "C.x: contradictory marks broken and standard",
    ),
    "three marks": (
        {"x": (uint8, standard(broken(elsewhere(0))))},
        "C.x: contradictory marks elsewhere and broken and standard",
    ),
    "optional and immutable": (
        {"x": (uint8 | None, immutable(optional()))},
        "C.x: contradictory marks optional and immutable",
    ),
    "optional and property": (
        {"x": (uint8 | None, optional(qidl.property_("p")))},
        "C.x: contradictory marks optional and immutable",
    ),
    "optional without None or has_": (
        {"x": (uint8, optional(0))},
        "C.x: expected a type that admits None, or a bool has_x",
    ),
    "has_ after its field": (
        {"x": (uint8, optional(0)), "has_x": (bool, False)},
        "C.x: expected an earlier field has_x: bool",
    ),
    "has_ that is no bool": (
        {"has_x": (uint8, 0), "x": (uint8, optional(0))},
        "C.x: expected an earlier field has_x: bool",
    ),
    "size names no field": (
        {"x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size names a later field": (
        {"x": (list[uint8], array(4, size="n")), "n": (uint8, 0)},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size names itself": (
        {"x": (list[uint8], array(4, size="x"))},
        "C.x: size names 'x', expected an earlier field",
    ),
    "size names a bool": (
        {"n": (bool, False), "x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected an integer field",
    ),
    "size names text": (
        {"n": (str, ""), "x": (bytearray, array(4, size="n"))},
        "C.x: size names 'n', expected an integer field",
    ),
    "size of an unserialised array": (
        {"x": (list[uint8], immutable(array(4, size="n")))},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size that does not travel": (
        {"n": (uint8, immutable(2)), "x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected a field that is serialised",
    ),
    "size that may be absent": (
        {"n": (uint8 | None, optional()), "x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected a field that is not optional",
    ),
    "size that a bool announces": (
        {"has_n": (bool, False), "n": (uint8, optional(0)), "x": (bytearray, array(4, size="n"))},
        "C.x: size names 'n', expected a field that is not optional",
    ),
    "size of text names no field": (
        {"x": (str, string(4, size="n"))},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size beyond the capacity": (
        {"x": (list[uint8], array(4, size=9))},
        "C.x: expected a size of 0..4, found 9",
    ),
    "size of text beyond its capacity": (
        {"x": (str, string(4, size=5))},
        "C.x: expected a size of 0..4, found 5",
    ),
    "negative size": (
        {"x": (list[uint8], array(size=-1))},
        "C.x: expected a size of 0 or more, found -1",
    ),
    "size that is no integer": (
        {"x": (list[uint8], array(4, size=True))},
        "C.x: expected a size of 0..4, found True",
    ),
    "negative dimension": (
        {"x": (list[uint8], array(-1))},
        "C.x: expected a dimension of 0 or more, found -1",
    ),
    "dimension that is a name": (
        {"x": (list[uint8], array("n"))},  # type: ignore[arg-type]
        "C.x: expected a dimension of 0 or more, found 'n'",
    ),
    "text without capacity": (
        {"x": (str, string(None))},  # type: ignore[arg-type]
        "C.x: expected a dimension of 0 or more, found None",
    ),
    "text without room": (
        {"x": (str, string(0))},
        "C.x: expected room for the NUL at the end of text, found string(0)",
    ),
    "string() of an int": (
        {"x": (int, string(4))},
        "C.x: expected a type that can be serialised, found <class 'int'>",
    ),
    "default too long": (
        {"x": (str, string(2, "abc"))},
        "C.x: expected a default of at most 1 bytes of text, found 3",
    ),
    "default out of range": (
        {"x": (uint8, 300)},
        "C.x: expected a default of uint8 (0..255), found 300",
    ),
    "default that is None": (
        {"x": (uint8, standard())},
        "C.x: expected a default of uint8 (0..255), found None",
    ),
    "int for bool": (
        {"x": (bool, 0)},
        "C.x: expected a default of bool, found 0",
    ),
    "int for text": (
        {"x": (str | None, optional(0))},
        "C.x: expected a default of str, found 0",
    ),
    "None for a struct": (
        {"x": (_Timer, None)},
        "C.x: expected a default of _Timer, found None",
    ),
    "default of an array": (
        {"x": (list[uint8], attrs.field(default=(1,), metadata={qidl.METADATA: Marks(dimensions=(1,))}))},
        "C.x: expected a default of array(), found tuple",
    ),
    "mutable default": (
        {"x": (list[int], []), "mark": Mark.IMMUTABLE},
        "C.x: a mutable default would be shared by all objects; use array() or embedded()",
    ),
    "mutable default of a mark": (
        {"x": (object, immutable({1}))},
        "C.x: a mutable default would be shared by all objects; use array() or embedded()",
    ),
    "struct as default": (
        {"x": (_Timer, _Timer())},
        "C.x: a mutable default would be shared by all objects; use array() or embedded()",
    ),
    "embedded in another type": (
        {"x": (uint8, embedded(int))},
        "C.x: expected the struct that the annotation names, found embedded(int)",
    ),
    "embedded in another struct": (
        {"x": (_Timer, embedded(_Board))},
        "C.x: expected the struct that the annotation names, found embedded(_Board)",
    ),
    "embedded with what it does not take": (
        {"x": (_Timer, embedded(_Timer, tm=3))},
        "C.x: _Timer cannot be made: got an unexpected keyword argument 'tm'",
    ),
    "embedded object": (
        {"x": (object, immutable(embedded(3)))},  # type: ignore[type-var]
        "C.x: 3 cannot be made: 3 is not a callable object",
    ),
    "no argument, no default": (
        {"x": (uint8, attrs.field(init=False))},
        "C.x: a field that is no argument needs a default",
    ),
    "keyword": (
        {"class": (uint8, 0)},
        "C.class: expected a name that a field can have, found a keyword",
    ),
    "self": (
        {"self": (uint8, 0)},
        "C.self: expected a name that a field can have, found one that means something else",
    ),
    "hook": (
        {"pre_save": (uint8, 0)},
        "C.pre_save: expected a name that a field can have, found one that means something else",
    ),
    "no name": (
        {"a\nb": (uint8, 0)},
        r"C: expected names of fields, found 'a\nb'",
    ),
    "itself by value": (
        {"x": "C"},
        "C.x: C cannot hold itself, expected optional() or array()",
    ),
    "itself by pointer, always": (
        {"x": ("C | None", None)},
        "C.x: C cannot hold itself, expected optional() or array()",
    ),
    "array of itself": (
        {"x": ("list[C]", array(2))},
        "C.x: C cannot hold itself, expected optional() or array()",
    ),
    "derived without post_load": (
        {"x": (uint8, derived(0))},
        "C.x: a derived field needs a post_load that computes it",
    ),
    "unserialised without default": (
        {"x": IRQ},
        "C.x: a field that is not serialised needs a default",
    ),
    "unserialised by default mark, without default": (
        {"x": uint8, "mark": Mark.IMMUTABLE},
        "C.x: a field that is not serialised needs a default",
    ),
    "plain int": (
        {"x": (int, 0)},
        "C.x: expected a type that can be serialised, found <class 'int'>",
    ),
    "float": (
        {"x": (float, 0.0)},
        "C.x: expected a type that can be serialised, found <class 'float'>",
    ),
    "Annotated without a C type": (
        {"x": (Annotated[int, "seconds"], 0)},
        "C.x: expected a type that can be serialised, found typing.Annotated[int, 'seconds']",
    ),
    "undeclared class": (
        {"x": (object, None)},
        "C.x: expected a type that can be serialised, found <class 'object'>",
    ),
    "bytes": (
        {"x": (bytes, array(4))},
        "C.x: expected a type that can be serialised, found <class 'bytes'>",
    ),
    "list without array()": (
        {"x": (list[bool], None)},
        "C.x: expected a type that can be serialised, found list[bool]",
    ),
    "bytearray without array()": (
        {"x": (bytearray, None)},
        "C.x: expected a type that can be serialised, found <class 'bytearray'>",
    ),
    "array() of a scalar": (
        {"x": (bool, array(4))},
        "C.x: expected a type that can be serialised, found <class 'bool'>",
    ),
    "list of nothing": (
        {"x": (list, array(4))},
        "C.x: expected a type that can be serialised, found <class 'list'>",
    ),
    "list of what cannot travel": (
        {"x": (list[float], array(4))},
        "C.x: expected a type that can be serialised, found list[float]",
    ),
    "two dimensions, one list": (
        {"x": (list[bool], array(2, 3))},
        "C.x: expected a type that can be serialised, found list[bool]",
    ),
    "one dimension, two lists": (
        {"x": (list[list[bool]], array(2))},
        "C.x: expected a type that can be serialised, found list[list[bool]]",
    ),
    "union of two types": (
        {"x": (bool | str, False)},
        "C.x: expected a type that can be serialised, found bool | str",
    ),
    "unknown name": (
        {"x": ("Nowhere", None)},
        "C.x: annotation 'Nowhere': name 'Nowhere' is not defined",
    ),
    "unknown name, marked standard": (
        {"x": ("Nowhere", standard())},
        "C.x: annotation 'Nowhere': name 'Nowhere' is not defined",
    ),
    "annotation that is no expression": (
        {"x": ("uint8 uint8", 0)},
        "C.x: annotation 'uint8 uint8': invalid syntax (<string>, line 1)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """A declaration that has no meaning is refused, with class and field."""
    members, message = REFUSED[case]
    with pytest.raises(DeclarationError) as caught:
        make(**members)
    assert message == str(caught.value)


def test_unannotated_field_is_refused() -> None:
    """A field that has a mark but no annotation has no type."""
    with pytest.raises(DeclarationError, match=r"^Device\.x: no annotation$"):

        @qidl.declare
        class Device:
            x = array(4)


@pytest.mark.parametrize("mark", [array, string, immutable, optional])
def test_fields_beside_one_without_annotation(mark: Any) -> None:
    """A field without annotation is refused: attrs would drop every annotated one that has no mark."""
    with pytest.raises(DeclarationError, match=r"^Device\.y: no annotation$"):

        @qidl.declare
        class Device:
            x: uint8 = 0
            z: uint8 = immutable(0)
            y = mark(4)


def test_unannotated_field_of_a_parent() -> None:
    """A parent that attrs made may have fields without annotation; they have no type either."""

    @attrs.define
    class Plain:
        x = attrs.field(default=0)

    with pytest.raises(DeclarationError, match=r"^Device\.x: no annotation$"):

        @qidl.declare
        class Device(Plain):
            y: uint8 = 0


@pytest.mark.parametrize("form", ["array", "array in array", "embedded"])
def test_struct_that_cannot_be_made(form: str) -> None:
    """Zeroed memory and embedded structs are made without arguments; a struct that requires some is refused."""
    inner = make("Inner", x=uint8)
    default = embedded(inner) if form == "embedded" else array(2) if form == "array" else array(None, 3, size=1)
    annotation = {"embedded": inner, "array": list[inner], "array in array": list[list[inner]]}[form]
    with pytest.raises(DeclarationError, match=r"^C\.x: Inner cannot be made: missing a required .*argument: 'x'$"):
        make(x=(annotation, default))


def test_struct_that_can_be_made() -> None:
    """A list that is empty at first may be of any struct; an embedded one may be given what it requires."""
    inner = make("Inner", x=uint8)
    cls = make(x=(list[inner], array()), y=(inner, embedded(inner, x=3)), z=(object, immutable(embedded(dict))))
    assert ([], inner(x=3), {}) == (cls().x, cls().y, cls().z)


@pytest.mark.parametrize("default", [None, 300, "text"])
def test_defaults_of_what_does_not_travel(default: object) -> None:
    """A field that is never saved may hold anything."""
    assert default == make(x=(uint8, immutable(default)))().x


def test_default_that_is_converted() -> None:
    """A default that a converter makes right is right."""
    assert 3 == make(x=(uint8, attrs.field(default="3", converter=int)))().x


def test_post_load_that_is_no_function() -> None:
    """A post_load that cannot be called computes nothing."""
    with pytest.raises(DeclarationError, match="needs a post_load"):
        make(bases=(type("Base", (), {"post_load": 3}),), x=(uint8, derived(0)))


def test_errors_of_attrs_name_the_class() -> None:
    """What attrs refuses comes out as an error about the class."""
    with pytest.raises(DeclarationError, match=r"^Device: Can't combine custom __setattr__ with on_setattr hooks"):

        @qidl.declare
        class Device:
            x: uint8 = attrs.field(default=0, on_setattr=attrs.setters.validate)

            def __setattr__(self, name: str, value: object) -> None: ...


@pytest.mark.parametrize("call", [declaration, qidl.declare, qidl.schema])
def test_no_class(call: Any) -> None:
    """What is no class is refused as one that is not declared."""
    with pytest.raises(DeclarationError, match=r"^an object of int: expected a class"):
        call(3)


def test_declared_twice() -> None:
    """A class is declared once; its fields are no longer what they were."""
    with pytest.raises(DeclarationError, match=r"^_Timer: expected a class that is not yet declared$"):
        qidl.declare(_Timer)


@pytest.mark.parametrize("cls", [int, object, type("Plain", (), {})])
def test_undeclared_class(cls: type) -> None:
    """A class that is not declared has no declaration."""
    assert not is_declared(cls)
    with pytest.raises(DeclarationError, match=rf"^{cls.__name__}: expected a class declared with @qidl.declare"):
        declaration(cls)


def test_undeclared_subclass() -> None:
    """A subclass says for itself what travels: its parent's declaration is not its own."""

    class Board(_Board):
        pass

    assert not is_declared(Board)
    with pytest.raises(DeclarationError, match=r"^Board: expected a class declared"):
        declaration(Board)


def test_is_declared() -> None:
    """A declared class is; an object of it is not."""
    assert is_declared(_Board)
    assert not is_declared(_Board())


def test_declaration_repr() -> None:
    """A declaration shows its name and fields, each once."""
    expected = "Declaration(name='C', fields=(Field(name='x', type=Boolean(), mark=<Mark.STANDARD: 'standard'>, "
    assert repr(declaration(make(x=(bool, False)))).startswith(expected)


# Inheritance.


@qidl.declare
class Base:
    """What others build on."""

    n: uint8 = 0
    data: list[uint8] = array(4, size="n")
    irq: IRQ | None = None

    def post_load(self) -> None:
        self.n += 1


def test_inherited_fields_come_first() -> None:
    """A subclass has its parent's fields, as they were declared, before its own."""

    @qidl.declare(mark=Mark.ELSEWHERE)
    class Device(Base):
        more: list[uint8] = standard(array(2, size="n"))
        other: uint8 = 0

    assert declaration(Base).fields == declaration(Device).fields[:3]
    assert (Mark.STANDARD, Mark.ELSEWHERE) == (the(Device, "more").mark, the(Device, "other").mark)
    assert Array(_UINT8, 2, "n") == the(Device, "more").type


def test_field_declared_again() -> None:
    """A subclass may declare a field of its parent's anew."""

    @qidl.declare
    class Device(Base):
        irq: uint32 = 7

    assert Mark.STANDARD is the(Device, "irq").mark
    assert 7 == Device().irq


def test_size_field_declared_again() -> None:
    """A field declared again moves to the end, so what it measures would come first: refused."""
    with pytest.raises(DeclarationError, match=r"^Device\.data: size names 'n', expected an earlier field$"):

        @qidl.declare
        class Device(Base):
            n: uint32 = 0


def test_presence_field_declared_again() -> None:
    """So would a bool that says whether another field is present."""
    base = make("Parent", has_x=(bool, False), x=(uint8, optional(0)))
    with pytest.raises(DeclarationError, match=r"^C\.x: expected an earlier field has_x: bool$"):
        make(bases=(base,), has_x=(bool, True))


def test_inherited_post_load_serves_derived_fields() -> None:
    """A derived field may be computed by the post_load of a parent, which super() reaches."""

    @qidl.declare
    class Device(Base):
        sum: uint32 = derived(0)

        def post_load(self) -> None:
            super().post_load()
            self.sum = self.n

    loaded = qidl.from_qobject(Device, {"n": 1, "data": [0]})
    assert (2, 2) == (loaded.n, loaded.sum)


def test_mixin() -> None:
    """A class that is not declared may bring methods."""

    class Mixin:
        __slots__ = ()

        def post_load(self) -> None:
            self.total = 9

    @qidl.declare
    class Device(Mixin):
        total: uint8 = derived(0)

    assert 9 == qidl.from_qobject(Device, {}).total


def test_attrs_class_as_base() -> None:
    """Fields of an attrs class that is not declared are described with the subclass."""

    @attrs.define
    class Plain:
        x: uint8 = 0

    @qidl.declare
    class Device(Plain):
        y: uint8 = 0

    assert ["x", "y"] == [field.name for field in declaration(Device).serialised]


# Scopes.


def test_local_names_in_annotations() -> None:
    """A class declared in a function may speak of that function's names, and of itself."""

    @qidl.declare
    class Inner:
        x: uint8 = 0
        parent: Outer | None = elsewhere()

    byte = uint8

    @qidl.declare(mark=Mark.STANDARD)
    class Outer:
        inner: Inner = embedded(Inner)
        size: byte = 0
        before: Outer | None = elsewhere()

    assert Struct(declaration(Inner)) == the(Outer, "inner").type
    assert _UINT8 == the(Outer, "size").type
    assert Unserialised("Outer | None") == the(Inner, "parent").type


def test_pointer_to_itself() -> None:
    """A class may point to itself, where the pointer may be absent, and hold lists of itself that may be empty."""

    @qidl.declare
    class Node:
        next: Node | None = optional()
        has_first: bool = False
        first: Node = optional()
        children: list[Node] = array()
        parent: Node | None = elsewhere()

    itself = Struct(declaration(Node))
    assert (itself, itself) == (the(Node, "next").type, the(Node, "first").type)
    assert Array(itself, None, None) == the(Node, "children").type
    assert Unserialised("Node") == the(Node, "parent").type
    assert declaration(Node).cls is Node
    assert "type=Struct(declaration=...)" in repr(declaration(Node))
    assert hash(itself) == hash(Struct(declaration(Node)))
    assert Node(next=Node()) != Node()


def test_class_variables_are_no_fields() -> None:
    """A ClassVar belongs to the class and does not travel."""

    @qidl.declare
    class Device:
        instances: ClassVar[int] = 3
        x: uint8 = 0

    assert ["x"] == [field.name for field in declaration(Device).fields]


# What attrs gives.


def test_arguments_are_keywords() -> None:
    """Every argument of a declared class is a keyword, under the field's own name."""
    assert 3 == _Timer(_tn=3)._tn
    with pytest.raises(TypeError):
        _Timer(3)


def test_objects_are_slotted() -> None:
    """A name that is no field cannot be assigned."""
    with pytest.raises(AttributeError):
        _Timer().tm = 3


def test_equality_and_repr() -> None:
    """Objects compare and print by their fields, save pointers back and host objects."""
    board, timer = _Board(), _Timer(_tn=1)
    timer.owner = board
    assert _Timer(_tn=1) == timer
    assert "_Timer(_tn=1, expires=-1)" == repr(timer)
    assert _Board(irq=IRQ()) == _Board(irq=IRQ())
    assert _Board(count=1) != _Board()


def test_unhashable() -> None:
    """An object that changes has no hash."""
    with pytest.raises(TypeError):
        hash(_Timer())


def test_attrs_tools_work() -> None:
    """Objects can be evolved, copied and pickled, and fields carry their marks as metadata."""
    board = attrs.evolve(_Board(), count=2)
    assert (2, board) == (board.count, copy.deepcopy(board))
    assert board == pickle.loads(pickle.dumps(board))
    assert (16,) == attrs.fields(_Board).sized.metadata[qidl.METADATA].dimensions


@given(st.data())
def test_random_classes(data: st.DataObject) -> None:
    """Whatever is declared is described field by field, and its objects compare equal to their copies."""
    cls = data.draw(declarations(rich=True))
    described = declaration(cls)
    assert isinstance(described, Declaration)
    assert [a.name for a in attrs.fields(cls)] == [field.name for field in described.fields]
    assert {field.name: field for field in described.fields} == described.by_name
    assert tuple(field for field in described.fields if field.mark is Mark.STANDARD) == described.serialised
    obj = data.draw(objects(cls))
    assert obj == copy.deepcopy(obj)
