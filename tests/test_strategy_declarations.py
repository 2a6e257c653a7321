"""Strategies of declared classes themselves."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from examples import few, quick
from hypothesis import find, given, strategies as st

import qidl
from qidl import Mark, declaration, is_declared, to_qobject
from qidl.annotations import METADATA
from qidl.declaration import Array, Integer, String, Struct
from qidl.strategies import declarations, qobjects

RULES = ["1..9", "2", "one of 0, 3, 100", "bits of 0x15", "an even number", "0..4", "a ring of 4 places"]


@few
@given(declarations(), st.data())
def test_declarations(cls: Any, data: st.DataObject) -> None:
    """Drawn classes are declared, and give objects that round-trip."""
    assert is_declared(cls)
    qobject = data.draw(qobjects(cls))
    assert qobject == to_qobject(qidl.from_qobject(cls, qobject))


@pytest.mark.parametrize(
    "condition",
    [
        *(lambda field, mark=mark: field.mark is mark for mark in Mark),
        lambda field: field.has is not None,
        lambda field: field.optional and field.has is None,
        lambda field: isinstance(field.type, Array) and isinstance(field.type.size, str),
        lambda field: isinstance(field.type, Array) and isinstance(field.type.element, Array),
        lambda field: isinstance(field.type, Integer) and field.type.ctype.name == "QEMUTimer",
        lambda field: isinstance(field.type, String) and isinstance(field.type.size, str),
        lambda field: isinstance(field.type, Struct) and field.type.declaration.by_name.get(field.name) is field,
        lambda field: (
            isinstance(field.type, Array) and isinstance(field.type.element, Struct) and field.type.size is None
        ),
        lambda field: isinstance(field.type, Array) and field.mark is Mark.IMMUTABLE,
        lambda field: field.properties and field.properties[0].bit is not None,
        *(lambda field, words=words: words in [rule.expected for rule in field.rules] for words in RULES),
        lambda field: isinstance(field.type, Array) and field.rules,
    ],
)
def test_declarations_of_every_kind(condition: Any) -> None:
    """Every mark, both kinds of optional, sized and nested arrays are drawn."""
    cls: Any = find(
        declarations(depth=0), lambda one: any(condition(f) for f in declaration(one).fields), settings=quick
    )
    assert is_declared(cls)


def _is_required(attribute: Any) -> bool:
    return attribute.default is attrs.NOTHING


def _is_standard(attribute: Any) -> bool:
    marks = attribute.metadata.get(METADATA)
    return marks is not None and Mark.STANDARD in marks.marks and not marks.valid


@pytest.mark.parametrize("condition", [_is_required, _is_standard])
def test_declarations_of_attributes_of_every_kind(condition: Any) -> None:
    """Fields without a default, and those that are marked as what they are anyway, are drawn."""
    cls: Any = find(declarations(depth=0), lambda one: any(map(condition, attrs.fields(one))), settings=quick)
    assert is_declared(cls)


def test_parents() -> None:
    """A drawn class may have a parent, whose fields come first."""
    cls: Any = find(declarations(), lambda one: is_declared(one.__base__), settings=quick)
    parent = [field.name for field in declaration(cls.__base__).fields]
    assert parent == [field.name for field in declaration(cls).fields][: len(parent)]
