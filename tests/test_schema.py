"""QAPI schemas, as the QIDL of 2012 made them."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from conftest import INTEGERS, declarations, make
from hypothesis import given, strategies as st

import qidl
from qidl import (
    IRQ,
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
    int8,
    int32,
    int64,
    optional,
    properties,
    property_,
    schema,
    schema_text,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from qidl.schema import is_camel_case


@qidl.declare
class PCIDevice:
    """A struct that devices embed."""

    x: uint8 = 0


@qidl.declare
class tm:
    """``struct tm``: its name is not CamelCase."""

    tm_sec: int32 = 0


def annotated(*types: str, **more: Any) -> dict[str, Any]:
    return {"type": list(types), "<annotated>": "true", **more}


EMBEDDED = {"type": "PCIDevice", "<annotated>": "true", "embedded": "true"}

# C members and what the code generator of 2012 made of them when it was run; those that Python can say.
WORKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unsigned b": ({"b": (uint32, 0)}, {"b": "uint32"}),
    "char g": ({"g": (uint8, 0)}, {"g": "uint8"}),
    "char *h": ({"h": (str, "")}, {"h": "str"}),
    "unsigned char *x": ({"x": (str | None, None)}, {"x": "str"}),
    "char j[8]": ({"j": (list[uint8], array(8))}, {"j": annotated("uint8", array_size=8)}),
    "char j[8], as bytes": ({"j": (bytearray, array(8))}, {"j": annotated("uint8", array_size=8)}),
    "char q_string k[8]": ({"k": (str, string(8))}, {"k": annotated("uint8", array_size=8, is_string="true")}),
    "char q_size(n) q_string x[4]": (
        {"n": (uint8, 0), "x": (str, string(4, size="n"))},
        {"n": "uint8", "x": annotated("uint8", array_size="n", array_capacity=4, is_string="true")},
    ),
    "const char *l": ({"l": (str, immutable(""))}, {}),
    "int (*fn)(int)": ({"fn": (object, immutable())}, {}),
    "struct tm m": ({"m": (tm, embedded(tm))}, {"m": "tm"}),
    "PCIDevice dev": ({"dev": (PCIDevice, embedded(PCIDevice))}, {"dev": EMBEDDED}),
    "PCIDevice *devp": ({"devp": (PCIDevice | None, None)}, {"devp": "PCIDevice"}),
    "QEMUTimer *t": ({"t": (QEMUTimer, -1)}, {"t": "QEMUTimer"}),
    "int u, v[3], *w": (
        {"u": (int32, 0), "v": (list[int32], array(3)), "w": (int32 | None, None)},
        {"u": "int32", "v": annotated("int32", array_size=3), "w": "int32"},
    ),
    "uint32_t z[2][3]": ({"z": (list[list[uint32]], array(2, 3))}, {"z": annotated("uint32", array_size=[2, 3])}),
    "uint8_t *config2 q_size(len)": (
        {"len": (uint16, 0), "config2": (list[uint8], array(size="len"))},
        {"len": "uint16", "config2": annotated("uint8", array_size="len")},
    ),
    "int8_t q_optional q_size(cnt) oa[16]": (
        {"cnt": (int32, 0), "oa": (list[int8] | None, optional(array(16, size="cnt")))},
        {"cnt": "int32", "*oa": annotated("int8", array_size="cnt", array_capacity=16)},
    ),
    "T q_optional *s1": ({"s1": (PCIDevice | None, optional())}, {"*s1": "PCIDevice"}),
    "T q_optional s2": (
        {"has_s2": (bool, False), "s2": (PCIDevice, optional(embedded(PCIDevice)))},
        {"has_s2": "bool", "*s2": EMBEDDED},
    ),
    "uint8_t q_size(2) a[4]": (
        {"a": (list[uint8], array(4, size=2))},
        {"a": annotated("uint8", array_size=2, array_capacity=4)},
    ),
    "HPETTimer-like timer[32], sized": (
        {"n": (uint8, 0), "timer": (list[PCIDevice], array(32, size="n"))},
        {"n": "uint8", "timer": annotated("PCIDevice", array_size="n", array_capacity=32)},
    ),
    "a list of any length": ({"l": (list[PCIDevice], array())}, {"l": ["PCIDevice"]}),
    "bool, size_t": ({"b": (bool, False), "s": (qidl.size_t, 0)}, {"b": "bool", "s": "size"}),
    "bool f[2]": ({"f": (list[bool], array(2))}, {"f": annotated("bool", array_size=2)}),
    "char *s[2]": ({"s": (list[str], array(2))}, {"s": annotated("str", array_size=2)}),
    "int x[4][2] q_size(n)": (
        {"n": (uint8, 0), "x": (list[list[int32]], array(4, 2, size="n"))},
        {"n": "uint8", "x": annotated("int32", array_size=["n", 2], array_capacity=4)},
    ),
}


@pytest.mark.parametrize("member", WORKED)
def test_worked_example(member: str) -> None:
    """A C member has the schema that it had in 2012, keys in the same order."""
    members, expected = WORKED[member]
    found = schema(make("S", **members))
    assert {"type": "S", "data": expected} == found
    assert list(expected) == list(found["data"])
    described = [(list(e), list(f)) for e, f in zip(expected.values(), found["data"].values(), strict=True)]
    assert all(e == f for e, f in described)


@pytest.mark.parametrize("name", INTEGERS)
def test_integer_names(name: str) -> None:
    """Every integer type is described by its name: that of C without _t."""
    assert {"x": name} == schema(make(x=(INTEGERS[name], 0)))["data"]


@pytest.mark.parametrize("mark", [immutable, derived, elsewhere, broken])
def test_what_does_not_travel_is_left_out(mark: Any) -> None:
    """A field that is not serialised is not in the schema."""
    assert {} == schema(make(x=(uint8, mark(0)), post_load=lambda self: None))["data"]


def test_default_mark() -> None:
    """Of a struct that is immutable by default, the schema has what is marked standard."""

    @qidl.declare(mark=Mark.IMMUTABLE)
    class Device:
        a: uint8 = 0
        b: uint8 = qidl.standard(0)

    assert {"type": "Device", "data": {"b": "uint8"}} == schema(Device)


def test_opaque_types_are_left_out() -> None:
    """So is a field of a type that is immutable by default."""

    @qidl.declare
    class PAMMemoryRegion:
        alias: MemoryRegion | None = None
        current: uint32 = 0

    # As the tool printed it for the i440FX's PAM registers.
    assert {"type": "PAMMemoryRegion", "data": {"current": "uint32"}} == schema(PAMMemoryRegion)


def test_properties_are_left_out() -> None:
    """A property is set from the command line, so it does not travel."""
    cls = make(
        base_year=(int32, property_("base_year", 1980)),
        cap=(uint32, properties(qidl.Property("multifunction", 0, 3))),
        x=(uint8, 0),
    )
    assert {"x": "uint8"} == schema(cls)["data"]


def test_pointer_to_itself() -> None:
    """A pointer to the class itself is described by the class's name, as any other."""
    cls = make("Node", next=("Node | None", optional()), children=("list[Node]", array()))
    assert {"*next": "Node", "children": ["Node"]} == schema(cls)["data"]


