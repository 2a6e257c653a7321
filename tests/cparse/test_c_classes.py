"""C declarations as Python classes: generated, imported, filled and read again."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from c_samples import FILES, unit_of
from conftest import objects
from hypothesis import given, strategies as st

import qidl
from qidl.cparse import generate, load_classes, parse, parse_strict, print_struct, schemas
from qidl.cparse.meaning import understand
from qidl.declaration import Declaration, declaration
from qidl.errors import SchemaError

KNOWN = {"ISADevice": "known_devices", "PCIDevice": "known_devices"}


@pytest.fixture(autouse=True)
def known_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that declares what some of the files only use."""
    module = type(sys)("known_devices")
    vars(module).update(
        load_classes(parse_strict("QIDL_DECLARE(ISADevice) { int a; }; QIDL_DECLARE(PCIDevice) { int b; };"))
    )
    monkeypatch.setitem(sys.modules, "known_devices", module)


def classes_of(text: str, **keywords: Any) -> dict[str, Any]:
    return load_classes(parse_strict(text), **keywords)


# --- the unit tests of 2012

FILLED = {"a": 42, "b": 2**31 - 1, "c": 43, "d": 2**32 - 1, "e": 44, "f": 2**64 - 1, "g": "text g", "h": "text h"}
TRAVELS = {"b": 2**31 - 1, "d": 2**32 - 1, "g": "text g"}


def unit_classes() -> dict[str, Any]:
    return load_classes(unit_of("unit_tests.c"))


@pytest.mark.parametrize("name", ["TestStruct", "TestStructPublic"])
def test_annotations(name: str) -> None:
    """Extreme values of what is serialised arrive; what is immutable stays as it was."""
    cls = unit_classes()[name]
    saved = cls(**FILLED)
    assert qidl.to_qobject(saved) == TRAVELS
    loaded = qidl.from_qobject(cls, qidl.to_qobject(saved))
    assert [loaded.b, loaded.d, loaded.g] == list(TRAVELS.values())
    assert [loaded.a, loaded.c, loaded.e, loaded.h] == [0, 0, 0, None]
    properties = [entry for field in declaration(cls).fields for entry in field.properties]
    assert properties == [qidl.Property("f", 42), qidl.Property("h")]


def test_public_elsewhere() -> None:
    """A file that uses a public struct of another needs its class alone."""
    user = classes_of("QIDL_DECLARE(User) { ISADevice dev; };", known=KNOWN)["User"]
    assert qidl.to_qobject(user()) == {"dev": {"a": 0}}
    assert qidl.to_qobject(qidl.from_qobject(user, {"dev": {"a": 5}})) == {"dev": {"a": 5}}


@pytest.mark.parametrize("compat", [None, "2012"])
def test_in_a_header(compat: Any) -> None:
    """A declaration in a header counts in the file that includes it."""
    struct = print_struct(unit_of("unit_tests.c").declarations[0], preprocessed=True)
    text = f'# 1 "dir/main.c"\n# 1 "test.h" 1\n\n{struct}# 2 "dir/main.c" 2\nint main(void);\n'
    unit = parse_strict(text, "main.i", compat=compat)
    assert str(unit.source.place(unit.declarations[0].offset)) == "test.h:3:1"
    cls: Any = load_classes(unit)["TestStruct"]
    assert qidl.to_qobject(qidl.from_qobject(cls, TRAVELS)) == TRAVELS
    assert generate(unit).startswith('"""State that main.c declares."""')


