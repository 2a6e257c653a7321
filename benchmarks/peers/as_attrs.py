"""Device objects by attrs and by cattrs: the fields that travel, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from qidl.kinds import Array, Declaration, Struct, Type, declaration, is_declared


def asdict(cls: type) -> Callable[[Any], dict[str, Any]]:
    """:func:`attrs.asdict`, with the filter that leaves out what does not travel or is absent."""
    wanted = {
        id(attribute)
        for described in _within(declaration(cls))
        for attribute in attrs.fields(described.cls)
        if described.by_name[attribute.name].serialised
    }

    def travels(attribute: attrs.Attribute[Any], value: Any) -> bool:
        return id(attribute) in wanted and value is not None

    return lambda device: attrs.asdict(device, filter=travels)


def _within(described: Declaration) -> list[Declaration]:
    """A declaration, and those of the structs that are within it."""
    inner = [_element(field.type) for field in described.serialised]
    return [described, *(one for kind in inner if isinstance(kind, Struct) for one in _within(kind.declaration))]


def _element(kind: Type) -> Type:
    while isinstance(kind, Array):
        kind = kind.element
    return kind


def converter() -> cattrs.Converter:
    """A converter that makes functions for declared classes, as fast as cattrs can."""
    made = cattrs.Converter(detailed_validation=False, prefer_attrib_converters=False)
    made.register_structure_hook(bytearray, lambda value, _: bytearray(value))
    made.register_unstructure_hook(bytearray, bytes)
    made.register_structure_hook_factory(
        is_declared,
        lambda cls: make_dict_structure_fn(
            attrs.resolve_types(cls), made, _cattrs_detailed_validation=False, **_overrides(cls)
        ),
    )
    made.register_unstructure_hook_factory(
        is_declared, lambda cls: make_dict_unstructure_fn(attrs.resolve_types(cls), made, **_overrides(cls))
    )
    return made


def _overrides(cls: type) -> dict[str, Any]:
    return {
        field.name: override(omit=not field.serialised, omit_if_default=field.optional)
        for field in declaration(cls).fields
    }