def test_struct_without_serialisable_fields_is_left_out() -> None:
    """A struct none of whose fields travels is left out, in an array too; one that holds only such structs is not."""
    host = make("HostOnly", irq=(IRQ | None, None))
    holder = make("Holder", host=(host, embedded(host)))
    cls = make(
        host=(host, embedded(host)),
        pointer=(host | None, None),
        hosts=(list[host], array(2)),
        holder=(holder, embedded(holder)),
    )
    assert {} == schema(holder)["data"]
    assert {"holder": {"type": "Holder", "<annotated>": "true", "embedded": "true"}} == schema(cls)["data"]


def test_inherited_fields_come_first() -> None:
    """A schema lists a parent's fields before the class's own."""

    @qidl.declare
    class Device(PCIDevice):
        y: uint8 = 0

    assert {"type": "Device", "data": {"x": "uint8", "y": "uint8"}} == schema(Device)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # These seven as the 2012 tool had them when it was run.
        ("HPETTimer", True),
        ("PCII440FXState", True),
        ("IDEBus", True),
        ("Int128", True),
        ("IDEState", True),
        ("tm", False),
        ("qemu_irq", False),
        # These by its rule.
        ("uint8", False),
        ("hpetTimer", False),
        ("HPET_Timer", False),
        ("_Timer", False),
        ("Timer_", False),
        ("QEMUTimer", True),
        ("X", True),
    ],
)
def test_camel_case(name: str, expected: bool) -> None:
    """CamelCase begins with a capital and has no underscore."""
    assert expected is is_camel_case(name)


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True))
def test_camel_case_law(name: str) -> None:
    """For every C identifier the test comes to: a capital first, and no underscore."""
    assert (name[0].isupper() and "_" not in name) is is_camel_case(name)


