"""From C types to the annotations and default values of a Python declaration."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import attrs

from qidl.cparse.expression import evaluate
from qidl.cparse.lexer import lex
from qidl.cparse.meaning import FieldMeaning, Size
from qidl.cparse.pytext import Call, Expression, Names
from qidl.cparse.tree import SHIPPED_IMMUTABLE_TYPES

INTEGERS: Final = {
    **{f"{sign}int{bits}_t": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "char": "uint8",
    "signed char": "int8",
    "unsigned char": "uint8",
    "short": "int16",
    "unsigned short": "uint16",
    "int": "int32",
    "unsigned": "uint32",
    "unsigned int": "uint32",
    # long has 64 bits on the hosts that matter here.
    "long": "int64",
    "unsigned long": "uint64",
    "long long": "int64",
    "unsigned long long": "uint64",
    "size_t": "size_t",
    "ssize_t": "int64",
    "target_ulong": "target_ulong",
    "hwaddr": "uint64",
    "target_phys_addr_t": "uint64",
    "ram_addr_t": "uint64",
    "dma_addr_t": "uint64",
    "pcibus_t": "uint64",
}
"""The integer types of C, and of QEMU, as qidl calls them."""

OPAQUE: Final = {name: name for name in SHIPPED_IMMUTABLE_TYPES} | {"qemu_irq": "IRQ"}
"""The types that are immutable by default, and their classes."""

_MOST_DIMENSIONS: Final = 16


class Unrepresentable(Exception):
    """A Python declaration cannot say what the C one does; the argument says why."""


@attrs.frozen
class Scope:
    """What a field's type can refer to.

    :ivar names: spells imported names
    :ivar classes: the classes that are declared further up, or imported
    :ivar later: all classes, those declared further down too
    :ivar earlier: the struct's earlier members by their names in C, and their annotations
    :ivar fields: what the struct's members are called in Python, by their names in C
    """

    names: Names
    classes: Collection[str]
    later: Collection[str]
    earlier: dict[str, str]
    fields: Mapping[str, str]


def scalar(field: FieldMeaning, scope: Scope) -> tuple[str, Expression]:
    """Return the annotation of one value, and what it holds at first.

    :raises Unrepresentable: qidl has no such type
    """
    c_type = field.member.type
    name = c_type.removeprefix("struct ")
    if field.type == "str":
        return "str", '""'
    if c_type in INTEGERS or c_type.startswith("enum "):
        return scope.names.use(INTEGERS.get(c_type, "int32")), "0"
    if c_type in ("bool", "_Bool"):
        return "bool", "False"
    if name == "QEMUTimer":
        return scope.names.use("QEMUTimer"), "-1"
    if name in scope.classes:
        return scope.names.class_name(name), ""
    if name in scope.later:
        raise Unrepresentable(f"{name} is not complete here")
    raise Unrepresentable(f"nothing says how {c_type}{' *' * bool(field.member.pointers)} is serialised")


def array(field: FieldMeaning, scope: Scope) -> tuple[str, Call]:
    """Return the annotation of an array and the call that makes it.

    :raises Unrepresentable: its size cannot be said in Python, or its elements cannot
    """
    size, room = field.size, field.capacity
    if not field.member.dimensions:
        dimensions: list[Size | None] = []
    else:
        # Without a size of its own, an array is as long as its brackets say.
        whole = room if room is not None else size
        dimensions = list(whole) if isinstance(whole, tuple) else [whole]
        size = size if room is not None else None
    arguments: list[Expression] = [str(_number(dimension)) for dimension in dimensions]
    if size is not None:
        arguments.append(Call("size=", (), _size(size, scope)))
    if field.is_string and field.type != "str":
        if len(dimensions) != 1:
            raise Unrepresentable("an array of texts of fixed size")
        return "str", Call(scope.names.use("string"), tuple(arguments))
    if len(dimensions) > _MOST_DIMENSIONS:
        raise Unrepresentable(f"an array of {len(dimensions)} dimensions")
    if not arguments:
        raise Unrepresentable("nothing says how many elements there are")
    element, _ = scalar(field, scope)
    depth = max(1, len(dimensions))
    is_buffer = depth == 1 and field.type != "str" and INTEGERS.get(field.member.type) == "uint8"
    annotation = "bytearray" if is_buffer else "list[" * depth + element + "]" * depth
    return annotation, Call(scope.names.use("array"), tuple(arguments))


def _number(size: Size | None) -> int:
    value = size if isinstance(size, int) else None
    if isinstance(size, str):
        value = evaluate(tuple(token.text for token in lex(size) if token.text), {})
    if value is None or value < 0:
        raise Unrepresentable(
            f"its size, {size}, is not a number" if size else "nothing says how many elements there are"
        )
    return value


def _size(size: Size, scope: Scope) -> str:
    if not isinstance(size, str) or not size.isidentifier():
        return str(_number(size))
    if size in scope.earlier and scope.earlier[size] in scope.names.integers:
        return f'"{scope.fields[size]}"'
    if size in scope.fields:
        raise Unrepresentable(f"its size, {size}, is no integer that comes before it")
    raise Unrepresentable(f"its size, {size}, is not known")
