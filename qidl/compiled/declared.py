"""What a declaration says of a struct, where source is written for it."""

from __future__ import annotations

from qidl.annotations import CType
from qidl.compiled.source import TooHard
from qidl.kinds import Array, Declaration, Field, Struct, Type


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


def is_recursive(declaration: Declaration, within: tuple[Declaration, ...] = ()) -> bool:
    """Whether a struct may be within itself."""
    if declaration in within:
        return True
    inner = [kind.declaration for field in declaration.serialised if (kind := struct_within(field.type)) is not None]
    return any(is_recursive(one, (*within, declaration)) for one in inner)


def struct_within(kind: Type) -> Struct | None:
    """The struct that a field holds, or that its elements are."""
    while isinstance(kind, Array):
        kind = kind.element
    return kind if isinstance(kind, Struct) else None
