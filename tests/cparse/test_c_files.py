"""Finding declarations in files that hold much else, and the forms a declaration can have."""

from __future__ import annotations

from typing import Any

import pytest
from c_samples import array

from qidl.cparse import Implementation, parse, parse_strict, properties, schemas, schemas_json, schemas_text
from qidl.cparse.expression import evaluate
from qidl.cparse.lexer import lex


def names(text: str | bytes, compat: Any = None) -> list[str]:
    return [struct.name for struct in parse_strict(text, compat=compat).declarations]


@pytest.mark.parametrize("compat", [None, "2012"])
@pytest.mark.parametrize(
    "text",
    [
        "QIDL_DECLARE(S) { int a; };",
        "QIDL_DECLARE(S, skip_state, q_derived) { };",
        "QIDL_DECLARE_PUBLIC(S) {};",
        "QIDL_START(S) struct S { int a; };",
        "QIDL_START(S, ) struct S { int a; };",
        "QIDL_START(S, skip_properties) typedef struct Tag { int a; } S;",
        "QIDL_START_PUBLIC(S) typedef struct { int a; } S;",
        '/* one */ # 3 "a.c"\n  QIDL_START(S)\nstruct\nS\n{\nint a;\n}\n;\n',
        'QIDL_START(S)\n# 7 "b.h" 2\nstruct S <% int a<:2:>; %>;',
    ],
)
def test_forms(text: str, compat: Any) -> None:
    """Each form declares a struct S."""
    assert names(text, compat) == ["S"]


ODD = [
    "int main(void) { return '\"'; }",
    "#define QIDL_DECLARE(T) struct T\n#define X \\\n QIDL_DECLARE(Y) { int a; };",
    "// QIDL_DECLARE(Y) { int a; };",
    "/* QIDL_DECLARE(Y) { int a; }; */",
    'char *s = "QIDL_DECLARE(Y) { int a; };";',
    "don't { [ ( @ \\ \x00 ` é",
    "}}}}} )))) ]]]",
    "#if 0\nQIDL_DECLARE(Y) { int a; };\n#if 1\n#endif\n#endif",
    "#error that's \"odd /* really\n */",
    'asm("mov %eax, \\"\\n");',
    "QIDL_ENABLE()",
    "int QIDL_DECLARE; QIDL_START QIDL_IMMUTABLE_TYPES;",
    '"unclosed',
]


@pytest.mark.parametrize("odd", ODD)
def test_whatever_else(odd: str) -> None:
    """What stands around a declaration does not matter."""
    text = f"{odd}\nQIDL_DECLARE(S) {{ int a; }};\n{odd}\n  QIDL_DECLARE(T) {{ }};\n{odd}"
    assert names(text) == ["S", "T"]


def test_preprocessor_lines_within() -> None:
    """Preprocessor lines within a struct are skipped, and all of an ``#if 0``."""
    text = """QIDL_DECLARE(S) {
        int a;
    #ifdef CONFIG_X /* a
        comment */
        int b; // and another \\
        int c;
    #endif
    #if 0
        it's not C
    #else
        int d;
    #endif
    };"""
    (struct,) = parse_strict(text).declarations
    assert [member.name for member in struct.members] == ["a", "b", "d"]


def test_typedef_before() -> None:
    """A typedef may stand before the macro, which 2012 did not see."""
    text = "typedef QIDL_DECLARE(S) { int a; } T;"
    assert names(text) == ["T"]
    assert names(text, "2012") == []


def test_two_on_one_line() -> None:
    """Of two declarations on a line, the tool of 2012 saw the second only if nothing stood before the two."""
    text = "QIDL_START(S) struct S { }; QIDL_START(T) struct T { };\n"
    assert names(text) == names(text, "2012") == ["S", "T"]
    assert names(f"; {text}") == ["S", "T"]
    assert names(f"; {text}", "2012") == []


def test_lines_of_2012() -> None:
    """Reading as in 2012, a comment that begins within a line does not hide the next."""
    text = "int x; /*\nQIDL_START(S) struct S { };\n*/"
    assert names(text) == []
    assert names(text, "2012") == ["S"]


def test_public() -> None:
    """A public struct counts where it is implemented; there it says what is to be skipped."""
    text = """
QIDL_START_PUBLIC(A, skip_properties, QIDL(serialize, derived)) struct A { int q_property("x") a; int b; };
QIDL_START_PUBLIC(B) struct B { int b; };
QIDL_START_IMPLEMENTATION(A, skip_state)
"""
    unit = parse_strict(text, compat="2012")
    assert unit.implementations == (Implementation("A", skip_state=True),)
    assert schemas(unit) == [{"type": "A", "data": {}}]
    assert list(properties(unit)) == ["A"]
    assert [entry.name for entry in properties(unit)["A"]] == ["x"]
    assert [schema["type"] for schema in schemas(parse_strict(text))] == ["A", "B"]
    assert properties(parse_strict(text.replace("QIDL_START_IMPL", "NO")))["A"] == ()


def test_implementation_of_nothing() -> None:
    """Implementing what is not declared is an error, but for files whose headers are not read."""
    assert parse("QIDL_START_IMPLEMENTATION(A)").errors
    assert parse("QIDL_IMPLEMENT_PUBLIC(A)", compat="2012").errors
    unit = parse("QIDL_IMPLEMENT_PUBLIC(A)")
    assert (unit.errors, len(unit.warnings)) == ((), 1)


