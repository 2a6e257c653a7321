"""What a declaration amounts to: which members are serialised, as what, and how many of them.

Read as documented, an annotation on a member overrides the struct's default tag, the rule
that constants are immutable, and the list of immutable types; read as in 2012, it only adds to them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import attrs

from qidl.cparse.annotations import split
from qidl.cparse.expression import evaluate
from qidl.cparse.lexer import spell
from qidl.cparse.tree import (
    SHIPPED_IMMUTABLE_TYPES,
    Annotation,
    Implementation,
    Member,
    StructDeclaration,
    Tokens,
    Unit,
)
from qidl.cparse.typenames import schema_type
from qidl.cparse.words import DEFAULT_TAGS

Size = int | str | tuple[int | str, ...]
"""Elements of an array: a number, a member's name or an expression; one of these for each of several dimensions."""

_MOST_DIGITS: Final = 18


@attrs.frozen
class FieldMeaning:
    """What a member amounts to.

    :ivar member: the member
    :ivar type: name of its type in a schema
    :ivar marks: why it is not serialised: ``immutable``, ``derived``, ``broken``, ``elsewhere``
    :ivar explicit: its own annotations say how it is serialised
    :ivar optional: serialised only when present
    :ivar is_string: an array of char that holds text
    :ivar is_array: serialised as a list
    :ivar size: elements in use, None where nothing says
    :ivar capacity: elements that there is room for, where that is said beside the size
    :ivar properties: the arguments of each ``q_property``
    """

    member: Member
    type: str
    marks: tuple[str, ...] = ()
    explicit: bool = False
    optional: bool = False
    is_string: bool = False
    is_array: bool = False
    size: Size | None = None
    capacity: Size | None = None
    properties: tuple[tuple[Tokens, ...], ...] = ()

    @property
    def name(self) -> str:
        """The member's name."""
        return self.member.name

    @property
    def is_ignored(self) -> bool:
        """Whether the member has no place in a schema, whatever its type is."""
        return bool(self.marks) or self.member.parameters is not None or self.member.nested is not None


@attrs.frozen
class StructMeaning:
    """What a struct amounts to.

    :ivar declaration: the declaration
    :ivar fields: every member, in the order of the struct
    :ivar serialised: those that are serialised: neither ignored nor of a type that has nothing to serialise
    :ivar implementation: what makes this unit the one that generates the visitor and the schema: the
        declaration itself, or for a public one a ``QIDL_IMPLEMENT_PUBLIC``; None without one
    """

    declaration: StructDeclaration
    fields: tuple[FieldMeaning, ...]
    serialised: tuple[FieldMeaning, ...]
    implementation: Implementation | None

    @property
    def name(self) -> str:
        """The name of the type."""
        return self.declaration.name


def understand(unit: Unit) -> tuple[StructMeaning, ...]:
    """Return what every struct of a unit amounts to, in the order of the text."""
    immutable_types = _immutable_types(unit)
    fields = {each.id: _fields(unit, each, immutable_types) for each in unit.declarations}
    # Not recursive: a struct of nothing but such types is not one itself.
    empty = {each.name for each in unit.declarations if all(field.is_ignored for field in fields[each.id])}
    public = {each.id: each for each in unit.implementations}
    return tuple(
        StructMeaning(
            declaration=each,
            fields=fields[each.id],
            serialised=tuple(f for f in fields[each.id] if not f.is_ignored and f.type not in empty),
            implementation=public.get(each.id) if each.public else _own_implementation(each),
        )
        for each in unit.declarations
    )


def _own_implementation(declaration: StructDeclaration) -> Implementation:
    return Implementation(declaration.id, declaration.skip_state, declaration.skip_properties)


def _immutable_types(unit: Unit) -> Collection[str]:
    if unit.as_2012:
        # A file that was not preprocessed has the header's list all the same.
        shipped = () if unit.preprocessed else SHIPPED_IMMUTABLE_TYPES
        return frozenset(unit.immutable_types[-1] if unit.immutable_types else shipped)
    return frozenset(SHIPPED_IMMUTABLE_TYPES).union(*unit.immutable_types)


