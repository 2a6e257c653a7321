"""The parser: C text → :class:`~qidl.cparse.tree.Unit`."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from qidl.cparse.comments import above
from qidl.cparse.constants import constants as defined_constants
from qidl.cparse.heads import Head, parse_head
from qidl.cparse.members import parse_body
from qidl.cparse.rules import warnings
from qidl.cparse.scanner import next_site, next_site_2012
from qidl.cparse.source import Problem, Source
from qidl.cparse.tokens import TokenStream, UnexpectedToken
from qidl.cparse.tree import Compat, Implementation, StructDeclaration, Unit


def parse(
    text: str | bytes,
    file: str = "<C>",
    *,
    compat: Compat = None,
    constants: Mapping[str, int] | None = None,
) -> Unit:
    """Read every QIDL declaration of a C file, as written or as the preprocessor leaves it.

    The rest of the file may hold anything. Never raises because of the text: what is wrong
    with a declaration is in the result's ``errors``, with the declarations that are right.
    Time is linear in the length of the text.

    :param text: the file's contents; bytes are taken as UTF-8
    :param file: what errors call the file
    :param compat: ``"2012"`` follows the tool of 2012 to the letter, defects included
    :param constants: values of names that array sizes use, beside the file's own ``#define`` lines
    :raises ValueError: ``compat`` is something else
    """
    if compat not in (None, "2012"):
        raise ValueError(f'compat: expected None or "2012", found {compat!r}')
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    parser = _Parser(Source(text, file), as_2012=compat == "2012")
    parser.run()
    unit = parser.unit(compat)
    known = {**defined_constants(text), **(constants or {})} if compat is None else {}
    unit = attrs.evolve(unit, constants=known)
    return attrs.evolve(unit, warnings=tuple(parser.warnings + warnings(unit))) if compat is None else unit


def parse_strict(
    text: str | bytes,
    file: str = "<C>",
    *,
    compat: Compat = None,
    constants: Mapping[str, int] | None = None,
) -> Unit:
    """Read every declaration as :func:`parse` does; all of them have to be right.

    :raises CSourceError: a :class:`~qidl.errors.SchemaError` that lists every problem
    """
    unit = parse(text, file, compat=compat, constants=constants)
    unit.raise_errors()
    return unit


class _Parser:
    """Collects what the declarations of one source say."""

    def __init__(self, source: Source, *, as_2012: bool) -> None:
        self._source = source
        self._as_2012 = as_2012
        self._structs: dict[str, StructDeclaration] = {}
        self._implementations: list[Implementation] = []
        self._lists: list[tuple[str, ...]] = []
        self._errors: list[Problem] = []
        self._written = False
        self.warnings: list[Problem] = []

    def unit(self, compat: Compat) -> Unit:
        return Unit(
            declarations=tuple(self._structs.values()),
            implementations=tuple(self._implementations),
            immutable_types=tuple(self._lists),
            errors=tuple(self._errors),
            preprocessed=not self._written,
            compat=compat,
            source=self._source,
        )

    def run(self) -> None:
        find = next_site_2012 if self._as_2012 else next_site
        position = 0
        while True:
            site = find(self._source.text, position)
            if site.unclosed:
                self._unclosed(site.offset)
            if not site.found:
                break
            stream = TokenStream(self._source, site.offset, as_2012=self._as_2012)
            try:
                self._declaration(stream)
            except UnexpectedToken as error:
                self._errors.append(error.problem)
            position = stream.position
            if stream.peek().kind == "unclosed":
                self._unclosed(stream.peek().start)
                break
        self._check_implementations()

    def _unclosed(self, offset: int) -> None:
        self._errors.append(Problem(self._source.place(offset), "*/, to end this comment", "the end of the file"))

    def _declaration(self, stream: TokenStream) -> None:
        head = parse_head(stream)
        self._written |= head.written
        match head.kind:
            case "immutable_types":
                self._lists.append(head.types)
            case "implementation":
                implementation = Implementation(head.id, head.skip_state, head.skip_properties, head.offset)
                self._implementations.append(implementation)
            case "declaration":
                self._struct(stream, head)

    def _struct(self, stream: TokenStream, head: Head) -> None:
        tag, in_typedef = head.id, False
        if not head.written:
            in_typedef = stream.accept("typedef")
            if not stream.accept("struct"):
                raise stream.unexpected("struct or typedef struct: unsupported QIDL declaration")
            tag = stream.take().text if stream.peek().kind == "word" else ""
        errors_before = len(self._errors)
        members = parse_body(stream, self._errors)
        typedef = ""
        if in_typedef or (not self._as_2012 and stream.peek().kind == "word" and not stream.at_end()):
            typedef = stream.expect_word("the name of the typedef").text
        elif not tag:
            raise stream.unexpected("a struct with a tag, or in a typedef: unsupported QIDL declaration")
        stream.expect(";")
        struct = StructDeclaration(
            id=head.id,
            tag=tag,
            typedef=typedef,
            members=members,
            public=head.public,
            default_tag=head.default_tag,
            skip_state=head.skip_state,
            skip_properties=head.skip_properties,
            comment=above(self._source.text, head.offset),
            offset=head.offset,
        )
        # Half a struct would give half a schema.
        if len(self._errors) == errors_before:
            self._add(struct)

    def _add(self, struct: StructDeclaration) -> None:
        first = self._structs.setdefault(struct.id, struct)
        if first is not struct:
            place = self._source.place(first.offset)
            self._errors.append(
                Problem(
                    self._source.place(struct.offset), f"{struct.id} to be declared once", f"a declaration at {place}"
                )
            )

    def _check_implementations(self) -> None:
        for implementation in self._implementations:
            if implementation.id not in self._structs:
                place = self._source.place(implementation.offset)
                problem = Problem(place, "a struct of this unit declared with QIDL_DECLARE_PUBLIC", implementation.id)
                # A file that was not preprocessed does not show the header that declares it.
                (self.warnings if self._written and not self._as_2012 else self._errors).append(problem)