@qidl.declare
class SerialFIFO:
    """A struct with every form of description."""

    dev: PCIDevice = embedded(PCIDevice)
    count: uint8 = 0
    data: list[uint8] = array(16, size="count")
    grid: list[list[int64]] = array(2, 3)
    label: str = string(64)
    has_limit: bool = False
    limit: uint64 = optional(0)
    waiters: list[uint32] = array()


# Written by hand in the form that the 2012 tool printed: single quotes, four spaces, a comma after every member.
TEXT = """\
{
    'type': 'SerialFIFO',
    'data': {
        'dev': {
            'type': 'PCIDevice',
            '<annotated>': 'true',
            'embedded': 'true',
        },
        'count': 'uint8',
        'data': {
            'type': [
                'uint8',
            ],
            '<annotated>': 'true',
            'array_size': 'count',
            'array_capacity': 16,
        },
        'grid': {
            'type': [
                'int64',
            ],
            '<annotated>': 'true',
            'array_size': [
                2,
                3,
            ],
        },
        'label': {
            'type': [
                'uint8',
            ],
            '<annotated>': 'true',
            'array_size': 64,
            'is_string': 'true',
        },
        'has_limit': 'bool',
        '*limit': 'uint64',
        'waiters': [
            'uint32',
        ],
    },
}
"""


def test_text() -> None:
    """The text form has single quotes, four spaces, a comma after every member and a line end."""
    assert TEXT == schema_text(SerialFIFO)


def test_text_of_nothing() -> None:
    """A class without fields has an empty struct."""
    assert "{\n    'type': 'C',\n    'data': {\n    },\n}\n" == schema_text(make())


@given(declarations(rich=True))
def test_text_says_the_same(cls: type) -> None:
    """The text form reads as a literal, and says what the schema does in the same order."""
    read = ast.literal_eval(schema_text(cls))
    assert schema(cls) == read
    assert list(schema(cls)["data"]) == list(read["data"])


@given(declarations(rich=True))
def test_keys_are_the_fields_that_travel(cls: type) -> None:
    """A schema has a key for every field that travels, in the order of the struct; a star marks an optional one."""
    expected = [f"*{field.name}" if field.optional else field.name for field in declaration(cls).serialised]
    assert set(schema(cls)["data"]) <= set(expected)
    ignored = set(expected) - set(schema(cls)["data"])
    assert [name for name in expected if name not in ignored] == list(schema(cls)["data"])


@pytest.mark.parametrize("function", [schema, schema_text])
def test_undeclared_class(function: Any) -> None:
    """Only a declared class has a schema."""
    with pytest.raises(qidl.DeclarationError, match=r"^int: expected a class declared"):
        function(int)
