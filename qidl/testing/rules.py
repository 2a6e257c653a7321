"""The rules of a declaration's review that can be read off the class, or off an object of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qidl.annotations import Mark
from qidl.declaration import Array, Declaration, Field, Struct, Type
from qidl.kinds import structs
from qidl.rules import Rule
from qidl.sentences import brief
from qidl.testing.places import Place, fields
from qidl.testing.running import fail


def check_reasons(described: Declaration) -> None:
    """A broken field says what a guest loses, and so does one of a struct that the class holds."""
    for one in structs(described, lambda field: field.mark is not Mark.ELSEWHERE):
        for field in one.fields:
            if field.mark is Mark.BROKEN and not (field.reason or "").strip():
                fail(f"{one.name}.{field.name}", "a reason beside broken", "none")


def check_sizes(device: Any, name: str) -> None:
    """An array has no more elements than its size says, or there is room for: they would not be saved."""
    for place in fields(device, name, _is_array):
        kind, value = place.field.type, place.value
        if not isinstance(kind, Array) or place.is_absent or value is None:
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
    fresh = {place.path: place for place in fields(loaded, name, _has_bool)}
    for place in fields(saved, name, _has_bool):
        if place.is_absent and place.path in fresh:
            _check_absent(place, fresh[place.path])


def _check_absent(place: Place, fresh: Place) -> None:
    if place.value != fresh.value:
        found = f"{place.field.has} False, and it is not saved"
        fail(place.path, f"{place.field.has} to be True, since it holds {brief(place.value)}", found)


def _is_array(field: Field) -> bool:
    return field.serialised and isinstance(field.type, Array)


def _has_bool(field: Field) -> bool:
    return field.serialised and field.has is not None


def breaks_rules(described: Declaration, qobject: dict[str, Any]) -> bool:
    """Whether a QObject breaks one of the rules by which a class, or a struct in it, is valid.

    Its values may be of other types than the class has.
    """
    for field in described.serialised:
        if field.name not in qobject:
            continue
        value = qobject[field.name]
        if any(_breaks(rule, field.name, qobject) for rule in field.rules):
            return True
        if any(breaks_rules(kind, one) for kind, one in _structs(field.type, value)):
            return True
    return False


def _breaks(rule: Rule, name: str, qobject: dict[str, Any]) -> bool:
    value = qobject[name]
    try:
        if isinstance(value, list | bytes) and rule.paths == (name,):
            return not all(rule.holds(element) for element in _elements(value))
        values = [qobject[path] for path in rule.paths if path in qobject]
        return len(values) == len(rule.paths) and not rule.holds(*values)
    except Exception:
        # It is no value for the field, and so none for the rule.
        return False


def _elements(value: Any) -> Iterator[Any]:
    for element in value:
        yield from _elements(element) if isinstance(element, list | bytes) else (element,)


def _structs(kind: Type, value: Any) -> Iterator[tuple[Declaration, Any]]:
    if isinstance(kind, Struct) and isinstance(value, dict):
        yield kind.declaration, value
    elif isinstance(kind, Array) and isinstance(kind.element, Struct | Array) and isinstance(value, list):
        for element in value:
            yield from _structs(kind.element, element)
