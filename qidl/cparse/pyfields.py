"""From the members of a C struct to the fields of a Python declaration."""

from __future__ import annotations

from typing import Final

import attrs

from qidl.annotations import BITS
from qidl.cparse.expression import evaluate
from qidl.cparse.lexer import spell
from qidl.cparse.meaning import FieldMeaning
from qidl.cparse.pytext import Call, Expression, literal, printable
from qidl.cparse.pytypes import INTEGERS, OPAQUE, Scope, Unrepresentable, array, scalar
from qidl.cparse.tree import Tokens

_LONGEST_REASON: Final = 60


@attrs.frozen
class PyField:
    """One field of a Python declaration.

    :ivar name: the attribute
    :ivar annotation: its type
    :ivar value: what is assigned to it: a default, or a mark
    :ivar comment: what is to be said above it
    """

    name: str
    annotation: str
    value: Expression
    comment: str = ""


def py_field(field: FieldMeaning, default_tag: str, scope: Scope) -> PyField:
    """Say in Python what a member says in C.

    A member that is serialised in C, but that a Python declaration cannot describe, is
    marked broken, with the reason.
    """
    name = scope.fields[field.name]
    notes = [field.member.comment] if field.member.comment else []
    if name != field.name:
        notes.append(f"called {field.name} in C")
    try:
        if field.is_ignored:
            annotation, value = _unserialised(field, default_tag, scope)
            value, notes = _with_reason(value, notes)
        else:
            annotation, value = _serialised(field, default_tag, scope)
    except Unrepresentable as error:
        annotation, value = "object", Call(scope.names.use("broken"), (_keyword("reason", literal(str(error))),))
    return PyField(name, annotation, value, "; ".join(notes))


def _keyword(name: str, value: str) -> Call:
    return Call(f"{name}=", (), value)


def _serialised(field: FieldMeaning, default_tag: str, scope: Scope) -> tuple[str, Expression]:
    annotation, value = _value(field, scope)
    if field.optional:
        annotation, value = _optional(field, annotation, value, scope)
    if default_tag != "standard":
        value = Call(scope.names.use("standard"), (value,))
    return annotation, value


def _value(field: FieldMeaning, scope: Scope) -> tuple[str, Expression]:
    """The annotation and default of a field that has no mark."""
    if field.is_array:
        return array(field, scope)
    annotation, value = scalar(field, scope)
    if value:
        return annotation, value
    if field.member.pointers:
        return f"{annotation} | None", "None"
    return annotation, Call(scope.names.use("embedded"), (annotation,))


def _optional(field: FieldMeaning, annotation: str, value: Expression, scope: Scope) -> tuple[str, Expression]:
    has = f"has_{field.name}"
    if has in scope.fields and scope.earlier.get(has) != "bool":
        raise Unrepresentable(f"{has} is no bool that comes before it")
    optional = scope.names.use("optional")
    if has in scope.fields:
        return annotation, Call(optional, () if value == "None" else (value,))
    # Without a bool, absent is None.
    annotation = annotation if annotation.endswith(" | None") else f"{annotation} | None"
    return annotation, Call(optional, (value,) if field.is_array else ())


def _unserialised(field: FieldMeaning, default_tag: str, scope: Scope) -> tuple[str, Expression]:
    annotation, value = _unserialised_value(field, scope)
    if field.properties:
        return _property(field, annotation, value, scope)
    mark = field.marks[0] if field.marks else "broken" if field.member.nested else "immutable"
    is_opaque = field.member.type in OPAQUE and not field.is_array
    implied = not field.explicit and ((mark == default_tag and field.marks) or (is_opaque and mark == "immutable"))
    if implied:
        return annotation, value
    return annotation, Call(scope.names.use(mark), () if value == "None" else (value,))


def _unserialised_value(field: FieldMeaning, scope: Scope) -> tuple[str, Expression]:
    """A type for what does not travel: as good as it gets, for any will do."""
    name = field.member.type.removeprefix("struct ")
    if field.member.parameters is not None or field.member.nested is not None:
        return "object", "None"
    if name in OPAQUE or name in scope.later:
        python = scope.names.use(OPAQUE[name]) if name in OPAQUE else scope.names.class_name(name)
        return f"list[{python}] | None" if field.is_array else f"{python} | None", "None"
    if field.member.pointers and field.type != "str" and field.member.type in INTEGERS and not field.is_array:
        return "object", "None"
    try:
        annotation, value = _value(field, scope)
    except Unrepresentable:
        return "object", "None"
    if field.type == "str" and not field.is_array:
        return "str | None", "None"
    return annotation, value


def _property(field: FieldMeaning, annotation: str, value: Expression, scope: Scope) -> tuple[str, Expression]:
    entries = [_entry(arguments, annotation) for arguments in field.properties]
    name, default, bit = entries[0]
    if len(entries) == 1 and (default is not None or value == "None"):
        given = (name,) if default is None else (name, default)
        return annotation, Call(scope.names.use("property_"), given if bit is None else (*given, _keyword("bit", bit)))
    calls: list[Expression] = []
    bits = 0
    for name, default, bit in entries:
        given = (name,) if default is None else (name, default)
        calls.append(Call(scope.names.use("Property"), given if bit is None else (*given, _keyword("bit", bit))))
        bits |= (default == "True") << int(bit) if bit is not None else 0
    whole = [default for _, default, bit in entries if bit is None and default is not None]
    first = whole[0] if whole else str(bits) if bits else str(value)
    calls.append(_keyword("default", first))
    return annotation, Call(scope.names.use("properties"), tuple(calls))


def _entry(arguments: tuple[Tokens, ...], annotation: str) -> tuple[str, str | None, str | None]:
    """The name, default and bit of a property as Python literals."""
    name = literal(spell(arguments[0]).strip('"'))
    if len(arguments) < 2:
        return name, None, None
    constants = {"true": 1, "false": 0}
    number = evaluate(arguments[-1], constants)
    text = spell(arguments[-1])
    default = None if number is None else str(number)
    if number is not None and (annotation == "bool" or len(arguments) > 2):
        default = str(bool(number))
    elif len(arguments[-1]) == 1 and text.startswith('"'):
        default = literal(printable(text[1:-1]))
    if len(arguments) == 2:
        return name, default, None
    bit = evaluate(arguments[1], {})
    return name, default, str(bit) if bit is not None and bit in BITS else None


def _with_reason(value: Expression, notes: list[str]) -> tuple[Expression, list[str]]:
    """Give a mark the comment beside the member as its reason, if it is short and the mark can take one."""
    takes = isinstance(value, Call) and value.name.removeprefix("qidl_") in (
        "immutable",
        "derived",
        "elsewhere",
        "broken",
    )
    if not takes or not notes or len(notes[0]) > _LONGEST_REASON or '"' in notes[0]:
        return value, notes
    assert isinstance(value, Call)
    reason = _keyword("reason", literal(printable(notes[0])))
    return attrs.evolve(value, arguments=(*value.arguments, reason)), notes[1:]
