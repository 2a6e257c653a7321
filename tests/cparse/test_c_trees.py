"""Trees printed as C, and read again."""

from __future__ import annotations

from hypothesis import given, strategies as st

from qidl.cparse import Annotation, Member, Nested, StructDeclaration, parse_strict, print_struct
from qidl.cparse.lexer import lex, spell
from qidl.cparse.tokens import SITES
from qidl.cparse.words import ANNOTATION_WORDS, BUILTIN_TYPES, DEFAULT_TAGS, KEYWORDS, QUALIFIERS

_NOT_NAMES = {*ANNOTATION_WORDS, *BUILTIN_TYPES, *KEYWORDS, *QUALIFIERS, *SITES}

NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in _NOT_NAMES and not name.startswith("q_") and name not in ("restrict", "inline", "alignas")
)
TOKENS = st.one_of(
    NAMES,
    st.integers(0, 1 << 40).map(str),
    st.sampled_from(["0x1F", "4ULL", "'\\''", "'a'", '"a, \\" b"', "sizeof", "struct", "1e+5", ".5"]),
    st.sampled_from(["+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "=", "!", "~", "?", ".", "->", "++", "--"]),
    st.sampled_from(["<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "<<=", "...", ",", "#"]),
)


def _wrapped(inner: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[tuple[str, ...]]:
    brackets = st.sampled_from(["()", "[]"])
    return st.tuples(inner, brackets, inner).map(lambda parts: (parts[1][0], *parts[0], parts[1][1], *parts[2]))


EXPRESSIONS = st.recursive(st.lists(TOKENS, min_size=1, max_size=5).map(tuple), _wrapped, max_leaves=4)
KINDS = ("standard", "immutable", "derived", "broken", "elsewhere", "optional")
ANNOTATIONS = st.one_of(
    st.sampled_from(KINDS).map(lambda kind: (Annotation(kind),)),
    EXPRESSIONS.map(lambda tokens: (Annotation("standard"), Annotation("size_is", tokens))),
    EXPRESSIONS.map(lambda tokens: (Annotation("size_is", tokens),)),
    EXPRESSIONS.map(lambda tokens: (Annotation("immutable"), Annotation("property", tokens))),
)
MARKS = st.lists(ANNOTATIONS, max_size=2).map(lambda groups: tuple(each for group in groups for each in group))
TYPES = st.one_of(
    NAMES,
    st.sampled_from(["int", "unsigned int", "char", "unsigned char", "long long", "unsigned short", "double", "bool"]),
    st.tuples(st.sampled_from(["struct", "union", "enum"]), NAMES).map(" ".join),
)
NESTED = st.builds(
    Nested, st.sampled_from(["struct", "union", "enum"]), NAMES | st.just(""), EXPRESSIONS | st.just(())
) | st.builds(Nested, NAMES, st.just(""), EXPRESSIONS.filter(lambda tokens: tokens[0] != "*"))


@st.composite
def members(draw: st.DrawFn) -> Member:
    nested = draw(st.none() | NESTED)
    form = draw(st.sampled_from(["plain", "function", "bits"]))
    anonymous = nested is not None and form == "plain" and draw(st.booleans())
    return Member(
        name="" if anonymous else draw(NAMES),
        type="" if nested else draw(TYPES),
        const=draw(st.booleans()),
        pointers=0 if anonymous else draw(st.integers(0, 3)),
        dimensions=() if anonymous else tuple(draw(st.lists(EXPRESSIONS | st.just(()), max_size=2))),
        before=draw(MARKS),
        after=() if anonymous else draw(MARKS),
        parameters=draw(EXPRESSIONS | st.just(())) if form == "function" else None,
        nested=nested,
        bits=(str(draw(st.integers(1, 64))),) if form == "bits" else None,
    )


@st.composite
def structs(draw: st.DrawFn) -> StructDeclaration:
    name = draw(NAMES)
    typedef = draw(NAMES | st.just(""))
    return StructDeclaration(
        id=name,
        tag=draw(NAMES | st.just("")) if typedef else draw(st.just(name) | NAMES),
        typedef=typedef,
        members=tuple(draw(st.lists(members(), max_size=4))),
        public=draw(st.booleans()),
        default_tag=draw(st.sampled_from(DEFAULT_TAGS)),
        skip_state=draw(st.booleans()),
        skip_properties=draw(st.booleans()),
    )


@given(structs(), st.booleans())
def test_printed_and_read(struct: StructDeclaration, preprocessed: bool) -> None:
    """A struct printed in either form reads as the same tree."""
    text = print_struct(struct, preprocessed=preprocessed)
    assert (struct,) == parse_strict(text).declarations


@given(st.lists(structs(), max_size=2, unique_by=lambda struct: struct.id))
def test_printed_and_read_together(declared: list[StructDeclaration]) -> None:
    """Structs printed into one file read as the same trees in the same order."""
    text = "\n#if X\n}} ' junk\n".join(print_struct(struct) for struct in declared)
    assert tuple(declared) == parse_strict(text).declarations


@given(st.text(max_size=40), st.text(max_size=40))
def test_comments_survive(first: str, second: str) -> None:
    """Comments are printed so that they stay comments."""
    struct = StructDeclaration("S", "S", members=(Member("a", "int", comment=first),), comment=second)
    (read,) = parse_strict(print_struct(struct)).declarations
    assert struct == read


@given(st.lists(TOKENS, max_size=8).map(tuple))
def test_spelling(tokens: tuple[str, ...]) -> None:
    """Tokens spelled one after the other are the same tokens again."""
    assert tokens == tuple(token.text for token in lex("x " + spell(tokens)))[1:-1]
