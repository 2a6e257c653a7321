"""Every member that the description of the language gives as an example, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from c_samples import array, embedded, struct

from qidl.cparse import parse, schemas
from qidl.cparse.meaning import understand

ALWAYS: list[tuple[str, dict[str, Any]]] = [
    ("unsigned b;", {"b": "uint32"}),
    ("unsigned int b;", {"b": "uint32"}),
    ("unsigned long d;", {"d": "long"}),
    ("long d;", {"d": "long"}),
    ("unsigned char d;", {"d": "uint8"}),
    ("char g;", {"g": "uint8"}),
    ("char *h;", {"h": "str"}),
    ("unsigned char *x;", {"x": "str"}),
    ("char j[8];", {"j": array("uint8", 8)}),
    ("char q_string k[8];", {"k": array("uint8", 8, is_string="true")}),
    ("char q_size(n) q_string x[4];", {"x": array("uint8", "n", array_capacity=4, is_string="true")}),
    ("char q_string *y;", {"y": "str"}),
    ("const char *l;", {}),
    ("int (*fn)(int, void (*cb)(int));", {}),
    ("struct { int x; } anon;", {}),
    ("union { int x; char y[4]; };", {}),
    ("enum { A, B = 2 } kind;", {}),
    ("struct { int a; } q_immutable x, *y;", {}),
    ("struct tag { struct { int x; } y; } q_standard z;", {}),
    ("struct tm m;", {"m": "tm"}),
    ("enum foo_kind n;", {"n": "int"}),
    ("union foo uu;", {"uu": "union foo"}),
    ("PCIDevice dev;", {"dev": embedded("PCIDevice")}),
    ("struct PCIDevice dev;", {"dev": embedded("PCIDevice")}),
    ("PCIDevice *devp;", {"devp": "PCIDevice"}),
    (
        "PCII440FXState a; Int128 b; pci_t c; Foo_Bar d; lower e;",
        {"a": embedded("PCII440FXState"), "b": embedded("Int128"), "c": "pci", "d": "Foo_Bar", "e": "lower"},
    ),
    ("QEMUTimer *t;", {"t": "QEMUTimer"}),
    ("int u, v[3], *w;", {"u": "int32", "v": array("int32", 3), "w": "int32"}),
    ("uint32_t z[2][3];", {"z": array("uint32", [2, 3])}),
    (
        "uint8_t q_size((pci_is_express(*obj) ? 4096 : 256)) *config;",
        {"config": array("uint8", "(pci_is_express(*obj)?4096:256)")},
    ),
    ("uint8_t *config2 q_size(len);", {"config2": array("uint8", "len")}),
    ("int8_t q_optional q_size(cnt) oa[16];", {"*oa": array("int8", "cnt", array_capacity=16)}),
    ("T q_optional *s1;", {"*s1": "T"}),
    ("T q_optional s2;", {"*s2": embedded("T")}),
    ("void *opaque;", {"opaque": "void"}),
    ("int *p;", {"p": "int32"}),
    ("PCIDevice *devs[256];", {"devs": array("PCIDevice", 256)}),
    (
        "float f; double g; target_ulong h; size_t i; foo_t j;",
        {"f": "float", "g": "double", "h": "target_ulong", "i": "size", "j": "foo"},
    ),
    ("int none[0];", {"none": array("int32", 0)}),
    ("_Bool a; bool b;", {"a": "bool", "b": "bool"}),
    ("volatile uint8_t v;", {"v": "uint8"}),
    ("uint8_t **v;", {"v": "uint8"}),
    ("int q_immutable a, b;", {"b": "int32"}),
    ("unsigned *x, y;", {"x": "uint32", "y": "uint32"}),
    ("int a q_derived; int q_broken b; int q_elsewhere c; int d q_optional;", {"*d": "int32"}),
    ("int q_immutable q_optional a;", {}),
    ("int q_immutable q_size(n) *a;", {}),
    ('int32_t q_property("f", 42) f;', {}),
    ("Notifier n; MemoryRegion *m; qemu_irq irqs[4];", {}),
    ("int8_t q_size(2) x[4];", {"x": array("int8", 2, array_capacity=4)}),
    ("int8_t q_size(n) x[2][3];", {"x": array("int8", "n", array_capacity=[2, 3])}),
]


@pytest.mark.parametrize("compat", [None, "2012"])
@pytest.mark.parametrize(("member", "expected"), ALWAYS, ids=[member for member, _ in ALWAYS])
def test_member(member: str, expected: dict[str, Any], compat: Any) -> None:
    """The member has this schema, however it is read."""
    assert expected == struct(member, compat)


DEFECTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # member, as in 2012, as documented
    ("int x[2][3] q_size(1);", {"x": array("int32", 1)}, {"x": array("int32", 1, array_capacity=[2, 3])}),
    (
        "int8_t q_size(0x10) x[16];",
        {"x": array("int8", "0x10", array_capacity=16)},
        {"x": array("int8", 16, array_capacity=16)},
    ),
    ("int32_t x[4ULL];", {"x": array("int32", "4ULL")}, {"x": array("int32", 4)}),
    ("int32_t x[(160 * 100)];", {"x": array("int32", "(160*100)")}, {"x": array("int32", 16000)}),
    ("int32_t x[2048 / 32][0xa];", {"x": array("int32", ["2048/32", "0xa"])}, {"x": array("int32", [64, 10])}),
    (
        "int16_t q_size((2*3)) x[16];",
        {"x": array("int16", "(2*3)", array_capacity=16)},
        {"x": array("int16", 6, array_capacity=16)},
    ),
    ("int x[010];", {"x": array("int32", 10)}, {"x": array("int32", 8)}),
    ("int q_size((f(a, b))) *x;", {"x": array("int32", "(f(a")}, {"x": array("int32", "(f(a,b))")}),
    (
        "int x[sizeof(struct foo)];",
        {"x": array("int32", "sizeof(structfoo)")},
        {"x": array("int32", "sizeof(struct foo)")},
    ),
    ("Notifier q_standard n;", {}, {"n": embedded("Notifier")}),
    ("MemoryRegion q_size(n) *r;", {}, {"r": array("MemoryRegion", "n")}),
    ("const int q_standard a;", {}, {"a": "int32"}),
    ("const int a, b;", {"b": "int32"}, {}),
    ("short s; unsigned short us;", {"s": "short", "us": "unsigned short"}, {"s": "int16", "us": "uint16"}),
    ("char q_size(n) *buffer;", {"buffer": array("str", "n")}, {"buffer": array("uint8", "n")}),
    ("int flexible[];", {"flexible": array("int32", "")}, {"flexible": array("int32")}),
]


@pytest.mark.parametrize(("member", "as_2012", "documented"), DEFECTS, ids=[row[0] for row in DEFECTS])
def test_defect(member: str, as_2012: dict[str, Any], documented: dict[str, Any]) -> None:
    """The tool of 2012 made something else of the member than the language means."""
    assert (as_2012, documented) == (struct(member, "2012"), struct(member))


NOT_READ_IN_2012 = [
    # member, what it is now
    ("unsigned x:3;", {"x": "uint32"}),
    ("uint8_t a : 1, : 2, b : (SIZE - 1) q_immutable;", {"a": "uint8"}),
    ("long long x;", {"x": "int64"}),
    ("unsigned long long int x;", {"x": "uint64"}),
    ("unsigned long int x;", {"x": "long"}),
    ("signed x;", {"x": "int32"}),
    ("signed char x[2];", {"x": array("int8", 2)}),
    ("long unsigned x;", {"x": "long"}),
    ("T const *x;", {}),
    ("T *const x;", {}),
    ("q_immutable char *x;", {}),
    ("q_immutable int a, b;", {}),
    ("char *q_immutable x;", {}),
    ("char *q_string x;", {"x": "str"}),
    ("int (*fns[4])(int);", {}),
    ("struct { int a; };", {}),
    ("QTAILQ_HEAD(, UHCIQueue) queues;", {}),
    ("QLIST_ENTRY(Foo) q_elsewhere next;", {}),
    ("uint8_t x __attribute__((aligned(8)));", {"x": "uint8"}),
    ("uint8_t x[4] QEMU_ALIGNED(8);", {"x": array("uint8", 4)}),
    ("__extension__ long long x;", {"x": "int64"}),
    ("int *restrict x;", {"x": "int32"}),
    ('int x __attribute__((deprecated("y")));', {"x": "int32"}),
    (";", {}),
]


@pytest.mark.parametrize(("member", "expected"), NOT_READ_IN_2012, ids=[row[0] for row in NOT_READ_IN_2012])
def test_what_could_not_be_read(member: str, expected: dict[str, Any]) -> None:
    """What real structs contain is read now; reading as in 2012, it is an error."""
    assert expected == struct(member)
    assert parse(f"QIDL_DECLARE(S) {{ {member} }};", compat="2012").errors


def test_string_needs_char() -> None:
    """q_string belongs to char alone."""
    for compat in (None, "2012"):
        (problem,) = parse("QIDL_DECLARE(S) { int q_string x[4]; };", compat=compat).errors
        assert (problem.expected, problem.found) == ("char[] for q_string", "int")


def schema_with(head: str, body: str, compat: Any = None) -> Any:
    unit = parse(f"{head} {{ {body} }};", compat=compat)
    assert not unit.errors
    return [schema["data"] for schema in schemas(unit)]


def test_default_tag() -> None:
    """A default tag speaks of members without annotation; in 2012, of all."""
    body = "int a; int q_standard b; int q_derived c; Notifier d;"
    assert schema_with("QIDL_DECLARE(S, q_immutable)", body) == [{"b": "int32"}]
    assert schema_with("QIDL_DECLARE(S, q_immutable)", body, "2012") == [{}]
    assert schema_with("QIDL_START(S, QIDL(serialize, broken)) struct S", body) == [{"b": "int32"}]


def test_marks_add_up_as_2012() -> None:
    """In 2012 a member had its own mark and the struct's too."""
    text = "QIDL_DECLARE(D2, q_derived) { int q_immutable x; };"
    assert understand(parse(text, compat="2012"))[0].fields[0].marks == ("immutable", "derived")
    assert understand(parse(text))[0].fields[0].marks == ("immutable",)


