"""The rules by which a declaration is reviewed, made executable."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import attrs

from qidl.annotations import Mark
from qidl.declaration import Array, Boolean, Declaration, Field, Integer, String, Struct, Type, declaration
from qidl.testing.running import fail


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


def check_shape(described: Declaration, qobject: dict[str, Any], path: str) -> None:
    """In a QObject, optional members follow their ``has_`` bool, and arrays their size."""
    for field in described.serialised:
        here = f"{path}.{field.name}"
        if field.has is not None and field.has in qobject and qobject[field.has] != (field.name in qobject):
            presence = "present" if field.name in qobject else "absent"
            fail(here, f"a member that is there if {field.has} is true", f"it {presence}, {qobject[field.has]=}")
        if field.name in qobject:
            _check_value(field.type, qobject[field.name], qobject, here)


def _check_value(kind: Type, value: Any, qobject: dict[str, Any], path: str) -> None:
    if isinstance(kind, Struct):
        check_shape(kind.declaration, value, path)
    elif isinstance(kind, Array):
        length = qobject[kind.size] if isinstance(kind.size, str) else kind.size
        if length is not None and len(value) != length:
            fail(path, f"{length} elements, as {kind.size} says", len(value))
        if isinstance(kind.element, Struct | Array):
            for index, element in enumerate(value):
                _check_value(kind.element, element, qobject, f"{path}[{index}]")


# Fields by their place in an object.


@attrs.define
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
        setattr(self.owner, self.field.name, value)


def unserialised(device: Any, path: str) -> Iterator[Place]:
    """Yield every field that does not travel, of a device and of the structs in it that do."""
    for field in declaration(type(device)).fields:
        here = f"{path}.{field.name}"
        if not field.serialised:
            yield Place(here, device, field)
        elif field.has is None or getattr(device, field.has):
            yield from _within(getattr(device, field.name), field.type, device, here)


def _within(value: Any, kind: Type, owner: Any, path: str) -> Iterator[Place]:
    if isinstance(kind, Struct) and value is not None:
        yield from unserialised(value, path)
    elif isinstance(kind, Array) and isinstance(kind.element, Struct | Array) and value is not None:
        in_use = getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size
        for index, element in enumerate(value[:in_use]):
            yield from _within(element, kind.element, owner, f"{path}[{index}]")


def another(value: Any, kind: Type) -> Any:
    """A value that is not this one, of the same type where that is known."""
    if value is None:
        return _Poison()
    match kind:
        case Integer():
            return value ^ 1
        case Boolean():
            return not value
        case String():
            return "" if value else "?"
        case Array(is_buffer=True) if value:
            return bytearray(byte ^ 1 for byte in value)
        case Array(element=element) if value:
            return [another(one, element) for one in value]
        case Struct(declaration=described):
            other = copy.deepcopy(value)
            for field in described.fields:
                if plain(field.type):
                    setattr(other, field.name, another(getattr(value, field.name), field.type))
            return other
    return _Poison()


def plain(kind: Type) -> bool:
    """Whether :func:`another` gives a value of the same type."""
    return isinstance(kind, Integer | Boolean | String)


class _Poison:
    def __repr__(self) -> str:
        return "what was there before"
