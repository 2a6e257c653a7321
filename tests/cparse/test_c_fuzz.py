"""Whatever the text: a tree, or errors in it; in linear time, and without recursion."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from c_samples import DATA, FILES
from hypothesis import example, given, strategies as st
from work import calls

from qidl.cparse import CSourceError, generate, load_classes, parse, print_struct, properties, schemas_text
from qidl.cparse.lexer import lex

COMPAT: Any = st.sampled_from([None, "2012"])

PIECES = st.sampled_from(
    [
        *("QIDL_DECLARE(S) {", "QIDL_DECLARE_PUBLIC(T, q_derived) {", "QIDL_START(U) struct U {", "QIDL_START(V)"),
        *("QIDL_IMPLEMENT_PUBLIC(T)", "QIDL_IMMUTABLE_TYPES(A, B)", "typedef struct", "};", "}", "} V;", "struct {"),
        *("int", "unsigned", "long", "char", "bool", "T", "S", "a", "b", "has_a", "n", "in", "__x", "post_load"),
        *(
            "q_size(n)",
            "q_size((a+b))",
            "q_string",
            "q_optional",
            "q_immutable",
            "q_derived",
            "QIDL(",
            "QIDL(serialize,",
        ),
        *(
            'q_property("p", 3, true)',
            'q_property("p", "d")',
            "q_broken",
            "struct tm m;",
            "QEMUTimer *t;",
            "Notifier n;",
        ),
        *("*", ",", ";", ";", "[", "]", "[4]", "[0x10]", "[N]", "(", ")", "(*f)(int)", ":", ": 3", "=", "{", "const"),
        *(
            "/*",
            "*/",
            "//",
            '"',
            "'",
            "\\",
            "\n",
            "\n#if 0\n",
            "\n#endif\n",
            '\n# 3 "f.h"\n',
            "#define N 4\n",
            "@",
            "\0",
        ),
        *(
            "int a;",
            "int n;",
            "uint8_t x[4];",
            "char q_string s[9];",
            "union { int x; };",
            "QLIST_ENTRY(S) e;",
            "struct",
        ),
    ]
)


def everything(text: str | bytes, compat: Any) -> None:
    """Read a text and write all that can be written of it; let through what is no error of qidl's."""
    unit = parse(text, compat=compat)
    for problem in (*unit.errors, *unit.warnings):
        assert len(str(problem).splitlines()) == 1
        assert len(problem.place.caret.splitlines()) == 2
    schemas_text(unit)
    properties(unit)
    for struct in unit.declarations:
        print_struct(struct)
    if unit.errors:
        assert str(CSourceError(unit.errors))
    else:
        compile(generate(unit), "<generated>", "exec")


@given(st.binary(max_size=200), COMPAT)
def test_bytes(data: bytes, compat: Any) -> None:
    """Random bytes do no harm, alone or within a struct."""
    everything(data, compat)
    everything(b"QIDL_DECLARE(S) { " + data, compat)


@given(st.lists(PIECES, max_size=30).map(" ".join), COMPAT)
@example("QIDL_DECLARE(S) { T q_optional * b ; } ;", None)
def test_pieces_of_c(text: str, compat: Any) -> None:
    """Random pieces of the language do no harm, and what they declare can be made into classes."""
    everything(text, compat)
    everything(f"QIDL_DECLARE(W) {{ {text} }};", compat)
    unit = parse(f"QIDL_DECLARE(W) {{ {text} }};", compat=compat)
    if not unit.errors:
        load_classes(unit)


@given(st.sampled_from(FILES), st.data())
def test_changed_files(name: str, data: st.DataObject) -> None:
    """A real file with a part cut out or put in does no harm."""
    text = (DATA / name).read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    everything(text[:start] + data.draw(PIECES | st.just("")) + text[end:], data.draw(COMPAT))


@given(st.text(max_size=100))
def test_lexer_goes_to_the_end(text: str) -> None:
    """The lexer takes any text, and its tokens follow one another."""
    tokens = list(lex(text))
    assert tokens[-1].kind in ("end", "unclosed")
    assert all(before.end <= after.start for before, after in itertools.pairwise(tokens))


DEEP = {
    "array in array": "QIDL_DECLARE(S) { int a" + "[" * 30_000 + "1" + "]" * 30_000 + "; };",
    "dimensions": "QIDL_DECLARE(S) { int a" + "[1]" * 10_000 + "; };",
    "endless comment": "QIDL_DECLARE(S) { /* " + "x" * 1_000_000,
    "comments in comments": "/*/" * 100_000 + "QIDL_DECLARE(S) { " + "/*/" * 100_000,
    "open braces": "QIDL_DECLARE(S) { " + "{" * 30_000,
    "open structs": "QIDL_DECLARE(S) { " + "struct { " * 20_000,
    "closed structs": "QIDL_DECLARE(S) { " + "struct { " * 10_000 + "} " * 10_000 + "x; };",
    "open declarations": "QIDL_DECLARE(S) { " * 20_000,
    "open parameters": "QIDL_DECLARE(" * 20_000,
    "open parentheses": "QIDL_DECLARE(S) { int (*f)" + "(" * 30_000,
    "open attribute": "QIDL_START(S) struct S { __attribute__((" * 5_000,
    "expression": "QIDL_DECLARE(S) { int a[" + "(" * 20_000 + "1" + ")" * 20_000 + "]; };",
    "minus": "QIDL_DECLARE(S) { int a[" + "- " * 20_000 + "1]; };",
    "stars": "QIDL_DECLARE(S) { int " + "*" * 20_000 + "a; };",
    "quotes": "QIDL_DECLARE(S) { " + "\"\\'" * 20_000,
    "directives": "#if 0\n#/*" * 20_000,
    "bad members": "QIDL_DECLARE(S) {\n" + "1;" * 20_000 + "};\n",
    "blanks": " " * 1_000_000 + "\n#define A" + " " * 1_000_000,
}


@pytest.mark.parametrize("compat", [None, "2012"])
@pytest.mark.parametrize("name", DEEP)
def test_deep_and_long(name: str, compat: Any) -> None:
    """Texts made to be slow or deep are neither: a tree or errors, for so many calls a character."""
    text = DEEP[name]
    assert calls(lambda: _use(text, compat)) < 200 * len(text)


def _use(text: str, compat: Any) -> None:
    unit = parse(text, compat=compat)
    if unit.errors:
        assert len(str(CSourceError(unit.errors))) < 1_000
    else:
        schemas_text(unit)
        generate(unit)
