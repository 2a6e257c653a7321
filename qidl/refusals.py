"""What a declaration is refused for: whatever could never be saved, or never be loaded again."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Mapping
from typing import Any, Final

import attrs

from qidl.annotations import BITS, Mark, Marks
from qidl.errors import DeclarationError
from qidl.kinds import (
    Array,
    Boolean,
    Declaration,
    Field,
    Integer,
    String,
    Struct,
    is_declared,
    misfit,
)
from qidl.sentences import shown

# The first is every method's own argument, the others are hooks.
RESERVED: Final = frozenset({"self", "pre_save", "post_load"})


def check_name(cls: type, name: str) -> None:
    """A field is an attribute, and an argument of ``__init__``."""
    if not name.isidentifier():
        raise DeclarationError(f"{cls.__name__}: expected names of fields, found {shown(name)}")
    if keyword.iskeyword(name) or name in RESERVED:
        found = "a keyword" if keyword.iskeyword(name) else "one that means something else"
        raise DeclarationError(f"{cls.__name__}.{name}: expected a name that a field can have, found {found}")


def check_marks(where: str, marks: Marks) -> None:
    """No mark contradicts another, and the dimensions are sizes."""
    given = dict.fromkeys(marks.marks)
    if len(given) > 1:
        raise DeclarationError(f"{where}: contradictory marks {' and '.join(mark.value for mark in given)}")
    if marks.optional and given and Mark.STANDARD not in given:
        raise DeclarationError(f"{where}: contradictory marks optional and {next(iter(given)).value}")
    for bit in (entry.bit for entry in marks.properties):
        if bit is not None and not (_is_size(bit) and bit in BITS):
            raise DeclarationError(f"{where}: expected a property of a bit from 0 to 63, found {shown(bit)}")
    for dimension in marks.dimensions:
        if not _is_size(dimension) and (dimension is not None or marks.is_string):
            raise DeclarationError(f"{where}: expected a dimension of 0 or more, found {shown(dimension)}")
    if marks.is_string and marks.dimensions == (0,):
        raise DeclarationError(f"{where}: expected room for the NUL at the end of text, found string(0)")
    if marks.size is None or isinstance(marks.size, str):
        return
    capacity = marks.dimensions[0] if marks.dimensions else None
    if not _is_size(marks.size) or (capacity is not None and marks.size > capacity):
        room = "0 or more" if capacity is None else f"0..{capacity}"
        raise DeclarationError(f"{where}: expected a size of {room}, found {shown(marks.size)}")


def _is_size(value: object) -> bool:
    return type(value) is int and value >= 0


def check_size(where: str, size: str | int | None, earlier: Mapping[str, Field], *, serialised: bool) -> None:
    """A reader has to know the size before it meets what it measures."""
    if not isinstance(size, str):
        return
    if size not in earlier:
        raise DeclarationError(f"{where}: size names {size!r}, expected an earlier field")
    field = earlier[size]
    if not isinstance(field.type, Integer):
        raise DeclarationError(f"{where}: size names {size!r}, expected an integer field")
    if serialised and not field.serialised:
        raise DeclarationError(f"{where}: size names {size!r}, expected a field that is serialised")
    if serialised and field.optional:
        raise DeclarationError(f"{where}: size names {size!r}, expected a field that is not optional")


def check_presence(where: str, field: Field, earlier: Mapping[str, Field]) -> None:
    """An optional field has to say how it is absent: by None, or by a bool that a reader meets before it."""
    if not field.optional:
        return
    if field.has is None:
        if not field.is_pointer:
            raise DeclarationError(f"{where}: expected a type that admits None, or a bool has_{field.name}")
    elif field.has not in earlier or not isinstance(earlier[field.has].type, Boolean):
        raise DeclarationError(f"{where}: expected an earlier field {field.has}: bool")


def check_inherited(where: str, field: Field, earlier: Mapping[str, Field]) -> None:
    """What a field of a parent refers to may have been declared again: then it comes later, or is something else."""
    if isinstance(field.type, Array | String):
        check_size(where, field.type.size, earlier, serialised=field.serialised)
    check_presence(where, field, earlier)


def check_default(where: str, attribute: attrs.Attribute[Any], field: Field, marks: Marks) -> None:
    """An object has to be makable, share nothing with another, and hold at first what can be saved."""
    default: Any = attribute.default
    if default is attrs.NOTHING:
        if not field.serialised:
            raise DeclarationError(f"{where}: a field that is not serialised needs a default")
        if not attribute.init:
            raise DeclarationError(f"{where}: a field that is no argument needs a default")
        return
    if marks.embeds is not None:
        _check_embedded(where, field, marks)
    if isinstance(default, attrs.Factory) or not field.serialised or attribute.converter is not None:  # type: ignore[arg-type]
        return
    if default is None and (field.is_pointer or field.optional or isinstance(field.type, Array)):
        return
    if isinstance(field.type, Integer | Boolean | String):
        problem = misfit(field.type, default)
    else:
        name = field.type.declaration.name if isinstance(field.type, Struct) else "array()"
        problem = name, shown(default)
    if problem is not None:
        raise DeclarationError(f"{where}: expected a default of {problem[0]}, found {problem[1]}")


def check_shared(where: str, default: object) -> None:
    """A default that can change would change in all objects."""
    # What can change has no hash, or is a struct.
    if type(default).__hash__ is None or is_declared(type(default)):
        raise DeclarationError(f"{where}: a mutable default would be shared by all objects; use array() or embedded()")


def _check_embedded(where: str, field: Field, marks: Marks) -> None:
    embeds: Any = marks.embeds
    name = getattr(embeds, "__name__", shown(embeds))
    if field.serialised and not (isinstance(field.type, Struct) and field.type.declaration.cls is embeds):
        raise DeclarationError(f"{where}: expected the struct that the annotation names, found embedded({name})")
    _check_can_be_made(where, embeds, marks.embeds_with)


def _check_can_be_made(where: str, cls: Any, arguments: tuple[str, ...] = ()) -> None:
    try:
        inspect.signature(cls).bind(**dict.fromkeys(arguments))
    except TypeError as error:
        name = getattr(cls, "__name__", shown(cls))
        raise DeclarationError(f"{where}: {name} cannot be made: {error}") from None
    except ValueError:
        # A built-in class does not say what it takes.
        return


def check_structs(where: str, field: Field, within: Declaration) -> None:
    """Zeroed memory holds structs, which have to be made of nothing; and none can hold itself."""
    kind = field.type
    rooms = []
    while isinstance(kind, Array):
        rooms.append(kind.room)
        kind = kind.element
    if not isinstance(kind, Struct):
        return
    if kind.declaration is within and (any(rooms) or not (rooms or field.optional)):
        raise DeclarationError(f"{where}: {within.name} cannot hold itself, expected optional() or array()")
    if any(rooms):
        _check_can_be_made(where, kind.declaration.cls)


def check_derived(cls: type, fields: Mapping[str, Field]) -> None:
    """What is derived has to be computed by something."""
    for field in fields.values():
        if field.mark is Mark.DERIVED and not callable(getattr(cls, "post_load", None)):
            raise DeclarationError(f"{cls.__name__}.{field.name}: a derived field needs a post_load that computes it")
