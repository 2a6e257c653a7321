"""Reading the type that a member begins with, and the annotations around it."""

from __future__ import annotations

from typing import Final

import attrs

from qidl.cparse.annotations import at_annotation, parse_annotation
from qidl.cparse.tokens import TokenStream
from qidl.cparse.tree import Annotation, Nested
from qidl.cparse.words import BUILTIN_TYPES, KEYWORDS, QUALIFIERS

_UNSIGNED_2012: Final = ("char", "short", "int", "long")

# By the words of the type in alphabetical order, without signed, unsigned and an int that adds nothing.
_ARITHMETIC: Final = {
    (): "int",
    ("char",): "char",
    ("short",): "short",
    ("long",): "long",
    ("long", "long"): "long long",
    ("float",): "float",
    ("double",): "double",
    ("double", "long"): "long double",
}


@attrs.define
class Specifiers:
    """What stands before the first name of a member declaration.

    :ivar type: the type, without qualifiers; empty where ``nested`` says what it is
    :ivar nested: a type that is declared right here
    :ivar const: whether ``const`` is there
    :ivar of_all: annotations before the type: they speak of every name that follows
    :ivar of_first: annotations behind the type: they speak of the first name alone
    """

    type: str = ""
    nested: Nested | None = None
    const: bool = False
    of_all: list[Annotation] = attrs.Factory(list)
    of_first: list[Annotation] = attrs.Factory(list)

    @property
    def complete(self) -> bool:
        """Whether the type is there."""
        return bool(self.type) or self.nested is not None


def parse_specifiers(stream: TokenStream) -> Specifiers:
    """Take a type with its qualifiers and annotations.

    :raises UnexpectedToken: no type comes next
    """
    found = Specifiers()
    arithmetic: list[str] = []
    while True:
        token = stream.peek()
        if stream.as_2012 and found.complete and token.text in QUALIFIERS:
            raise stream.unexpected("the name of a member")
        if token.text in QUALIFIERS:
            stream.take()
            found.const |= token.text == "const"
        elif at_annotation(stream) and not (stream.as_2012 and not found.complete):
            (found.of_first if found.complete else found.of_all).extend(parse_annotation(stream))
        elif token.text in BUILTIN_TYPES and (arithmetic or not found.complete):
            if stream.as_2012 and arithmetic and (arithmetic != ["unsigned"] or token.text not in _UNSIGNED_2012):
                return found
            arithmetic.append(stream.take().text)
            found.type = _arithmetic(stream, arithmetic)
        elif not found.complete:
            _parse_other(stream, found)
        else:
            return found


def _arithmetic(stream: TokenStream, words: list[str]) -> str:
    if stream.as_2012:
        if words == ["signed"]:
            raise stream.unexpected("a type without signed")
        return " ".join(words)
    signs = [word.strip("_") for word in words if word.strip("_") in ("signed", "unsigned")]
    core = sorted(word for word in words if word.strip("_") not in ("signed", "unsigned"))
    if "int" in core and set(core) <= {"int", "short", "long"}:
        core.remove("int")
    name = _ARITHMETIC.get(tuple(core))
    if name is None or len(signs) > 1 or (signs and name in ("float", "double", "long double")):
        raise stream.unexpected(f"a type after {' '.join(words[:-1])}")
    if signs == ["unsigned"] or (signs and name == "char"):
        return f"{signs[0]} {name}"
    return name


def _parse_other(stream: TokenStream, found: Specifiers) -> None:
    """Take a struct, union, enum, typedef name, or a macro that stands for one."""
    word = stream.peek()
    if word.text in ("struct", "union", "enum"):
        stream.take()
        tag = stream.take().text if stream.peek().kind == "word" else ""
        if stream.at("{"):
            found.nested = Nested(word.text, tag, stream.enclosed("{"))
        elif tag:
            found.type = f"{word.text} {tag}"
        else:
            raise stream.unexpected(f"a tag or {{ after {word.text}")
    elif word.kind != "word" or word.text in KEYWORDS:
        raise stream.unexpected("a type")
    elif not stream.as_2012 and stream.at("(", 1) and not stream.at("*", 2):
        # QLIST_ENTRY(Timer) next; becomes a nested struct in the preprocessor.
        stream.take()
        found.nested = Nested(word.text, "", stream.enclosed("("))
    else:
        found.type = stream.take().text
