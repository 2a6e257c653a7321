"""What is said of C that cannot be read."""

from __future__ import annotations

import pytest

from qidl.cparse import CSourceError, parse, parse_strict
from qidl.errors import SchemaError


def test_message() -> None:
    """An error names file, line and column, and says what was expected and found, on one line; a caret shows where."""
    text = "int x;\nQIDL_DECLARE(S) {\n\tint a b;\n};\n"
    with pytest.raises(CSourceError) as raised:
        parse_strict(text, "s.c")
    assert str(raised.value) == "s.c:3:8: expected , or ;, found b"
    assert isinstance(raised.value, SchemaError)
    (problem,) = raised.value.problems
    assert (problem.place.file, problem.place.line, problem.place.column) == ("s.c", 3, 8)
    assert problem.place.text == "\tint a b;"
    assert problem.place.caret == "     int a b;\n           ^"


def test_line_markers() -> None:
    """Preprocessed text is spoken of in the lines of the files it came from."""
    text = '# 1 "dir/s.c"\n# 40 "dir/s.h" 1 3\n\nQIDL_START(S) struct S {\n# 7 "t.h"\nint;\n#line 9\nint 3;\n};'
    assert [str(problem.place) for problem in parse(text, "x").errors] == ["t.h:7:4", "t.h:9:5"]


def test_all_errors() -> None:
    """Every error of a file is reported, and what is right is read all the same."""
    text = """
QIDL_DECLARE(A) { int a = 1; bool; int b; nothing x y; };
QIDL_DECLARE(B) { int b; };
QIDL_DECLARE(C) { int c;
QIDL_DECLARE(D) { int d; }
QIDL_DECLARE(E) { int e; };
"""
    unit = parse(text)
    assert [struct.name for struct in unit.declarations] == ["B", "E"]
    found = [(problem.place.line, problem.expected, problem.found) for problem in unit.errors]
    assert [(line, expected, shown.replace("'='", "=")) for line, expected, shown in found] == [
        (2, "; (a struct's member has no initialiser)", "="),
        (2, "the name of a member", "';'"),
        (2, ", or ;", "y"),
        (5, "}, to close the { of line 4", "QIDL_DECLARE"),
        (6, ";", "QIDL_DECLARE"),
    ]
    with pytest.raises(CSourceError) as raised:
        unit.raise_errors()
    assert str(raised.value) == f"{unit.errors[0]}; and {len(found) - 1} more"
    assert raised.value.problems == unit.errors


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("QIDL_DECLARE() { };", "the name of a type", "'('"),
        ("QIDL_DECLARE(3) { };", "the name of a type", "'('"),
        ("QIDL_DECLARE(S, skip_stat) { };", "skip_state, skip_properties or the treatment of unmarked members", "'('"),
        ("QIDL_DECLARE(S, q_optional) { };", "skip_state, skip_properties or the treatment of unmarked members", "'('"),
        ("QIDL_DECLARE(S", "), to close the ( of line 1", "the end of the file"),
        ("QIDL_DECLARE(S) int", "{", "int"),
        ("QIDL_START(S) int x;", "struct or typedef struct: unsupported QIDL declaration", "int"),
        ("QIDL_START(S) struct { };", "a struct with a tag, or in a typedef: unsupported QIDL declaration", "';'"),
        ("QIDL_START(S) typedef struct { };", "the name of the typedef", "';'"),
        ("QIDL_DECLARE(S) { int q_size() a; };", "an argument of q_size", "'('"),
        ("QIDL_DECLARE(S) { int q_size a; };", "(", "a"),
        ("QIDL_DECLARE(S) { int q_foo a; };", "an annotation of QIDL", "q_foo"),
        ("QIDL_DECLARE(S) { int QIDL(foo) a; };", "QIDL(serialize, …) or QIDL(property, …)", "'('"),
        ("QIDL_DECLARE(S) { int QIDL(serialize, foo) a; };", "QIDL(serialize, …) or QIDL(property, …)", "'('"),
        ("QIDL_DECLARE(S) { int QIDL(serialize, size_is) a; };", "the arguments of size_is", "'('"),
        ("QIDL_DECLARE(S) { int QIDL(serialize, broken, 1) a; };", "the arguments of broken", "'('"),
        ("QIDL_DECLARE(S) { int QIDL(serialize, broken 1) a; };", "the arguments of broken", "'('"),
        ("QIDL_DECLARE(S) { int (f)(int); };", "* (only pointers to functions are written in parentheses)", "f"),
        ("QIDL_DECLARE(S) { int (*p)[4]; };", "the parameters of a function", "'['"),
        ("QIDL_DECLARE(S) { int (*)(int); };", "the name of a pointer to a function", "')'"),
        ("QIDL_DECLARE(S) { int f(int); };", ", or ;", "'('"),
        ("QIDL_DECLARE(S) { int a : ; };", "the width of a bit-field", "';'"),
        ("QIDL_DECLARE(S) { unsigned float a; };", "a type after unsigned", "a"),
        ("QIDL_DECLARE(S) { static int a; };", "a type", "static"),
        ("QIDL_DECLARE(S) { struct; };", "a tag or { after struct", "';'"),
        ("QIDL_DECLARE(S) { int a[@]; };", "a token of C", "'@'"),
        ("QIDL_DECLARE(S) { int a; }; QIDL_DECLARE(S) { };", "S to be declared once", "a declaration at <C>:1:1"),
        ("QIDL_DECLARE(S) { /* int a; };", "*/, to end this comment", "the end of the file"),
        ("QIDL_DECLARE(S) { int a __attribute__((", ", or ;", "the end of the file"),
        ("/* QIDL_DECLARE(S) {", "*/, to end this comment", "the end of the file"),
    ],
)
def test_problems(text: str, expected: str, found: str) -> None:
    """The problem says what was expected, and what was found."""
    assert (expected, found) in [(problem.expected, problem.found) for problem in parse(text).errors]


