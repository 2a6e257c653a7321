"""What a declaration says of a struct, where source is written for it."""

from __future__ import annotations

from qidl.annotations import CType
from qidl.generating.source import TooHard
from qidl.hooks import DEEPEST
from qidl.kinds import Declaration, Field, Struct, Type, struct_within

_TOO_DEEP = DEEPEST + 1
_MOST_STRUCTS = 1000


def described(kind: Type) -> Declaration:
    """The declaration of a struct; TooHard if the kind is another."""
    if not isinstance(kind, Struct):
        raise TooHard
    return kind.declaration


def serialised_field(kind: Type, name: str) -> Field:
    """A field of a struct; TooHard unless there is one of this name that is serialised."""
    field = described(kind).by_name.get(name)
    if field is None or not field.serialised:
        raise TooHard
    return field


def is_within(bounds: tuple[int, int] | None, ctype: CType) -> bool:
    """Whether every integer that is within bounds is one of the C type."""
    return bounds is not None and ctype.minimum <= bounds[0] and bounds[1] <= ctype.maximum


def structs_of(declaration: Declaration) -> list[Declaration]:
    """Every struct that is within one, itself included; inner ones come first.

    :raises TooHard: one may be within itself, or they are deeper within one another than visitors go, or too many
        to be spelled out
    """
    sizes: dict[type, tuple[int, int]] = {}
    found: list[Declaration] = []

    def measure(one: Declaration) -> tuple[int, int]:
        """How deep it goes, and how many structs it is, each spelled out where it stands."""
        if one.cls not in sizes:
            # Until it is known: more than there may be.
            sizes[one.cls] = _TOO_DEEP, 0
            inner = [kind for field in one.serialised if (kind := struct_within(field.type)) is not None]
            measures = [measure(kind.declaration) for kind in inner]
            depth = 1 + max((deep for deep, _ in measures), default=-1)
            sizes[one.cls] = depth, 1 + sum(many for _, many in measures)
            found.append(one)
        return sizes[one.cls]

    depth, many = measure(declaration)
    if depth > DEEPEST or many > _MOST_STRUCTS:
        raise TooHard
    return found
