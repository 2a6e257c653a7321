"""Which declared classes can be made without a call of their ``__init__``, and what their fields are at first."""

from __future__ import annotations

from typing import Any

import attrs

from qidl.annotations import Embedded
from qidl.generating.source import Source, TooHard
from qidl.kinds import Array, Declaration, Integer, Struct, Zeros

_HOOKS = ("__attrs_pre_init__", "__attrs_post_init__", "__attrs_init__")
"""What attrs calls while an object is made, and what it adds where a class has an ``__init__`` of its own."""


def default_expressions(described: Declaration, source: Source) -> dict[str, str]:
    """Expressions for the defaults of a class's fields, by name; a field that has none is left out.

    :raises TooHard: more happens when an object is made than that its fields get their values
    """
    cls: Any = described.cls
    if any(hasattr(cls, hook) for hook in _HOOKS):
        raise TooHard
    if cls.__new__ is not object.__new__ or cls.__setattr__ is not object.__setattr__:
        raise TooHard
    if type(cls).__call__ is not type.__call__:
        raise TooHard
    found: dict[str, str] = {}
    for attribute in attrs.fields(cls):
        if attribute.converter is not None or attribute.validator is not None or not attribute.init:
            raise TooHard
        default = attribute.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            if default.takes_self or not _only_makes(default.factory):
                raise TooHard
            found[attribute.name] = _new(default.factory, source)
        elif default is not attrs.NOTHING:
            found[attribute.name] = (
                repr(default) if type(default) in (int, bool, type(None)) else source.constant(default)
            )
    return found


def _new(factory: Any, source: Source) -> str:
    """An expression for what a factory makes: integers are spelled out, which saves the call."""
    match factory:
        case Zeros(Array(is_buffer=True) as array):
            return f"bytearray({array.room})"
        case Zeros(Array(Integer()) as array):
            return f"[0] * {array.room}"
    return f"{source.constant(factory)}()"


def _only_makes(factory: Any) -> bool:
    """Whether it makes no difference when a factory is called, nor how often."""
    return isinstance(factory, Zeros | Embedded) or factory in (list, dict, set, bytearray)


def begins_zeroed(described: Declaration, name: str) -> bool:
    """Whether a field of structs or elements has nothing at first that would show through what is loaded."""
    attribute = getattr(attrs.fields(described.cls), name)
    default = attribute.default
    if default is None or default is attrs.NOTHING:
        return True
    if not isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return False
    kind = described.by_name[name].type
    match default.factory:
        case Zeros(array):
            return isinstance(kind, Array) and array == kind
        case Embedded(cls, values):
            return isinstance(kind, Struct) and kind.declaration.cls is cls and not values
    return False
