"""The fields of an object, and of the structs in it, each by its place; and other values for them."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs

from qidl.annotations import Mark
from qidl.declaration import Array, Boolean, Field, Integer, String, Struct, Type, declaration
from qidl.kinds import struct_within, structs


@attrs.define(eq=False)
class Place:
    """A field of an object, or of a struct within it.

    :ivar path: for sentences
    :ivar owner: the struct that holds it
    :ivar field: what is declared of it
    """

    path: str
    owner: Any
    field: Field

    @property
    def value(self) -> Any:
        """What the field holds."""
        return getattr(self.owner, self.field.name)

    @value.setter
    def value(self, value: Any) -> None:
        # Whatever the field's validators and converters make of it.
        object.__setattr__(self.owner, self.field.name, value)

    @property
    def is_elsewhere(self) -> bool:
        """Whether another structure owns what the field holds, and may change it."""
        return self.field.mark is Mark.ELSEWHERE

    @property
    def is_absent(self) -> bool:
        """Whether the field is optional, and its ``has_`` bool says that it is not there."""
        return self.field.has is not None and not getattr(self.owner, self.field.has)


Wanted = Callable[[Field], bool]


def fields(device: Any, path: str, wanted: Wanted) -> Iterator[Place]:
    """Yield every field that is wanted of a device, and of the structs in it that travel."""
    described = declaration(type(device))
    for field in described.fields:
        place = Place(f"{path}.{field.name}", device, field)
        if wanted(field):
            yield place
        if field.serialised and not place.is_absent:
            yield from _within(place.value, field.type, device, place.path, wanted)


def _within(value: Any, kind: Type, owner: Any, path: str, wanted: Wanted) -> Iterator[Place]:
    if value is None or not _may_hold(kind, wanted):
        return
    if isinstance(kind, Struct):
        yield from fields(value, path, wanted)
    elif isinstance(kind, Array):
        in_use = getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size
        for index, element in enumerate(value[:in_use]):
            yield from _within(element, kind.element, owner, f"{path}[{index}]", wanted)


@functools.lru_cache(maxsize=1024)
def _may_hold(kind: Type, wanted: Wanted) -> bool:
    """Whether there may be fields that are wanted; arrays of structs without any are long."""
    struct = struct_within(kind)
    return struct is not None and any(wanted(field) for one in structs(struct.declaration) for field in one.fields)


def unserialised(device: Any, path: str) -> dict[str, Place]:
    """Every field that does not travel, by path: of a device and of the structs in it that do."""
    return {place.path: place for place in fields(device, path, _is_unserialised)}


def _is_unserialised(field: Field) -> bool:
    return not field.serialised


def derived(device: Any, path: str) -> dict[str, Place]:
    """Every derived field, by path."""
    found = unserialised(device, path)
    return {here: place for here, place in found.items() if place.field.mark is Mark.DERIVED}


def kept(device: Any, path: str) -> dict[str, Place]:
    """Every field that a load leaves alone, by path."""
    found = unserialised(device, path)
    return {here: place for here, place in found.items() if place.field.mark is not Mark.DERIVED}


UNKNOWN: Final = object()
"""There is no telling what else a field may hold."""

ONE_BIT: Final = 1
LOW_BITS: Final = 0xFFF
ALL_BITS: Final = -1
"""Which bits of an integer may be others."""


def another(value: Any, kind: Type, bits: int) -> Any:
    """A value of the same type that is not this one; :data:`UNKNOWN` where the type is not known, or has no other.

    :param bits: those that are others in integers, as far as the type has them
    """
    if value is None:
        return UNKNOWN
    match kind:
        case Integer(ctype):
            sign = ctype.minimum if bits < 0 else 0
            return value ^ (bits & ctype.maximum | sign)
        case Boolean():
            return not value
        case String():
            return "" if value else "?"
        case Array(is_buffer=True):
            return type(value)(byte ^ bits & 0xFF for byte in value) if value else UNKNOWN
        case Array(element=element):
            others = [another(one, element, bits) for one in value]
            return others if others and UNKNOWN not in others else UNKNOWN
        case Struct(declaration=described):
            other = copy.deepcopy(value)
            changes = {field.name: another(getattr(value, field.name), field.type, bits) for field in described.fields}
            for name, change in changes.items():
                if change is not UNKNOWN:
                    object.__setattr__(other, name, change)
            return other
    return UNKNOWN


def copied(value: Any) -> Any:
    """A copy to compare with later; :data:`UNKNOWN` where copies are never equal, or there are none."""
    try:
        copy_of_it = copy.deepcopy(value)
        return copy_of_it if bool(copy_of_it == value) and not _holds_function(value) else UNKNOWN
    except Exception:
        # A lock, a socket; or what compares itself element by element.
        return UNKNOWN


def _holds_function(value: Any) -> bool:
    """Whether something is a function, or holds one: its copy is itself, and none that is made anew is equal to it."""
    if isinstance(value, dict):
        return any(map(_holds_function, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_holds_function, value))
    return callable(value) and not isinstance(value, type)