def test_arrays() -> None:
    """Of each array travels what is in use, and the rest stays zero."""
    classes = unit_classes()
    structs = [classes["TestStruct"](b=number, g=str(number)) for number in range(32)]
    saved = classes["TestArrays"](
        array1=[1, -2, 3, 4],
        array2_count=6,
        array2=list(range(8)),
        array3=list(range(16)),
        has_optional_array=True,
        optional_array_count=15,
        optional_array=list(range(16)),
        struct_array=structs,
        struct_array2_count=31,
        struct_array2=structs,
    )
    state = qidl.to_qobject(saved)
    lengths = {name: len(value) for name, value in state.items() if isinstance(value, list)}
    assert lengths == {
        "array1": 2,
        "array2": 6,
        "array3": 6,
        "optional_array": 15,
        "struct_array": 32,
        "struct_array2": 31,
    }
    loaded = qidl.from_qobject(classes["TestArrays"], state)
    assert loaded.array1 == [1, -2, 0, 0]
    assert loaded.array2 == [0, 1, 2, 3, 4, 5, 0, 0]
    assert loaded.optional_array == [*range(15), 0]
    assert [struct.b for struct in loaded.struct_array2] == [*range(31), 0]
    assert state == qidl.to_qobject(loaded)


def test_complex() -> None:
    """A struct by pointer is made when it is loaded, one by value is filled; without the first, nothing is."""
    classes = unit_classes()
    struct = classes["TestStruct"]
    saved = classes["TestComplex"](has_struct1=True, struct1=struct(**FILLED), embedded_struct1=struct(b=3))
    state = qidl.to_qobject(saved)
    assert state["struct1"] == TRAVELS
    loaded = qidl.from_qobject(classes["TestComplex"], state)
    assert (loaded.has_struct1, loaded.struct1.d, loaded.embedded_struct1.b) == (True, 2**32 - 1, 3)
    del state["struct1"]
    loaded = qidl.from_qobject(classes["TestComplex"], state)
    assert (loaded.has_struct1, loaded.struct1) == (False, None)


# --- generated modules


def comparable(described: Any) -> Any:
    """A schema's description as a class has it: with the width that C leaves to the host, and no more than it needs."""
    if isinstance(described, dict) and described.get("type") == "QEMUTimer":
        return "QEMUTimer"
    if isinstance(described, dict):
        size, capacity = described.get("array_size"), described.get("array_capacity")
        described = {key: value for key, value in described.items() if key != "array_capacity" or size != capacity}
        if "is_string" in described:
            described["array_size"] = capacity or size
            described.pop("array_capacity", None)
        return described
    return {"int": "int32", "long": "uint64"}.get(described, described)


def broken_reasons(described: Declaration) -> dict[str, str]:
    return {field.name: field.reason for field in described.fields if field.reason}


@pytest.mark.parametrize("name", FILES)
def test_schema_of_classes(name: str) -> None:
    """The classes have the schemas of the C structs, but for what cannot be said in Python."""
    unit = unit_of(name)
    classes = load_classes(unit, known=KNOWN)
    for schema in schemas(unit):
        cls = classes[schema["type"]]
        reasons = broken_reasons(declaration(cls))
        expected = {key: comparable(d) for key, d in schema["data"].items() if key.lstrip("*") not in reasons}
        assert qidl.schema(cls) == {"type": schema["type"], "data": expected}
        assert list(expected) == list(qidl.schema(cls)["data"])


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_classes_round_trip(name: str, data: st.DataObject) -> None:
    """Objects of the generated classes become QObjects and JSON, and the same objects again."""
    classes = CLASSES.setdefault(name, load_classes(unit_of(name), known=KNOWN))
    cls = data.draw(st.sampled_from(sorted(classes.items())))[1]
    if (
        any("VGACommonState" in str(field.type) for field in declaration(cls).fields)
        or cls.__name__ == "VGACommonState"
    ):
        obj = cls()
    else:
        obj = data.draw(objects(cls))
    state = qidl.to_qobject(obj)
    assert obj == qidl.from_qobject(cls, state)
    assert obj == qidl.from_json(cls, qidl.to_json(obj))


CLASSES: dict[str, dict[str, type]] = {}


def module_text() -> str:
    return generate(unit_of("isa_rtc.c"))