def test_type_is_the_typedef() -> None:
    """The schema's type is the typedef's name, where there is one, and the tag otherwise."""
    text = "QIDL_START(A) typedef struct B { } C;\nQIDL_START(D) struct E { };"
    assert [schema["type"] for schema in schemas(parse_strict(text, compat="2012"))] == ["C", "E"]


def test_constants() -> None:
    """Sizes may use the file's own macros, and values that are given."""
    text = """
#define HALF (FULL / 2)
#define FULL 0x20
#define TWICE 1
#define TWICE 2
QIDL_DECLARE(S) { char a[HALF]; char b[FULL * 2][OTHER]; char c[TWICE]; };
"""
    (schema,) = schemas(parse_strict(text, constants={"OTHER": 3}))
    assert schema["data"] == {"a": array("uint8", 16), "b": array("uint8", [64, 3]), "c": array("uint8", "TWICE")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("1 << 4 | 1", 17),
        ("256 >> 4 & 0x1f ^ 1", 17),
        ("1 ? 2 : 3 ? 4 : 5", 2),
        ("0 ? 1 / 0 : ~0", -1),
        ("!0 && 0 || 1", 1),
        ("1 == 1 != 0", 1),
        ("1 < 2 == 2 >= 2", 1),
        ("3 <= 2 > 0", 0),
        ("+010 - 0b11", 5),
        ("X", 5),
        ("18446744073709551615ULL", (1 << 64) - 1),
        ("18446744073709551615 + 1", None),
        ("1 << 64", None),
        ("1 / 0", None),
        ("1 % 0", None),
        ("f(1)", None),
        ("(1", None),
        ("1)", None),
        ("1 ? 2", None),
        ("Y ? 1 : 2", None),
        ("", None),
        ("09", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("+" * 200 + "1", None),
    ],
)
def test_constant_expressions(text: str, value: int | None) -> None:
    """An expression has the value that C gives it, or none."""
    assert value == evaluate(tuple(token.text for token in lex(text) if token.text), {"X": 5})


def test_constants_in_a_circle() -> None:
    """Macros that need each other, or too many others, have no value."""
    text = "#define A B\n#define B A\n" + "".join(f"#define C{n} C{n + 1}\n" for n in range(9)) + "#define C9 9\n"
    (schema,) = schemas(parse_strict(text + "QIDL_DECLARE(S) { int a[A], b[C0], c[C8]; };"))
    assert [described["array_size"] for described in schema["data"].values()] == ["A", "C0", 9]


def test_comments_are_kept() -> None:
    """A comment right above a struct, beside a member or above it, is kept with it."""
    text = """
/*
 * State of a FIFO.
 * It has 16 bytes.
 */
QIDL_DECLARE(S) {
    /* not of a */

    int a; /* beside a */
    /* above b,
     * on two lines */
    int b;
    int c; // beside c
#if X /* no */
    int d;
    /* of e */ int e, f; /* and f */ int g;
    int h; /* of h, on
            * two lines */ /* and more */
    /* on its own

    */

    /* of i */
    /* and again */
    int i;
};
"""
    (struct,) = parse_strict(text).declarations
    assert struct.comment == "State of a FIFO. It has 16 bytes."
    comments = ["beside a", "above b, on two lines", "beside c", "", "and f", "and f", ""]
    comments += ["of h, on two lines and more", "of i and again"]
    assert comments == [member.comment for member in struct.members]


def test_outputs() -> None:
    """A file without declarations has no schemas, in any form."""
    unit = parse_strict("int x;")
    assert (schemas(unit), schemas_json(unit), schemas_text(unit), properties(unit)) == ([], "[]\n", "", {})


def test_property_kinds() -> None:
    """A property's macro follows from the member's type; 2012 had none for plain int."""
    text = """QIDL_START(S) struct S { int q_property("a") a; void q_property("b") *b; T q_property("c") *c;
        _Bool q_property("d", 1) d; const char q_property("e", "x, y") *e;
        uint32_t QIDL(property, "f", f(1, 2)) f; };"""
    kinds = ["INT32", "PTR", "", "BOOL", "STRING", "UINT32"]
    assert kinds == [entry.kind for entry in properties(parse_strict(text))["S"]]
    assert properties(parse_strict(text))["S"][-1].default == "f(1,2)"
    assert properties(parse_strict(text))["S"][-2].default == '"x, y"'
    as_2012 = properties(parse_strict(text, compat="2012"))["S"]
    assert [entry.kind for entry in as_2012] == ["INT", *kinds[1:5], "BIT"]
    assert as_2012[-1].bit == "f(1"


def test_bytes_of_any_encoding() -> None:
    """Bytes that are no UTF-8 do no harm."""
    assert names(b"// caf\xe9\nQIDL_DECLARE(S) { int a; /* \xff */ };") == ["S"]


def test_compat_is_checked() -> None:
    """Only 2012 is known."""
    with pytest.raises(ValueError, match="compat"):
        parse("", compat="2011")  # type: ignore[arg-type]