def test_immutable_types() -> None:
    """Lists of immutable types add up; in 2012 the last list was the only one."""
    text = "QIDL_IMMUTABLE_TYPES(A, B)\nQIDL_IMMUTABLE_TYPES(C)\n"
    text += "QIDL_START(S) struct S { A a; B *b; C c[2]; Notifier d; };"
    assert [schema["data"] for schema in schemas(parse(text))] == [{}]
    expected = {"a": embedded("A"), "b": "B", "d": embedded("Notifier")}
    assert [expected] == [schema["data"] for schema in schemas(parse(text, compat="2012"))]


@pytest.mark.parametrize("compat", [None, "2012"])
def test_types_without_serialisable_members(compat: Any) -> None:
    """A struct with nothing to serialise leaves the schemas of those that hold it; their holders do not follow."""
    text = """
        QIDL_DECLARE(Nothing) { int q_immutable a; int (*f)(void); };
        QIDL_DECLARE(Holder) { Nothing n; Nothing *p; };
        QIDL_DECLARE(Top) { Holder h; Nothing ns[4]; Unknown u; };
    """
    expected = [{}, {}, {"h": embedded("Holder"), "u": embedded("Unknown")}]
    assert expected == [schema["data"] for schema in schemas(parse(text, compat=compat))]