@pytest.mark.parametrize(
    ("member", "expected", "found"),
    [
        ("int q_immutable q_derived a;", "one treatment of a member", "immutable and derived"),
        ("int q_immutable q_optional a;", "one treatment of a member", "optional and immutable"),
        ("int q_optional a; bool has_a;", "an earlier member bool has_a", "none"),
        ("int q_size(n) *a; int n;", "a number, or the name of an earlier member", "n, which follows"),
        ("int q_size(n) *a;", "a number, or the name of an earlier member", "n, not known"),
        ("int a; int a;", "members of different names", "a second a"),
        ("DECLARE_BITMAP(a, 4);", "a member that can be seen before preprocessing", "the macro DECLARE_BITMAP"),
    ],
)
def test_warnings(member: str, expected: str, found: str) -> None:
    """A rule that is broken is a warning, which leaves the declaration as it is; 2012 knew no rules."""
    text = f"QIDL_DECLARE(S) {{ {member} }};"
    unit = parse(text)
    assert [(expected, found)] == [(problem.expected, problem.found) for problem in unit.warnings]
    assert (unit.errors, [struct.name for struct in unit.declarations]) == ((), ["S"])


def test_unclosed_as_2012() -> None:
    """A comment without end at the start of a line hides the rest in 2012 too."""
    (problem,) = parse("int x;\n /* ...", compat="2012").errors
    assert (problem.place.line, problem.expected) == (2, "*/, to end this comment")


def test_no_warning() -> None:
    """A declaration that keeps the rules gives no warning."""
    text = "int n; bool has_a; int q_optional q_size(n) a[4]; QLIST_ENTRY(S) next; union { int x; }; struct { int y; };"
    assert parse(f"QIDL_DECLARE(S) {{ {text} }};").warnings == ()


def test_long_lines_are_cut() -> None:
    """Of a long line, only what is around the problem is shown."""
    text = "QIDL_DECLARE(S) { " + "int a;" * 1000 + " @; " + "int b;" * 1000 + "};"
    (problem,) = parse(text).errors
    line, caret = problem.place.caret.splitlines()
    assert len(line) < 120
    assert line[caret.index("^")] == "@"
