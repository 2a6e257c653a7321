"""The rules of a declaration's review that can be read off the class, or off an object of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qidl.annotations import Mark
from qidl.declaration import Array, Declaration, Struct, Type
from qidl.testing.places import Place, fields
from qidl.testing.running import fail, shown


def structs(described: Declaration) -> Iterator[Declaration]:
    """Yield a declaration, and those of the structs that it serialises, each once."""
    found = {described.cls: described}
    waiting = [described]
    while waiting:
        one = waiting.pop()
        yield one
        for field in one.serialised:
            kind: Type = field.type
            while isinstance(kind, Array):
                kind = kind.element
            if isinstance(kind, Struct) and kind.declaration.cls not in found:
                found[kind.declaration.cls] = kind.declaration
                waiting.append(kind.declaration)


def check_reasons(described: Declaration) -> None:
    """A broken field says what a guest loses."""
    for field in described.fields:
        if field.mark is Mark.BROKEN and not field.reason:
            fail(f"{described.name}.{field.name}", "a reason beside broken", "none")


def check_sizes(device: Any, name: str) -> None:
    """An array has no more elements than its size says, or there is room for: they would not be saved."""
    for place in fields(device, name):
        kind, value = place.field.type, place.value
        if not (place.field.serialised and isinstance(kind, Array)) or place.is_absent or value is None:
            continue
        size = getattr(place.owner, kind.size) if isinstance(kind.size, str) else kind.size
        room = size if kind.capacity is None else kind.capacity
        if room is not None and len(value) > room:
            said = kind.size if kind.capacity is None and isinstance(kind.size, str) else "the declaration"
            fail(place.path, f"{room} elements, as {said} says, and no more", len(value))


def check_presence(saved: Any, loaded: Any, name: str) -> None:
    """An optional field that holds something says so with its ``has_`` bool.

    :param saved: a device that has been saved
    :param loaded: a device that was loaded from that, in which what was not saved is as it was made
    """
    fresh = {place.path: place for place in fields(loaded, name)}
    for place in fields(saved, name):
        if place.field.serialised and place.is_absent and place.path in fresh:
            _check_absent(place, fresh[place.path])


def _check_absent(place: Place, fresh: Place) -> None:
    if place.value != fresh.value:
        found = f"{place.field.has} False, and it is not saved"
        fail(place.path, f"{place.field.has} to be True, since it holds {shown(place.value)}", found)