def _fields(unit: Unit, declaration: StructDeclaration, immutable_types: Collection[str]) -> tuple[FieldMeaning, ...]:
    names = {member.name for member in declaration.members}
    return tuple(_field(unit, declaration, member, names, immutable_types) for member in declaration.members)


def _field(
    unit: Unit, declaration: StructDeclaration, member: Member, names: Collection[str], immutable_types: Collection[str]
) -> FieldMeaning:
    kinds = [annotation.kind for annotation in member.annotations]
    explicit = any(kind not in ("size_is", "property") for kind in kinds)
    marks = [kind for kind in kinds if kind in DEFAULT_TAGS]
    optional = "optional" in kinds
    if unit.as_2012 or not explicit:
        if member.const or member.parameters is not None:
            marks.append("immutable")
        elif declaration.default_tag in DEFAULT_TAGS:
            marks.append(declaration.default_tag)
        else:
            optional |= declaration.default_tag == "optional"
        if member.type in immutable_types or (
            not unit.as_2012 and member.type.removeprefix("struct ") in immutable_types
        ):
            marks.append("immutable")
    size, capacity = _sizes_2012(member) if unit.as_2012 else _sizes(unit, member, names)
    is_array = bool(member.dimensions) or "size_is" in kinds
    # The star of `char *q_size(n)` is the array's, not that of text.
    is_pointer = member.pointers > (not unit.as_2012 and is_array and not member.dimensions)
    return FieldMeaning(
        member=member,
        type=schema_type(member.type, is_pointer=is_pointer, as_2012=unit.as_2012),
        marks=tuple(dict.fromkeys(mark for mark in marks if mark != "standard")),
        explicit=explicit,
        optional=optional,
        is_string="string" in kinds,
        is_array=is_array,
        size=size,
        capacity=capacity,
        properties=tuple(
            tuple(split(annotation.arguments, at_any_depth=unit.as_2012))
            for annotation in member.annotations
            if annotation.kind == "property"
        ),
    )


def _sizes(unit: Unit, member: Member, names: Collection[str]) -> tuple[Size | None, Size | None]:
    """Size and capacity as meant: q_size is the size wherever it stands, and the brackets are the capacity."""

    def value(tokens: Tokens) -> int | str:
        if len(tokens) == 1 and tokens[0] in names:
            return tokens[0]
        number = evaluate(tokens, unit.constants)
        return spell(tokens) if number is None else number

    room = _of_dimensions([value(tokens) for tokens in member.dimensions])
    room = None if room == "" else room
    given = _size_annotations(member.annotations)
    return (value(given[-1].arguments), room) if given else (room, None)


def _sizes_2012(member: Member) -> tuple[Size | None, Size | None]:
    """Size and capacity as they came out in 2012, when it mattered where q_size stood."""

    def value(text: str) -> int | str:
        return int(text) if text.isdigit() and len(text) <= _MOST_DIGITS else text

    def of(annotation: Annotation) -> int | str:
        return value("".join(split(annotation.arguments, at_any_depth=True)[0]))

    before, after = _size_annotations(member.before), _size_annotations(member.after)
    size: Size | None = of(before[-1]) if before else None
    capacity: Size | None = None
    if member.dimensions:
        room = _of_dimensions([value("".join(tokens)) for tokens in member.dimensions])
        if before:
            capacity = room
        else:
            size = room
    return of(after[-1]) if after else size, capacity


def _size_annotations(annotations: tuple[Annotation, ...]) -> list[Annotation]:
    return [annotation for annotation in annotations if annotation.kind == "size_is"]


def _of_dimensions(sizes: list[int | str]) -> Size | None:
    if len(sizes) == 1:
        return sizes[0]
    return tuple(sizes) or None
