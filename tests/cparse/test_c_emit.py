"""Python declarations printed as the C that would declare them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import declarations, make
from hypothesis import assume, given

import qidl
from qidl import Mark, Property, array, declaration, embedded, optional, properties, string, uint8, uint32
from qidl.cparse import emit, load_classes, parse_strict, schemas
from qidl.cparse.words import BUILTIN_TYPES, KEYWORDS
from qidl.declaration import Array, Struct, Type
from qidl.errors import DeclarationError


def structs_within(cls: Any) -> list[Any]:
    """A class and all declared classes that its fields hold, those first."""

    def of(kind: Type) -> list[Any]:
        if isinstance(kind, Array):
            return of(kind.element)
        return structs_within(kind.declaration.cls) if isinstance(kind, Struct) else []

    found = [each for field in declaration(cls).fields for each in of(field.type)]
    return [*dict.fromkeys(found), cls]


@qidl.declare
class Inner:
    """One of several."""

    a: uint8 = 0
    hidden: uint8 = qidl.broken(0, reason="ought to travel */")


@qidl.declare
class Outer:
    """Everything at once.

    The rest of the docstring stays in Python.
    """

    dev: qidl.DeviceState | None = None
    irq: qidl.IRQ | None = None
    bus: qidl.BusState | None = qidl.elsewhere()
    count: uint32 = 0
    data: bytearray = array(16, size="count")
    table: list[list[uint8]] = array(2, 3)
    sized: list[uint8] = array(size="count")
    inner: Inner = embedded(Inner)
    pointer: Inner | None = None
    inners: list[Inner] = array(4)
    label: str = string(8)
    names: list[str] = array(3)
    text: str = ""
    flag: bool = False
    timer: qidl.QEMUTimer = -1
    backlog: uint8 | None = optional()
    has_late: bool = False
    late: uint8 = optional(0)
    caps: uint32 = properties(Property("a", True, bit=1), Property("b", False, bit=2))
    rom: str | None = qidl.property_("rom", 'a "b"')
    size: uint32 = qidl.property_("size", -1)
    bare: uint32 = properties(Property("bare"))
    back: "Unknown | None" = qidl.elsewhere()  # type: ignore[name-defined]  # noqa: F821, UP037
    raw: bytes | None = qidl.immutable()
    other: object = qidl.derived(reason="made again")
    queue: list[Inner] = array()

    def post_load(self) -> None:
        """Nothing to do."""


TEXT = """typedef struct Inner Inner;
typedef struct Outer Outer;

/* One of several. */
QIDL_DECLARE(Inner) {
    uint8_t a;
    uint8_t q_broken hidden; /* ought to travel * / */
};

/* Everything at once. */
QIDL_DECLARE(Outer) {
    DeviceState *dev;
    qemu_irq irq;
    BusState q_elsewhere *bus;
    uint32_t count;
    uint8_t q_size(count) data[16];
    uint8_t table[2][3];
    uint8_t q_size(count) *sized;
    Inner inner;
    Inner *pointer;
    Inner inners[4];
    char q_string label[8];
    char *names[3];
    char *text;
    bool flag;
    QEMUTimer *timer;
    bool q_elsewhere has_backlog;
    uint8_t q_optional backlog;
    bool has_late;
    uint8_t q_optional late;
    uint32_t q_property("a", 1, true) q_property("b", 2, false) caps;
    char q_property("rom", "a \\"b\\"") *rom;
    uint32_t q_property("size", -1) size;
    uint32_t q_property("bare") bare;
    Unknown q_elsewhere *back;
    uint8_t q_immutable *raw;
    void q_derived *other; /* made again */
    QTAILQ_HEAD(,Inner) q_broken queue;
};
"""


def test_text() -> None:
    """Every kind of field has its C."""
    assert emit(Inner, Outer) == TEXT


def test_schema_of_emitted() -> None:
    """The C has the schema of the class, but for a list without an end."""
    schema = qidl.schema(Outer)
    del schema["data"]["queue"]
    assert schemas(parse_strict(TEXT))[1] == schema


def test_emitted_and_generated() -> None:
    """Through C and back, a class takes the same QObjects; presence of what was None is a bool then."""
    cls: Any = load_classes(parse_strict(TEXT))["Outer"]
    outer = Outer(count=2, sized=[1, 2], pointer=Inner(a=7), backlog=4, has_late=True, late=3, label="x")
    state = json.loads(qidl.to_json(outer))
    del state["queue"]
    loaded = qidl.from_qobject(cls, state)
    assert json.loads(qidl.to_json(loaded)) == state
    assert (loaded.has_backlog, loaded.backlog) == (True, 4)


def test_empty_and_marked() -> None:
    """A class without fields is an empty struct; a default mark is written at every field."""
    assert emit(make("Empty")).endswith("QIDL_DECLARE(Empty) {\n};\n")
    assert "uint8_t q_broken a;" in emit(make("Marked", mark=Mark.BROKEN, a=(uint8, 0)))


@pytest.mark.parametrize("name", ["default", "char"])
def test_keywords(name: str) -> None:
    """A field whose name is a keyword of C cannot be emitted."""
    fields: dict[str, Any] = {name: (uint8, 0)}
    with pytest.raises(DeclarationError, match="found a keyword"):
        emit(make("S", **fields))


def test_undeclared() -> None:
    """Only declared classes can be emitted."""
    with pytest.raises(DeclarationError):
        emit(int)


@given(declarations())
def test_schemas_survive(cls: Any) -> None:
    """Random classes, printed as C, have the schemas that they had."""
    classes = structs_within(cls)
    names = [name for each in classes for name in (each.__name__, *declaration(each).by_name)]
    assume(not any(name in KEYWORDS or name in BUILTIN_TYPES for name in names))
    assume(len({each.__name__ for each in classes}) == len(classes))
    # A list of any length has no word in C; a struct of nothing else would have nothing that travels.
    schema_data = [qidl.schema(each)["data"] for each in classes]
    assume(not any(data and all(isinstance(described, list) for described in data.values()) for data in schema_data))
    unit = parse_strict(emit(*classes))
    for each, read in zip(classes, schemas(unit), strict=True):
        expected = qidl.schema(each)
        for name, described in list(expected["data"].items()):
            if isinstance(described, list):
                del expected["data"][name]
            elif isinstance(described, dict) and isinstance(described.get("array_size"), list):
                # How the size of the first of several dimensions is told differs.
                described.pop("array_capacity", None)
                for data in (described, read["data"][name]):
                    data.pop("array_size", None)
                    data.pop("array_capacity", None)
        assert expected == read
        assert list(expected["data"]) == list(read["data"])
