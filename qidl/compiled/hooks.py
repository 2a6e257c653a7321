"""Functions that run the hooks of an object as :mod:`qidl.hooks` does, and leave them to it where they cannot."""

from __future__ import annotations

import contextlib
import functools
import types
from collections.abc import Callable
from typing import Any, TypeGuard

from qidl import hooks
from qidl.compiled.declared import structs_of
from qidl.generating.source import Source, TooHard, function_or
from qidl.kinds import Array, Declaration, Field, Struct, Type, struct_within

Run = Callable[[Any], None]

_FEW_STRUCTS = 4
"""Structs of an array that are spelled out."""

_MANY_STRUCTS = 64
"""Structs that are spelled out in all."""


def pre_save(described: Declaration) -> Run:
    """A function that runs every ``pre_save``, whatever the object holds."""
    reference = functools.partial(hooks.pre_save, described=described)
    return function_or(reference, lambda: _PreSave(Source(), described).function(reference))


def post_load(described: Declaration) -> Run:
    """A function that runs every ``post_load`` of an object that was just loaded."""
    reference = functools.partial(hooks.post_load, described=described)
    return function_or(reference, lambda: PostLoad(Source(), described).function(reference))


def post_load_within(source: Source, described: Declaration) -> PostLoad | AnyPostLoad:
    """What writes how the hooks are run of an object that the same function makes."""
    try:
        return PostLoad(source, described)
    except TooHard:
        return AnyPostLoad(source, described)


class _Hooks:
    """Writes what goes through an object, as far as there are hooks.

    :param hook: its name
    """

    def __init__(self, source: Source, described: Declaration, hook: str) -> None:
        self._source = source
        self._described = described
        self._hook = hook
        self._structs = structs_of(described)
        self._with_hook = {one.cls for one in self._structs if _find(one.cls, hook) is not None}
        self._leading: set[type] = set()
        for one in self._structs:
            if one.cls in self._with_hook or any(map(self._leads, one.serialised)):
                self._leading.add(one.cls)

    def _changed(self) -> str:
        """A test whether a hook has been added to a class, or another put in its place: as tests do."""
        source, hook, tests = self._source, self._hook, []
        for base in dict.fromkeys(base for one in self._structs for base in one.cls.__mro__ if base is not object):
            members = vars(base)
            name = source.constant(members, base)
            if hook in members:
                tests.append(f"{name}.get({hook!r}, 0) is not {source.constant(members[hook])}")
            else:
                tests.append(f"{hook!r} in {name}")
        return " or ".join(tests)

    def _leads(self, field: Field) -> bool:
        """Whether a field leads to a hook."""
        kind = struct_within(field.type)
        return kind is not None and kind.declaration.cls in self._leading


class _PreSave(_Hooks):
    """From the outside in, as far as everything is what it is declared to be."""

    def __init__(self, source: Source, described: Declaration) -> None:
        super().__init__(source, described, "pre_save")

    def function(self, reference: Run) -> Run:
        """The function.

        :param reference: does the same, and is called where the classes have changed meanwhile
        """
        self._source.line(f"if {self._changed()}: return {self._source.constant(reference)}(o)")
        self._struct("o", self._described)
        return self._source.function("pre_save(o)", self._described.name)

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


class PostLoad(_Hooks):
    """From the inside out. First it is found out which objects there are: a hook makes no difference to that."""

    def __init__(self, source: Source, described: Declaration) -> None:
        super().__init__(source, described, "post_load")
        self._is_straight = self._always_leads_to_the_same(described) and self._count(described) <= _MANY_STRUCTS
        self._found: list[str] = []

    def function(self, reference: Run) -> Run:
        """The function.

        :param reference: does the same, and is called where an object or its class is not as it was declared
        """
        source = self._source
        with source.block("try:"):
            self.find("o")
        source.line("except Exception: pass")
        with source.block("else:"):
            self.run()
            source.line("return")
        source.line(f"{source.constant(reference)}(o)")
        return source.function("post_load(o)", self._described.name)

    def find(self, var: str) -> None:
        """Write what finds the objects that have a hook, in a variable and within.

        It runs none, and raises any exception where the classes have changed meanwhile.
        """
        source = self._source
        source.line(f"if {self._changed()}: raise {source.refused}")
        if not self._is_straight:
            source.line("found = []")
        self._struct(var, self._described)

    def run(self) -> None:
        """Write what runs the hooks of what was found."""
        for name in self._found:
            self._source.line(f"{name}.post_load()")
        if not self._is_straight:
            self._source.line("for one in found: one.post_load()")

    def _always_leads_to_the_same(self, described: Declaration) -> bool:
        """Whether it is certain which objects there are that have a hook."""
        return all(
            not field.optional
            and (isinstance(field.type, Struct) or _is_short(field.type))
            and (kind := struct_within(field.type)) is not None
            and self._always_leads_to_the_same(kind.declaration)
            for field in filter(self._leads, described.serialised)
        )

    def _count(self, described: Declaration) -> int:
        """How many structs there are on the way to the hooks, where it is certain which."""
        total = 1
        for field in filter(self._leads, described.serialised):
            kind = struct_within(field.type)
            assert kind is not None
            total += self._count(kind.declaration) * (field.type.room if isinstance(field.type, Array) else 1)
        return total

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
        elif self._is_straight and _is_short(kind):
            elements = [source.local() for _ in range(kind.room)]
            source.line(f"{', '.join(elements)}, = {name}")
            for element in elements:
                self._value(element, kind.element, owner)
        elif isinstance(kind, Array):
            size = f"{owner}.{kind.size}" if isinstance(kind.size, str) else kind.size
            element = source.local()
            with source.block(f"for {element} in {name}{'' if size is None else f'[:{size}]'}:"):
                self._value(element, kind.element, owner)


class AnyPostLoad:
    """Writes what leaves it all to :mod:`qidl.hooks`: it is for each object to say whether it has a hook."""

    def __init__(self, source: Source, described: Declaration) -> None:
        self._source = source
        self._described = described
        self._var = ""

    def find(self, var: str) -> None:
        """Note where the object is."""
        self._var = var

    def run(self) -> None:
        """Write what runs its hooks, and all within it."""
        reference = functools.partial(hooks.post_load, described=self._described)
        self._source.line(f"{self._source.constant(reference)}({self._var})")


def _is_short(kind: Type) -> TypeGuard[Array]:
    """Whether this is an array of a few structs that are always in use, all of them: they are spelled out."""
    return (
        isinstance(kind, Array)
        and isinstance(kind.element, Struct)
        and isinstance(kind.size, int)
        and kind.capacity in (None, kind.size)
        and 0 < kind.size <= _FEW_STRUCTS
    )


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
