"""From what a field is marked with to the rules that it is held against, and what of it is refused."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from qidl.annotations import CType, Valid
from qidl.errors import DeclarationError
from qidl.kinds import Array, Field, Integer, Type
from qidl.rules import Rule, at_most, check, equal, in_range, in_words, one_of, only_bits, ring
from qidl.sentences import shown


def rules_of(where: str, name: str, kind: Type, given: tuple[Valid, ...]) -> tuple[Rule, ...]:
    """The rules of a field.

    :param where: class and field, for errors
    :raises DeclarationError: the field is not of a type that can be held against them, or never keeps one
    """
    if not given:
        return ()
    whole = kind
    while isinstance(kind, Array):
        kind = kind.element
    if not isinstance(kind, Integer):
        raise DeclarationError(f"{where}: expected an integer, or an array of integers, to be valid")
    return tuple(_rule(where, name, whole, kind.ctype, one) for one in given)


def _rule(where: str, name: str, kind: Type, ctype: CType, given: Valid) -> Rule:
    if given.kind == "ring":
        return _ring(where, kind, given.value)
    try:
        rule = _MAKE[given.kind](name, given.value)
    except (TypeError, ValueError):
        raise DeclarationError(
            f"{where}: expected {given.kind} of {_EXPECTED[given.kind]}, found {shown(given.value)}"
        ) from None
    if given.kind == "le" and isinstance(kind, Array):
        raise DeclarationError(f"{where}: expected an integer that is at most another, found an array")
    least, most = rule.bounds.get(name, (ctype.minimum, ctype.maximum))
    if not ctype.minimum <= least <= most <= ctype.maximum:
        raise DeclarationError(f"{where}: expected {given.kind} within {ctype.name}, found {rule.expected}")
    return rule


def _ring(where: str, kind: Type, names: Any) -> Rule:
    if not isinstance(kind, Array) or kind.capacity is None or kind.size != kind.capacity:
        raise DeclarationError(f"{where}: expected an array of fixed length to be a ring")
    if not isinstance(names, tuple) or len(names) != 3 or not all(isinstance(one, str) for one in names):
        raise DeclarationError(f"{where}: expected ring of {_EXPECTED['ring']}, found {shown(names)}")
    head, tail, count = names
    return ring(head=head, tail=tail, count=count, capacity=kind.capacity)


def _of_range(name: str, value: Any) -> Rule:
    least, most = value
    return in_range(name, operator.index(least), operator.index(most))


def _of_le(name: str, value: Any) -> Rule:
    if value == name or not isinstance(value, str):
        raise ValueError
    return at_most(name, value)


def _of_check(name: str, value: Any) -> Rule:
    if not callable(value):
        raise TypeError
    return check(value, name, expected=in_words(value))


_MAKE: Final[Mapping[str, Callable[[str, Any], Rule]]] = {
    "range": _of_range,
    "le": _of_le,
    "equal": lambda name, value: equal(name, operator.index(value)),
    "enum": lambda name, value: one_of(name, map(operator.index, value)),
    "bits": lambda name, value: only_bits(name, operator.index(value)),
    "check": _of_check,
}

_EXPECTED: Final = {
    "range": "two integers",
    "le": "the name of another field",
    "equal": "an integer",
    "enum": "integers",
    "bits": "a mask",
    "ring": "the names of three fields",
    "check": "a function",
}


def check_default(where: str, default: object, rules: tuple[Rule, ...]) -> None:
    """An object has to hold at first what can be loaded again.

    :raises DeclarationError: its default breaks a rule
    """
    for rule in rules:
        if type(default) is int and len(rule.paths) == 1 and not rule.holds(default):
            raise DeclarationError(f"{where}: expected a default of {rule.expected}, found {default}")


def check_fields(name: str, fields: Mapping[str, Field]) -> None:
    """A rule can only be kept by fields that are loaded with it, and that hold integers.

    :param name: of the class
    :raises DeclarationError: another field is named
    """
    for field in fields.values():
        where = f"{name}.{field.name}"
        for rule in field.rules:
            if not field.serialised:
                raise DeclarationError(f"{where}: a field that is not serialised is not loaded, and so never refused")
            for other in rule.paths:
                known = fields.get(other)
                if len(rule.paths) > 1 and not (known is not None and _is_loaded_integer(known)):
                    raise DeclarationError(
                        f"{where}: valid names {other!r}, expected an integer field that is serialised"
                    )


def _is_loaded_integer(field: Field) -> bool:
    return field.serialised and isinstance(field.type, Integer)
