"""Reading the body of a struct: its members, one declaration after the other."""

from __future__ import annotations

import attrs

from qidl.cparse.annotations import at_annotation, parse_annotation, parse_annotations
from qidl.cparse.comments import beside
from qidl.cparse.source import Problem
from qidl.cparse.specifiers import Specifiers, parse_specifiers
from qidl.cparse.tokens import TokenStream, UnexpectedToken
from qidl.cparse.tree import Annotation, Member, Tokens
from qidl.cparse.words import ANNOTATION_WORDS, KEYWORDS, QUALIFIERS


def parse_body(stream: TokenStream, problems: list[Problem]) -> tuple[Member, ...]:
    """Take ``{``, members and ``}``.

    A member that cannot be read is skipped, and added to ``problems``.

    :raises UnexpectedToken: the body does not begin, or does not end
    """
    opening = stream.expect("{")
    members: list[Member] = []
    comment = _comments(stream)[1]
    while not stream.accept("}"):
        if stream.at_end():
            raise stream.unexpected(f"}}, to close the {{ of line {stream.source.place(opening.start).line}")
        try:
            found = parse_member(stream)
        except UnexpectedToken as error:
            problems.append(error.problem)
            _skip_member(stream)
            found = []
        beside_it, of_next = _comments(stream)
        members += [attrs.evolve(member, comment=beside_it or comment) for member in found]
        comment = of_next
    return tuple(members)


def _comments(stream: TokenStream) -> tuple[str, str]:
    """The comments between the last token taken and the next."""
    gap = stream.source.text[stream.position : stream.peek().start]
    return beside(gap) if "/" in gap else ("", "")


def _skip_member(stream: TokenStream) -> None:
    """Go on behind the next semicolon of the struct, or before the brace that closes it."""
    depth = 0
    while not stream.at_end():
        if stream.at("}") and depth == 0:
            return
        text = stream.take().text
        depth += (text == "{") - (text == "}")
        if text == ";" and depth == 0:
            return


def parse_member(stream: TokenStream) -> list[Member]:
    """Take one member declaration up to its semicolon; it may name several members.

    :raises UnexpectedToken: it is none
    """
    if not stream.as_2012 and stream.accept(";"):
        return []
    specifiers = parse_specifiers(stream)
    members = [_parse_declarator(stream, specifiers, first=True)]
    while stream.accept(","):
        members.append(_parse_declarator(stream, specifiers, first=False))
    if stream.peek().text == "=":
        raise stream.unexpected("; (a struct's member has no initialiser)")
    stream.expect(";", ", or ;")
    # A bit-field without a name is padding.
    return [member for member in members if member.name or member.bits is None]


def _parse_declarator(stream: TokenStream, specifiers: Specifiers, *, first: bool) -> Member:
    """Take stars, a name, brackets and annotations: one member of the type given."""
    as_2012 = stream.as_2012
    inherited = specifiers.of_all + specifiers.of_first if first else specifiers.of_all
    member = Member(
        name="",
        type=specifiers.type,
        nested=specifiers.nested,
        const=specifiers.const and (first or not as_2012),
        before=tuple(inherited),
    )
    member = _parse_pointers(stream, member)
    offset = stream.peek().start
    if stream.at("("):
        member = _parse_function_pointer(stream, member)
    else:
        member = attrs.evolve(member, name=_parse_name(stream, member), dimensions=_parse_dimensions(stream))
    after = parse_annotations(stream)
    if stream.at(":") and not as_2012:
        stream.take()
        member = attrs.evolve(member, bits=_parse_width(stream))
        after += parse_annotations(stream)
    _check_string(stream, member, after)
    return attrs.evolve(member, after=after, offset=offset)


def _parse_pointers(stream: TokenStream, member: Member) -> Member:
    """Take the stars before a name, and what qualifies them."""
    pointers, const, before = 0, member.const, list(member.before)
    while True:
        if stream.accept("*"):
            pointers += 1
        elif stream.peek().text in QUALIFIERS and not stream.as_2012:
            const |= stream.take().text == "const"
        elif at_annotation(stream) and not stream.as_2012:
            before += parse_annotation(stream)
        else:
            return attrs.evolve(member, pointers=pointers, const=const, before=tuple(before))


def _parse_name(stream: TokenStream, member: Member) -> str:
    token = stream.peek()
    if token.kind == "word" and token.text not in KEYWORDS and token.text not in ANNOTATION_WORDS:
        stream.take()
        if token.text.startswith("q_") and stream.peek().kind == "word":
            raise stream.unexpected("an annotation of QIDL", token)
        return token.text
    nameless = member.nested is not None and (not stream.as_2012 or member.nested.kind == "union")
    if (nameless and token.text == ";") or (token.text == ":" and not stream.as_2012):
        return ""
    raise stream.unexpected("the name of a member")


def _parse_dimensions(stream: TokenStream) -> tuple[Tokens, ...]:
    found: list[Tokens] = []
    while stream.at("["):
        found.append(stream.enclosed("["))
    return tuple(found)


def _parse_function_pointer(stream: TokenStream, member: Member) -> Member:
    """Take ``(*name)(parameters)``."""
    stream.expect("(")
    stream.expect("*", "* (only pointers to functions are written in parentheses)")
    inner = member if stream.as_2012 else _parse_pointers(stream, member)
    name = stream.expect_word("the name of a pointer to a function").text
    dimensions = () if stream.as_2012 else _parse_dimensions(stream)
    stream.expect(")")
    if not stream.at("("):
        raise stream.unexpected("the parameters of a function")
    parameters = stream.enclosed("(")
    return attrs.evolve(inner, name=name, pointers=member.pointers, dimensions=dimensions, parameters=parameters)


def _parse_width(stream: TokenStream) -> Tokens:
    """Take the width of a bit-field: everything up to the end of the declarator."""
    tokens: list[str] = []
    depth = 0
    while True:
        token = stream.peek()
        ends = depth == 0 and (token.text in (",", ";", "}") or at_annotation(stream))
        if ends or token.kind == "other" or stream.at_end():
            break
        depth += (token.text == "(") - (token.text == ")")
        tokens.append(stream.take().text)
    if not tokens or depth:
        raise stream.unexpected("the width of a bit-field")
    return tuple(tokens)


def _check_string(stream: TokenStream, member: Member, after: tuple[Annotation, ...]) -> None:
    """Only ``char`` can be text. Every q_string is checked here, where its place is at hand."""
    if member.type == "char" and member.parameters is None:
        return
    for annotation in member.before + after:
        if annotation.kind == "string":
            found = member.type or (member.nested.kind if member.nested else "nothing")
            place = stream.source.place(annotation.offset)
            raise UnexpectedToken(Problem(place, "char[] for q_string", found))
