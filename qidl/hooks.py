"""What runs before an object is walked: every ``pre_save``, from the outside in."""

from __future__ import annotations

from typing import Any, Final

from qidl.kinds import Array, Declaration, Struct, Type

DEEPEST: Final = 100
"""Structs within one another: those with a pointer to their own type may go in a circle."""

NOT_DEEPER: Final = f"at most {DEEPEST} structs within one another"


def pre_save(obj: Any, described: Declaration, depth: int = 0) -> None:
    """Run the hooks of an object and of the structs within it, as far as they are what they are declared to be."""
    if depth > DEEPEST or type(obj) is not described.cls:
        return
    hook = getattr(obj, "pre_save", None)
    if hook is not None:
        hook()
    for field in described.serialised:
        if isinstance(field.type, Struct | Array) and (field.has is None or getattr(obj, field.has)):
            _within(getattr(obj, field.name), field.type, obj, depth)


def _within(value: Any, kind: Type, owner: Any, depth: int) -> None:
    if isinstance(kind, Struct):
        pre_save(value, kind.declaration, depth + 1)
    elif isinstance(kind, Array) and isinstance(kind.element, Struct | Array) and isinstance(value, list):
        size = getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size
        for element in value[:size] if size is None or type(size) is int else ():
            _within(element, kind.element, owner, depth)
