"""The hooks of an object and of what is within it: ``pre_save`` from the outside in, ``post_load`` the other way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qidl.compiled.declared import is_recursive, struct_within
from qidl.compiled.source import Source, TooHard
from qidl.kinds import Array, Declaration, Field, Struct, Type


def pre_save(described: Declaration) -> Callable[[Any], None] | None:
    """A function that runs every ``pre_save``; None where there is none.

    :raises TooHard: a struct may be within itself
    """
    if not _leads_to(_not_recursive(described), "pre_save"):
        return None
    source = Source()
    _Hooks(source, "pre_save", "{}.pre_save()", is_outer_first=True).visit("o", described)
    return source.function("pre_save(o)", described.name)


def post_load(described: Declaration) -> Callable[[Any], None] | None:
    """A function that runs every ``post_load``; None where there is none.

    What a hook does to sizes and to what is present makes no difference to which others run.

    :raises TooHard: a struct may be within itself
    """
    if not _leads_to(_not_recursive(described), "post_load"):
        return None
    source = Source()
    if _is_straight(described, "post_load"):
        _Hooks(source, "post_load", "{}.post_load()", is_outer_first=False).visit("o", described)
    else:
        source.line("hooks = []")
        _Hooks(source, "post_load", "hooks.append({}.post_load)", is_outer_first=False).visit("o", described)
        source.line("for hook in hooks: hook()")
    return source.function("post_load(o)", described.name)


def _not_recursive(described: Declaration) -> Declaration:
    if is_recursive(described):
        raise TooHard
    return described


def _is_straight(described: Declaration, hook: str) -> bool:
    """Whether it is certain which objects there are that have a hook."""
    fields = [field for field in described.serialised if _has(field, hook)]
    return all(
        isinstance(field.type, Struct) and not field.optional and _is_straight(field.type.declaration, hook)
        for field in fields
    )


def _leads_to(described: Declaration, hook: str) -> bool:
    """Whether a class has a hook, or one within it."""
    return hasattr(described.cls, hook) or any(_has(field, hook) for field in described.serialised)


def _has(field: Field, hook: str) -> bool:
    kind = struct_within(field.type)
    return kind is not None and _leads_to(kind.declaration, hook)


class _Hooks:
    """Writes the statements that go through an object.

    :param statement: what is done with an object that has the hook
    """

    def __init__(self, source: Source, hook: str, statement: str, *, is_outer_first: bool) -> None:
        self._source = source
        self._hook = hook
        self._statement = statement
        self._is_outer_first = is_outer_first

    def visit(self, var: str, described: Declaration) -> None:
        statement = self._statement.format(var) if hasattr(described.cls, self._hook) else ""
        if statement and self._is_outer_first:
            self._source.line(statement)
        for field in described.serialised:
            if _has(field, self._hook):
                self._field(var, field)
        if statement and not self._is_outer_first:
            self._source.line(statement)

    def _field(self, var: str, field: Field) -> None:
        place = f"{var}.{field.name}"
        if not field.optional:
            self._value(place, field.type, var)
            return
        with self._source.block(f"if {var}.{field.has}:" if field.has else f"if {place} is not None:"):
            self._value(place, field.type, var)

    def _value(self, value: str, kind: Type, owner: str) -> None:
        name = self._source.local()
        if isinstance(kind, Array):
            size = f"{owner}.{kind.size}" if isinstance(kind.size, str) else kind.size
            cut = "" if size is None else f"[:{size}]"
            with self._source.block(f"for {name} in {value}{cut}:"):
                self._element(name, kind.element, owner)
        else:
            self._source.line(f"{name} = {value}")
            self._element(name, kind, owner)

    def _element(self, name: str, kind: Type, owner: str) -> None:
        if isinstance(kind, Array):
            self._value(name, kind, owner)
        else:
            found = struct_within(kind)
            assert found is not None
            self.visit(name, found.declaration)