def test_generated_module(tmp_path: Path) -> None:
    """A generated module can be saved, imported and used; its classes carry what the C comments said."""
    path = tmp_path / "generated_rtc.py"
    path.write_text(module_text())
    spec = importlib.util.spec_from_file_location("generated_rtc", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rtc = module.RTCState()
    assert (rtc.base_year, rtc.periodic_timer, rtc.cmos_data) == (1980, -1, bytearray(128))
    assert module.RTCState.__doc__ == "Time of day, alarm and periodic interrupt."
    assert module.__doc__ == "State that isa_rtc.c declares."
    assert rtc == qidl.from_qobject(module.RTCState, qidl.to_qobject(rtc))


def test_generated_text() -> None:
    """What a person reads."""
    text = """
/* Transmit FIFO of a UART. */
QIDL_DECLARE(SerialFIFO) {
    struct SerialState q_elsewhere *owner; /* pointer back */
    uint8_t count;
    uint8_t q_size(count) data[16];
    char q_string label[64];
    uint8_t q_broken thr; /* ought to travel */
    int q_derived int_pending, period q_derived;
    qemu_irq irq;
    Unknown u;
    bool has_backlog;
    QEMUTimer q_optional *backlog; /* replays the interrupts that were lost */
    uint32_t q_property("rombar", 1) rom_bar;
    uint32_t q_property("a", 3, 0) q_property("b", 4, 1) caps;
    int in;
};
"""
    assert (
        generate(parse_strict(text, "/src/hw/serial.c"))
        == '''"""State that serial.c declares."""

from __future__ import annotations

from qidl.annotations import (
    IRQ,
    Property,
    QEMUTimer,
    array,
    broken,
    derived,
    elsewhere,
    int32,
    optional,
    properties,
    property_,
    string,
    uint8,
    uint32,
)
from qidl.declaration import declare


@declare
class SerialFIFO:
    """Transmit FIFO of a UART."""

    owner: object = elsewhere(reason="pointer back")
    count: uint8 = 0
    data: bytearray = array(16, size="count")
    label: str = string(64)
    thr: uint8 = broken(0, reason="ought to travel")
    int_pending: int32 = derived(0)
    period: int32 = derived(0)
    irq: IRQ | None = None
    u: object = broken(reason="nothing says how Unknown is serialised")
    has_backlog: bool = False
    # replays the interrupts that were lost
    backlog: QEMUTimer = optional(-1)
    rom_bar: uint32 = property_("rombar", 1)
    caps: uint32 = properties(Property("a", False, bit=3), Property("b", True, bit=4), default=16)
    # called in in C
    in_: int32 = 0

    def post_load(self) -> None:
        """Compute int_pending and period."""
'''
    )


MEMBERS = [
    # C member, Python field
    ("char *x;", 'x: str = ""'),
    ("char q_optional *x;", "x: str | None = optional()"),
    ("bool has_x; int8_t q_optional x[4];", "x: list[int8] = optional(array(4))"),
    ("int8_t q_optional x[4];", "x: list[int8] | None = optional(array(4))"),
    ("uint8_t x[2][3];", "x: list[list[uint8]] = array(2, 3)"),
    ("uint16_t n; uint8_t q_size(n) *x;", 'x: bytearray = array(size="n")'),
    ("uint8_t q_size(7) *x;", "x: bytearray = array(size=7)"),
    ("char *x[3];", "x: list[str] = array(3)"),
    ("bool x[3];", "x: list[bool] = array(3)"),
    ("QEMUTimer *x[3];", "x: list[QEMUTimer] = array(3)"),
    ("struct tm x;", "x: tm = embedded(tm)"),
    ("Int128 x;", "x: Int128 = embedded(Int128)"),
    ("enum kind x;", "x: int32 = 0"),
    ("unsigned long x;", "x: uint64 = 0"),
    ("hwaddr x;", "x: uint64 = 0"),
    ("unsigned x : 3;", "x: uint32 = 0"),
    ("T *x;", "x: T | None = None"),
    ("T x;", "x: T = embedded(T)"),
    ("T x[2];", "x: list[T] = array(2)"),
    ("bool has_x; T q_optional *x;", "x: T | None = optional()"),
    ("bool has_x; T q_optional x;", "x: T = optional(embedded(T))"),
    ("T q_optional x;", "x: T | None = optional()"),
    ("T q_elsewhere x[2];", "x: list[T] | None = elsewhere()"),
    ("S q_elsewhere *x;", "x: S | None = elsewhere()"),
    ("Later q_immutable *x;", "x: Later | None = immutable()"),
    ("MemoryRegion x;", "x: MemoryRegion | None = None"),
    ("qemu_irq x[3];", "x: list[IRQ] | None = immutable()"),
    ("Notifier q_broken x;", "x: Notifier | None = broken()"),
    ("float q_immutable x;", "x: object = immutable()"),
    ("uint8_t q_derived *x;", "x: object = derived()"),
    ("char q_broken *x;", "x: str | None = broken()"),
    ("const char *x;", "x: str | None = immutable()"),
    ("void (*x)(int);", "x: object = immutable()"),
    ("struct { int y; } x;", "x: object = broken()"),
    ("QLIST_ENTRY(S) q_elsewhere x;", "x: object = elsewhere()"),
    ('uint8_t q_property("p") x;', 'x: uint8 = properties(Property("p"), default=0)'),
    ('bool q_property("p", 1) x;', 'x: bool = property_("p", True)'),
    ('bool q_property("p", true) x;', 'x: bool = property_("p", True)'),
    ('char q_property("p") *x;', 'x: str | None = property_("p")'),
    ('char q_property("p", "d") *x;', 'x: str | None = property_("p", "d")'),
    ('uint32_t q_property("p", 2, true) x;', 'x: uint32 = property_("p", True, bit=2)'),
    ('Policy q_property("p", DISCARD) x;', 'x: object = property_("p")'),
    ("float x;", 'x: object = broken(reason="nothing says how float is serialised")'),
    ("S *x;", 'x: object = broken(reason="S is not complete here")'),
    ("int x[N];", 'x: object = broken(reason="its size, N, is not a number")'),
    ("int x[];", 'x: object = broken(reason="nothing says how many elements there are")'),
    ("int q_size(n) *x; int n;", 'x: object = broken(reason="its size, n, is no integer that comes before it")'),
    ("int q_size(n) *x;", 'x: object = broken(reason="its size, n, is not known")'),
    ("int q_optional x; bool has_x;", 'x: object = broken(reason="has_x is no bool that comes before it")'),
    ("char q_string x[2][3];", 'x: object = broken(reason="an array of texts of fixed size")'),
    (
        "int x[1][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1];",
        'x: object = broken(reason="an array of 17 dimensions")',
    ),
    ("int __x;", "x_: int32 = 0"),
    ("int from;", "from_: int32 = 0"),
    ("int *post_load;", "post_load_: int32 = 0"),
    ("uint8_t uint8; uint8_t x;", "x: qidl_uint8 = 0"),
    ("int array; int x[2];", "x: list[int32] = qidl_array(2)"),
]


@pytest.mark.parametrize(("member", "field"), MEMBERS, ids=[row[0] for row in MEMBERS])
def test_member(member: str, field: str) -> None:
    """The C member is this Python field, and the module with it can be loaded."""
    text = f"QIDL_DECLARE(T) {{ int a; }}; QIDL_DECLARE(S) {{ {member} }}; QIDL_DECLARE(Later) {{ int a; }};"
    unit = parse_strict(text)
    assert f"    {field}" in generate(unit).splitlines()
    load_classes(unit)


def test_default_tag() -> None:
    """A struct's default tag becomes the class's default mark."""
    text = "QIDL_DECLARE(S, q_derived) { int a; int q_standard b; int q_broken c; const int d; Notifier n; };"
    generated = generate(parse_strict(text))
    expected = ["@declare(mark=Mark.DERIVED)", "    a: int32 = 0", "    b: int32 = standard(0)"]
    expected += ["    c: int32 = broken(0)", "    d: int32 = immutable(0)", "    n: Notifier | None = None"]
    assert [line for line in generated.splitlines() if line in expected] == expected
    (cls,) = classes_of(text).values()
    assert qidl.schema(cls)["data"] == {"b": "int32"}


def test_order() -> None:
    """Classes stand behind those that they are made of, whatever the order in C; circles are broken."""
    text = "QIDL_DECLARE(A) { B b; }; QIDL_DECLARE(B) { C *c; }; QIDL_DECLARE(C) { A *a; };"
    assert [line[6:-1] for line in generate(parse_strict(text)).splitlines() if line[:6] == "class "] == ["C", "B", "A"]
    assert list(classes_of(text)) == ["A", "B", "C"]


def test_a_class_of_the_file_comes_before_a_known_one() -> None:
    """A struct that the file declares is not imported."""
    text = "QIDL_DECLARE(PCIDevice) { int mine; }; QIDL_DECLARE(S) { PCIDevice dev; };"
    assert qidl.to_qobject(classes_of(text, known=KNOWN)["S"]()) == {"dev": {"mine": 0}}


@pytest.mark.parametrize("name", ["lambda", "def", "class", "None", "True", "list", "__T", "__debug__"])
def test_structs_that_python_cannot_name(name: str) -> None:
    """A struct whose name Python has for something else gets another, wherever it is named."""
    text = f"""
/* A timer. */
QIDL_DECLARE({name}) {{ uint8_t x[2]; bool b; int n[2]; char *s; }};
QIDL_DECLARE(S) {{ {name} a; {name} q_immutable *p; struct {name} many[2]; }};
"""
    python = f"{name.strip('_')}_"
    lines = generate(parse_strict(text)).splitlines()
    expected = [f"class {python}:", f'    """A timer; called {name} in C."""', f"    a: {python} = embedded({python})"]
    expected += [f"    p: {python} | None = immutable()", f"    many: list[{python}] = array(2)"]
    assert expected == [line for line in lines if line in expected]
    classes = classes_of(text)
    assert [name, "S"] == list(classes)
    inner = {"x": b"\1\2", "b": True, "n": [3, 4], "s": "five"}
    state = {"a": inner, "many": [inner, inner]}
    assert state == qidl.to_qobject(qidl.from_qobject(classes["S"], state))
    known = {name: "elsewhere"}
    assert f"from elsewhere import {python}" in generate(parse_strict(f"QIDL_DECLARE(S) {{ {name} a; }};"), known=known)


@pytest.mark.parametrize("name", ["self", "pre_save", "post_load", "class"])
def test_members_that_python_cannot_name(name: str) -> None:
    """A member whose name means something else in a class gets another."""
    assert {f"{name}_": 0} == qidl.to_qobject(classes_of(f"QIDL_DECLARE(S) {{ uint8_t {name}; }};")["S"]())


def test_structs_that_come_to_the_same_name() -> None:
    """Structs are told apart, also where one has the name that another would get."""
    text = """
QIDL_DECLARE(S) { __class c; class_ d; class e; };
QIDL_DECLARE(class) { int a; };
QIDL_DECLARE(class_) { int b; };
QIDL_DECLARE(__class) { int f; };
"""
    assert {"c": {"f": 0}, "d": {"b": 0}, "e": {"a": 0}} == qidl.to_qobject(classes_of(text)["S"]())


def test_members_that_come_to_the_same_name() -> None:
    """Members are told apart, also where one has the name that another would get, and so are sizes."""
    text = "QIDL_DECLARE(S) { uint8_t class; uint8_t class_; int q_size(class) *a; int q_size(class_) *b; };"
    state = {"class__": 1, "class_": 2, "a": [5], "b": [6, 7]}
    assert state == qidl.to_qobject(qidl.from_qobject(classes_of(text)["S"], state))


@pytest.mark.parametrize("others", ["", "uint8_t class_;", "bool has_class_;"])
def test_the_flag_of_a_member_that_python_cannot_name(others: str) -> None:
    """What says whether a member is there takes on the other name of that member."""
    cls = classes_of(f"QIDL_DECLARE(S) {{ bool has_class; uint8_t q_optional class; {others} }};")["S"]
    flag, name = [field.name for field in declaration(cls).fields][:2]
    assert flag == f"has_{name}"
    state = qidl.to_qobject(cls(**{flag: True, name: 5}))
    assert 5 == state[name]
    assert state == qidl.to_qobject(qidl.from_qobject(cls, state))


def test_a_struct_and_a_member_of_the_same_name() -> None:
    """A member does not hide the struct that a later one is made of."""
    text = "QIDL_DECLARE(A) { int x; }; QIDL_DECLARE(B) { uint8_t A; uint8_t A_; A a; A many[2]; };"
    state = {"A": 1, "A_": 2, "a": {"x": 3}, "many": [{"x": 4}, {"x": 5}]}
    assert state == qidl.to_qobject(qidl.from_qobject(classes_of(text)["B"], state))


def test_errors_are_raised() -> None:
    """Nothing is generated of a file with errors."""
    with pytest.raises(SchemaError):
        generate(parse("QIDL_DECLARE(S) { int; };"))


def long_names() -> str:
    long = "a_name_that_is_long_enough_for_two_of_its_kind_to_fill_a_whole_line"
    return f"""
/* {"Words that fill more than a line. " * 8}*/
QIDL_DECLARE(S) {{
    int {long}; /* {"a comment that is longer than one line " * 8}*/
    int q_immutable {long}2; /* {"a reason " * 12}*/
    uint32_t q_property("{long}", 1, 0) q_property("{long}", 2, 0) q_property("b", 4, 1) x;
    uint32_t q_property("{long}", 1, 1) {long}3;
    int y; /* it's "quoted" \\ with backslash */
    int q_immutable z; /* it's "quoted" */
    int q_derived w; /* it's \\ */
    char q_property("p", "it's") *v;
}};"""


RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")


@pytest.mark.skipif(RUFF is None, reason="ruff is not installed")
@pytest.mark.parametrize("name", [*FILES, "", "members", "long"])
def test_layout(name: str) -> None:
    """``ruff format`` and the sorting of imports leave a generated module as it is."""
    members = "".join(f"QIDL_DECLARE(S{n}) {{ {member} }};\n" for n, (member, _) in enumerate(MEMBERS))
    text = {"": "", "members": members, "long": long_names()}
    unit = parse_strict(text[name]) if name in text else unit_of(name)
    generated = generate(unit, known=KNOWN)
    assert RUFF is not None
    options = ["--isolated", "--line-length=120", "--stdin-filename=generated.py", "-"]
    formatted = subprocess.run([RUFF, "format", *options], input=generated, capture_output=True, text=True, check=True)
    assert formatted.stdout == generated
    rules = ["--select=E,W,F,I,D1,D2,D3,RUF,UP", "--ignore=E741,D203,D205,D213"]
    isort = ["--config=lint.isort={known-first-party=['qidl','known_devices'],combine-as-imports=true}"]
    checked = subprocess.run([RUFF, "check", *rules, *isort, *options], input=generated, capture_output=True, text=True)
    assert checked.stdout.strip() == "All checks passed!", checked.stdout


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
def test_types(tmp_path: Path) -> None:
    """Mypy --strict accepts generated modules."""
    paths = []
    for name in FILES:
        paths.append(tmp_path / f"generated_{Path(name).stem}.py")
        paths[-1].write_text(generate(unit_of(name)))
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-incremental",
        f"--cache-dir={tmp_path}",
        *map(str, paths),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert "Success" in checked.stdout, checked.stdout


def test_understanding_is_complete() -> None:
    """Every member of a file has its meaning."""
    unit = unit_of("ide.c")
    assert [len(struct.members) for struct in unit.declarations] == [len(each.fields) for each in understand(unit)]
