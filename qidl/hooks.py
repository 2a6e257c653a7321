"""The hooks: every ``pre_save`` runs before an object is walked, every ``post_load`` after it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from qidl.kinds import Array, Declaration, Struct, Type

DEEPEST: Final = 100
"""Structs within one another: those with a pointer to their own type may go in a circle."""

NOT_DEEPER: Final = f"at most {DEEPEST} structs within one another"


def pre_save(obj: Any, described: Declaration, depth: int = 0) -> None:
    """Run the hooks of an object and of the structs within it, as far as they are what they are declared to be.

    They run from the outside in.
    """
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


def post_load(obj: Any, described: Declaration) -> None:
    """Run the hooks of an object that was just loaded, and of all that was loaded with it, from the inside out.

    What a hook does to sizes and to what is present makes no difference to which others run.
    """
    for one in list(_loaded(obj, described)):
        hook = getattr(one, "post_load", None)
        if hook is not None:
            hook()


def _loaded(obj: Any, described: Declaration) -> Iterator[Any]:
    for field in described.serialised:
        value = getattr(obj, field.name)
        if not field.optional or (getattr(obj, field.has) if field.has else value is not None):
            yield from _loaded_within(value, field.type, obj)
    yield obj


def _loaded_within(value: Any, kind: Type, owner: Any) -> Iterator[Any]:
    if isinstance(kind, Struct):
        # A converter of attrs may have made something else of it.
        if type(value) is kind.declaration.cls:
            yield from _loaded(value, kind.declaration)
    elif isinstance(kind, Array) and isinstance(kind.element, Struct | Array):
        for element in value[: getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size]:
            yield from _loaded_within(element, kind.element, owner)
