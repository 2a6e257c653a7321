"""The other half of the visitor core: builds an object of what an input visitor gives, or fills one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from qidl.hooks import DEEPEST, NOT_DEEPER, post_load
from qidl.kinds import Array, Boolean, Declaration, Integer, String, Struct, Type, declaration, zero
from qidl.rules import Rule
from qidl.sizes import room_for, size_misfit

if TYPE_CHECKING:
    from qidl.visitor import InputVisitor, Name

T = TypeVar("T")


@attrs.define
class _Loaded:
    """The values of a struct as they came in, checked before they are put into an object.

    :ivar depth: structs that it is within
    """

    declaration: Declaration
    values: dict[str, Any]
    depth: int


def build(cls: type[T], visitor: InputVisitor) -> T:
    """Make a new object of a declared class from what a visitor gives; ``post_load`` runs last.

    :raises SchemaError: the visitor gives something else than the declaration asks for
    """
    loaded = _load(cls, visitor)
    made: T = _make(loaded)
    post_load(made, loaded.declaration)
    return made


def fill(obj: Any, visitor: InputVisitor) -> None:
    """Load into an existing object: fields that are not serialised keep their values; ``post_load`` runs last.

    The input is checked whole before the object is touched.

    :raises SchemaError: the visitor gives something else than the declaration asks for
    """
    loaded = _load(type(obj), visitor)
    _assign(obj, loaded)
    post_load(obj, loaded.declaration)


def _load(cls: type, visitor: InputVisitor) -> _Loaded:
    return _load_struct(declaration(cls), visitor, None, 0)


def _load_struct(described: Declaration, visitor: InputVisitor, name: Name, depth: int) -> _Loaded:
    if depth > DEEPEST:
        raise visitor.error(name, NOT_DEEPER, "another")
    visitor.start_struct(name, described)
    loaded = _Loaded(described, {}, depth)
    for field in described.serialised:
        if field.optional:
            present = visitor.optional(field.name)
            if not present:
                loaded.values[field.name] = None
                continue
        loaded.values[field.name] = _load_value(field.type, visitor, field.name, loaded)
    _check_rules(loaded, visitor)
    visitor.end_struct()
    return loaded


def _check_rules(loaded: _Loaded, visitor: InputVisitor) -> None:
    for field in loaded.declaration.serialised:
        for rule in field.rules:
            values = [loaded.values[name] for name in rule.paths]
            if loaded.values[field.name] is None or None in values:
                continue
            if isinstance(values[0], list | bytes):
                _check_elements(rule, field.name, values[0], visitor)
            elif not rule.holds(*values):
                raise visitor.error(rule.paths[0], rule.expected, rule.found(tuple(values)))


def _check_elements(rule: Rule, path: str, values: Iterable[Any], visitor: InputVisitor) -> None:
    for index, value in enumerate(values):
        here = f"{path}[{index}]"
        if isinstance(value, list | bytes):
            _check_elements(rule, here, value, visitor)
        elif not rule.holds(value):
            raise visitor.error(here, rule.expected, rule.found((value,)))


def _load_value(kind: Type, visitor: InputVisitor, name: Name, within: _Loaded) -> Any:
    match kind:
        case Integer(ctype):
            return visitor.type_int(name, ctype)
        case Boolean():
            return visitor.type_bool(name)
        case String():
            return visitor.type_str(name, room_for(kind, _loaded_length(kind, visitor, name, within)))
        case Struct(described):
            return _load_struct(described, visitor, name, within.depth + 1)
        case Array():
            return _load_array(kind, visitor, name, within)
    raise AssertionError(kind)


def _load_array(kind: Array, visitor: InputVisitor, name: Name, within: _Loaded) -> Any:
    length = _loaded_length(kind, visitor, name, within)
    if kind.is_buffer:
        data = visitor.type_buffer(name)
        if length is not None and len(data) != length:
            raise visitor.error(name, f"{length} bytes", f"{len(data)}")
        return data
    given = visitor.start_list(name)
    if length is None:
        length = given
    if given != length:
        raise visitor.error(None, f"{length} elements", f"{given}")
    loaded = [_load_value(kind.element, visitor, index, within) for index in range(length)]
    visitor.end_list()
    return loaded


def _loaded_length(kind: Array | String, visitor: InputVisitor, name: Name, within: _Loaded) -> Any:
    length = within.values[kind.size] if isinstance(kind.size, str) else kind.size
    problem = size_misfit(kind, length)
    if problem is not None:
        raise visitor.error(name, *problem)
    return length


def _make(loaded: _Loaded) -> Any:
    """A new object: what its class requires goes through ``__init__``, the rest is assigned."""
    cls: Any = loaded.declaration.cls
    required = {a.name for a in attrs.fields(cls) if a.init and a.default is attrs.NOTHING}
    fields = (field for field in loaded.declaration.serialised if field.name in required)
    given = {field.name: _merge(field.type, None, loaded.values[field.name]) for field in fields}
    obj = cls(**given)
    _assign(obj, loaded, given)
    return obj


def _assign(obj: Any, loaded: _Loaded, done: Collection[str] = ()) -> None:
    """Put values into an object, but for those that it was made of."""
    for field in loaded.declaration.serialised:
        value = loaded.values[field.name]
        if field.optional and field.has is not None:
            setattr(obj, field.has, value is not None)
            if value is None:
                continue
        if field.name not in done:
            setattr(obj, field.name, _merge(field.type, getattr(obj, field.name), value))


def _merge(kind: Type, present: Any, value: Any) -> Any:
    """What a field holds after loading: structs are filled where they are, arrays keep what is beyond their size."""
    if isinstance(value, _Loaded):
        if present is None:
            return _make(value)
        _assign(present, value)
        return present
    if not isinstance(kind, Array) or value is None:
        return value
    if kind.is_buffer:
        tail = (present or b"")[len(value) :] if kind.capacity is not None else b""
        return (bytearray(value) + tail).ljust(kind.capacity or 0, b"\0")
    before: list[Any] = present or []
    merged = [
        _merge(kind.element, before[index] if index < len(before) else None, element)
        for index, element in enumerate(value)
    ]
    if kind.capacity is not None:
        merged += before[len(merged) :]
        merged += [zero(kind.element) for _ in range(kind.capacity - len(merged))]
    return merged
