"""Functions that run the hooks of an object as :mod:`qidl.hooks` does, and leave them to it where they cannot."""

from __future__ import annotations

import contextlib
import functools
import types
from collections.abc import Callable
from typing import Any

from qidl import hooks
from qidl.compiled.declared import struct_within, structs_of
from qidl.generating.source import Source, TooHard, function_or
from qidl.kinds import Array, Declaration, Field, Struct, Type

Run = Callable[[Any], None]


def pre_save(described: Declaration) -> Run:
    """A function that runs every ``pre_save``, whatever the object holds."""
    reference = functools.partial(hooks.pre_save, described=described)
    return function_or(reference, lambda: _PreSave(described, reference).function())


def post_load(described: Declaration) -> Run:
    """A function that runs every ``post_load`` of an object that was just loaded."""
    reference = functools.partial(hooks.post_load, described=described)
    return function_or(reference, lambda: _PostLoad(described, reference).function())


class _Hooks:
    """Writes a function that goes through an object, as far as there are hooks.

    :param hook: its name
    :param reference: does the same, and is called where the classes have changed meanwhile
    """

    def __init__(self, described: Declaration, hook: str, reference: Run) -> None:
        self._source = Source()
        self._described = described
        self._hook = hook
        structs = structs_of(described)
        self._with_hook = {one.cls for one in structs if _find(one.cls, hook) is not None}
        self._leading: set[type] = set()
        for one in structs:
            if one.cls in self._with_hook or any(map(self._leads, one.serialised)):
                self._leading.add(one.cls)
        self._check_classes([one.cls for one in structs], reference)

    def function(self) -> Run:
        """The function."""
        self._visit()
        return self._source.function(f"{self._hook}(o)", self._described.name)

    def _visit(self) -> None:
        raise NotImplementedError

    def _check_classes(self, classes: list[type], reference: Run) -> None:
        """A hook may have been added to a class, or another put in its place: as tests do."""
        source, hook, tests = self._source, self._hook, []
        for base in dict.fromkeys(base for cls in classes for base in cls.__mro__ if base is not object):
            members = vars(base)
            name = source.constant(members, base)
            if hook in members:
                tests.append(f"{name}.get({hook!r}, 0) is not {source.constant(members[hook])}")
            else:
                tests.append(f"{hook!r} in {name}")
        source.line(f"if {' or '.join(tests)}: return {source.constant(reference)}(o)")

    def _leads(self, field: Field) -> bool:
        """Whether a field leads to a hook."""
        kind = struct_within(field.type)
        return kind is not None and kind.declaration.cls in self._leading


class _PreSave(_Hooks):
    """From the outside in, as far as everything is what it is declared to be."""

    def __init__(self, described: Declaration, reference: Run) -> None:
        super().__init__(described, "pre_save", reference)

    def _visit(self) -> None:
        self._struct("o", self._described)

    def _struct(self, var: str, described: Declaration) -> None:
        source = self._source
        if described.cls in self._with_hook:
            source.line(f"{var}.pre_save()")
        for field in filter(self._leads, described.serialised):
            with source.block(f"if {var}.{field.has}:") if field.has else contextlib.nullcontext():
                name = source.local()
                source.line(f"{name} = {var}.{field.name}")
                self._value(name, field.type, var)

    def _value(self, name: str, kind: Type, owner: str) -> None:
        source = self._source
        if isinstance(kind, Struct):
            with source.block(f"if type({name}) is {source.constant(kind.declaration.cls)}:"):
                self._struct(name, kind.declaration)
        elif isinstance(kind, Array):
            size, element = source.local(), source.local()
            with source.block(f"if isinstance({name}, list):"):
                source.line(f"{size} = {f'{owner}.{kind.size}' if isinstance(kind.size, str) else kind.size}")
                # A hook may change the list.
                elements = f"{name}[:{size}] if {size} is None or type({size}) is int else ()"
                with source.block(f"for {element} in {elements}:"):
                    self._value(element, kind.element, owner)


class _PostLoad(_Hooks):
    """From the inside out. First it is found out which objects there are: a hook makes no difference to that."""

    def __init__(self, described: Declaration, reference: Run) -> None:
        super().__init__(described, "post_load", reference)
        self._is_straight = self._always_leads_to_the_same(described)
        self._found: list[str] = []

    def _visit(self) -> None:
        source = self._source
        if not self._is_straight:
            source.line("found = []")
        self._struct("o", self._described)
        for name in self._found:
            source.line(f"{name}.post_load()")
        if not self._is_straight:
            source.line("for one in found: one.post_load()")

    def _always_leads_to_the_same(self, described: Declaration) -> bool:
        """Whether it is certain which objects there are that have a hook."""
        return all(
            isinstance(field.type, Struct)
            and not field.optional
            and self._always_leads_to_the_same(field.type.declaration)
            for field in filter(self._leads, described.serialised)
        )

    def _struct(self, var: str, described: Declaration) -> None:
        source = self._source
        for field in filter(self._leads, described.serialised):
            with source.block(f"if {_is_present(var, field)}:") if field.optional else contextlib.nullcontext():
                name = source.local()
                source.line(f"{name} = {var}.{field.name}")
                self._value(name, field.type, var)
        if described.cls not in self._with_hook:
            return
        if self._is_straight:
            self._found.append(var)
        else:
            source.line(f"found.append({var})")

    def _value(self, name: str, kind: Type, owner: str) -> None:
        source = self._source
        if isinstance(kind, Struct):
            self._struct(name, kind.declaration)
        elif isinstance(kind, Array):
            size = f"{owner}.{kind.size}" if isinstance(kind.size, str) else kind.size
            element = source.local()
            with source.block(f"for {element} in {name}{'' if size is None else f'[:{size}]'}:"):
                self._value(element, kind.element, owner)


def _is_present(var: str, field: Field) -> str:
    return f"{var}.{field.has}" if field.has else f"{var}.{field.name} is not None"


def _find(cls: Any, hook: str) -> Any:
    """The hook that the objects of a class have; None where they have none.

    :raises TooHard: that is for each object to say
    """
    bases = cls.__mro__
    if cls.__dictoffset__ or cls.__getattribute__ is not object.__getattribute__:
        raise TooHard
    if any("__getattr__" in vars(base) for base in bases):
        raise TooHard
    found = next((vars(base)[hook] for base in bases if hook in vars(base)), None)
    if found is not None and not isinstance(found, types.FunctionType):
        raise TooHard
    return found
