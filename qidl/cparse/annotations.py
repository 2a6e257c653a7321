"""Reading annotations: ``q_size(n)`` as written, ``QIDL(serialize, size_is, n)`` as the preprocessor leaves it."""

from __future__ import annotations

from qidl.cparse.tokens import TokenStream
from qidl.cparse.tree import Annotation, Tokens
from qidl.cparse.words import ANNOTATION_WORDS, SERIALIZE_KINDS, WORDS, WORDS_WITH_ARGUMENTS


def at_annotation(stream: TokenStream) -> bool:
    """Whether an annotation comes next."""
    return stream.peek().text in ANNOTATION_WORDS


def parse_annotations(stream: TokenStream) -> tuple[Annotation, ...]:
    """Take all annotations that come next.

    :raises UnexpectedToken: one of them is not as the language has it
    """
    found: list[Annotation] = []
    while at_annotation(stream):
        found += parse_annotation(stream)
    return tuple(found)


def parse_annotation(stream: TokenStream) -> list[Annotation]:
    """Take one macro, and return what it stands for."""
    word = stream.take()
    if word.text == "QIDL":
        return [_parse_raw(stream, word.start)]
    if word.text in WORDS:
        return [Annotation(kind, (), word.start) for kind in WORDS[word.text]]
    first, last = WORDS_WITH_ARGUMENTS[word.text]
    opening = stream.peek()
    arguments = stream.enclosed("(")
    if not arguments:
        raise stream.unexpected(f"an argument of {word.text}", opening)
    return [Annotation(first, (), word.start), Annotation(last, arguments, word.start)]


def _parse_raw(stream: TokenStream, offset: int) -> Annotation:
    opening = stream.peek()
    tokens = stream.enclosed("(")
    if tokens[:2] == ("serialize", ",") and tokens[2:3] and tokens[2] in SERIALIZE_KINDS:
        kind, rest = tokens[2], tokens[3:]
    elif tokens[:1] == ("property",):
        kind, rest = "property", tokens[1:]
    else:
        raise stream.unexpected("QIDL(serialize, …) or QIDL(property, …)", opening)
    arguments = rest[1:]
    if rest[:1] not in ((), (",",)) or (kind in ("size_is", "property")) != bool(arguments):
        raise stream.unexpected(f"the arguments of {kind}", opening)
    return Annotation(kind, arguments, offset)


def split(tokens: Tokens, *, at_any_depth: bool = False) -> list[Tokens]:
    """Split arguments at their commas.

    :param at_any_depth: at those within parentheses too, as the tool of 2012 did
    """
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in ("(", "[")) - (token in (")", "]"))
        if token == "," and (at_any_depth or depth == 0):
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]
