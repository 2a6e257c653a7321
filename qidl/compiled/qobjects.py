"""A class's two functions: from an object to its QObject, and back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from qidl import kinds
from qidl.compiled.declared import structs_of
from qidl.compiled.object_making import ObjectMaking
from qidl.compiled.object_taking import ObjectTaking
from qidl.compiled.support import check_bools, check_text
from qidl.generating.dict_making import DictMaking
from qidl.generating.dict_taking import DictTaking
from qidl.generating.making import Making
from qidl.generating.source import Source, TooHard
from qidl.generating.support import some_bytes
from qidl.generating.taking import Taking
from qidl.generating.tree import Elements, Node, Struct, Value
from qidl.kinds import Array, Boolean, Declaration, Field, Integer, String, Type

_FEW_STRUCTS = 4
"""Structs of an array that are spelled out."""

Later = list[Callable[[], None]]
"""What is to be written once the whole is taken apart."""


def to_qobject(described: Declaration) -> Callable[[Any], dict[str, Any]]:
    """The function from an object to its QObject. No hook runs.

    :raises TooHard: the class is not plain enough
    """
    return _Converting(described, ObjectTaking, DictMaking, to_qobject).function()


def from_qobject(described: Declaration) -> Callable[[dict[str, Any]], Any]:
    """The function from a QObject to an object. No hook runs.

    :raises TooHard: the class is not plain enough
    """
    return _Converting(described, DictTaking, ObjectMaking, from_qobject).function()


class _Converting:
    """Writes the source of a function that takes apart, and makes of the parts what they are on the other side.

    :param element_function: finds the function of the same kind for the elements of an array
    """

    def __init__(
        self,
        described: Declaration,
        taking: Callable[[Source], Taking],
        making: Callable[[Source], Making],
        element_function: Callable[[Declaration], Callable[..., Any]],
    ) -> None:
        structs_of(described)
        self._again = functools.partial(_Converting, described, taking, making, element_function)
        self._described = described
        self._source = Source()
        self._taking = taking(self._source)
        self._making = making(self._source)
        self._element_function = element_function

    def function(self) -> Callable[..., Any]:
        """The function: of one argument."""
        later: Later = []
        declared = kinds.Struct(self._described)
        taken, made = Struct(declared=declared), Struct(declared=declared)
        for field in self._described.serialised:
            self._field(field, taken, made, later)
        self._taking.begin(taken, "o")
        self._write(lambda: self._taking.struct(taken), later)
        self._taking.check_length(taken)
        self._source.line(f"return {self._making.save(made)}")
        return self._source.function("convert(o)", self._described.name)

    def array_function(self, kind: Array) -> Callable[..., Any]:
        """The function for an array within another."""
        later: Later = []
        taken, made = self._array("o", kind, later)
        self._write(lambda: self._taking.take(taken, "o", kind), later)
        self._source.line(f"return {self._making.expression(made, kind)}")
        return self._source.function("convert(o)", self._described.name)

    def _write(self, take: Callable[[], None], later: Later) -> None:
        counted, self._taking.counted = self._taking.counted, []
        take()
        self._taking.check()
        for write in later:
            write()
        self._taking.check_counts()
        self._taking.counted = counted

    def _field(self, field: Field, taken: Struct, made: Struct, later: Later) -> None:
        if field.optional:
            self._optional(field, taken, made, later)
        else:
            taken.members[field.name], made.members[field.name] = self._value(field.type, taken, later)

    def _optional(self, field: Field, taken: Struct, made: Struct, later: Later) -> None:
        source, inner, result = self._source, Later(), self._source.local()
        node, other = self._value(field.type, taken, inner)
        taken.members[field.name] = Value("", test="?")
        made.members[field.name] = Value(result, test=f"{result} is not None", declared=field.type)
        name = node.name if isinstance(node, Value) else source.local()

        def write() -> None:
            source.line(f"{result} = None")
            with source.block(f"if {self._taking.has(taken, field.name)}:"):
                source.line(f"{taken.count} += 1")
                self._write(lambda: self._taking.member(taken, field.name, node, name), inner)
                source.line(f"{result} = {self._making.expression(other, field.type, made)}")

        later.append(write)

    def _value(self, kind: Type, owner: Struct, later: Later) -> tuple[Node, Node]:
        """A value as it is taken, and as it is made."""
        name = self._source.local()
        match kind:
            case Integer():
                value = Value(name, kind="int")
                return value, value
            case Boolean():
                value = Value(name, kind="bool")
                return value, value
            case String():
                later.append(lambda: self._text(name, kind, owner))
                return Value(name, kind="str"), Value(name, declared=kind)
            case kinds.Struct(described):
                taken, made = Struct(), Struct()
                for field in described.serialised:
                    self._field(field, taken, made, later)
                return taken, made
            case Array(kinds.Struct(), size=int(size)) if 0 < size <= _FEW_STRUCTS:
                pairs = [self._value(kind.element, owner, later) for _ in range(size)]
                return Elements([node for node, _ in pairs]), Elements([node for _, node in pairs])
            case Array():
                return self._array(name, kind, later)
        raise TooHard

    def _text(self, name: str, kind: String, owner: Struct) -> None:
        size = kind.size
        if isinstance(size, str):
            node = owner.members[size]
            assert isinstance(node, Value)
            size = node.name
        self._source.line(f"{self._source.constant(check_text)}({name}, {kind.capacity}, {size})")

    def _array(self, name: str, kind: Array, later: Later) -> tuple[Node, Node]:
        source, element = self._source, kind.element
        if kind.is_buffer:
            convert = source.constant(some_bytes)
            later.append(lambda: source.line(f"if type({name}) is not bytes: {name} = {convert}({name})"))
            value = Value(name, kind="bytes")
            return value, value
        copied = Value(f"[*{name}]", kind="list", declared=element)
        match element:
            case Integer():
                # The side that knows the range checks it, be it before or after.
                return Value(name, kind="list"), Value(copied.name, kind="list")
            case Boolean():
                later.append(lambda: source.line(f"{source.constant(check_bools)}({name})"))
                return Value(name, kind="list"), copied
            case String(capacity, None):
                check = source.constant(check_text)
                later.append(lambda: source.line(f"for text in {name}: {check}(text, {capacity}, None)"))
                return Value(name, kind="list"), copied
            case kinds.Struct(described):
                copied.name = f"[{source.constant(self._element_function(described))}(element) for element in {name}]"
                return Value(name, kind="list"), copied
            case Array():
                copied.name = f"[{source.constant(self._again().array_function(element))}(inner) for inner in {name}]"
                return Value(name, kind="list"), copied
        raise TooHard
