"""The laws of QObjects, on random classes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import declarations, objects
from hypothesis import given, strategies as st

from qidl import SchemaError, declaration, fill, from_json, from_qobject, to_json, to_qobject
from qidl.declaration import Array, Declaration, Field, Integer, Struct


@given(st.data())
def test_round_trip(data: st.DataObject) -> None:
    """An object comes back from its QObject and from its JSON text, and is not changed by going there."""
    cls = data.draw(declarations(rich=True))
    obj = data.draw(objects(cls))
    before = copy.deepcopy(obj)
    qobject = to_qobject(obj)
    assert obj == from_qobject(cls, qobject)
    assert obj == from_json(cls, to_json(obj))
    assert obj == from_qobject(cls, json.loads(json.dumps(qobject, default=list)))
    assert before == obj
    assert qobject == to_qobject(from_qobject(cls, qobject))


@given(st.data())
def test_fill_law(data: st.DataObject) -> None:
    """Whatever an object held, after filling it holds the QObject, and what does not travel as before."""
    cls = data.draw(declarations(rich=True))
    qobject = to_qobject(data.draw(objects(cls)))
    obj = data.draw(objects(cls))
    kept = {field.name: object() for field in declaration(cls).fields if not field.serialised}
    for name, value in kept.items():
        setattr(obj, name, value)
    fill(obj, qobject)
    assert qobject == to_qobject(obj)
    assert kept == {name: getattr(obj, name) for name in kept}


@given(st.data())
def test_members_in_struct_order(data: st.DataObject) -> None:
    """Members come in the order of the struct, absent ones left out."""
    cls = data.draw(declarations(rich=True))
    found = list(to_qobject(data.draw(objects(cls))))
    assert [field.name for field in declaration(cls).serialised if field.name in found] == found


def members(described: Declaration, qobject: Any, path: str) -> Iterator[tuple[Any, str | int, Any, str]]:
    """Every member and element of a QObject, as (where it lies, its name or index, its field or type, its path)."""
    for field in described.serialised:
        if field.name in qobject:
            yield qobject, field.name, field, f"{path}.{field.name}"
            yield from _within(field.type, qobject[field.name], f"{path}.{field.name}")


def _within(kind: Any, value: Any, path: str) -> Iterator[tuple[Any, str | int, Any, str]]:
    if isinstance(kind, Struct):
        yield from members(kind.declaration, value, path)
    elif isinstance(kind, Array) and not kind.is_buffer:
        for index, element in enumerate(value):
            yield value, index, kind.element, f"{path}[{index}]"
            yield from _within(kind.element, element, f"{path}[{index}]")


@given(st.data())
def test_wrong_values(data: st.DataObject) -> None:
    """A value of a wrong type or out of range anywhere is refused by its path, and a fill of it changes nothing."""
    cls = data.draw(declarations(rich=True))
    qobject = to_qobject(data.draw(objects(cls)))
    places = list(members(declaration(cls), qobject, cls.__name__))
    if not places:
        return
    within, name, what, path = data.draw(st.sampled_from(places))
    kind = what.type if isinstance(what, Field) else what
    wrong: list[Any] = [None, object(), 1.5]
    if isinstance(kind, Integer):
        wrong += [kind.ctype.minimum - 1, kind.ctype.maximum + 1, False, ""]
    within[name] = data.draw(st.sampled_from(wrong))
    obj = data.draw(objects(cls))
    before = copy.deepcopy(obj)
    with pytest.raises(SchemaError) as caught:
        fill(obj, qobject)
    assert str(caught.value).startswith(f"{path}: expected ")
    assert before == obj


@given(st.data())
def test_missing_and_unknown_members(data: st.DataObject) -> None:
    """A member too many or too few anywhere is refused by its path; an optional one may be missing."""
    cls = data.draw(declarations(rich=True))
    qobject = to_qobject(data.draw(objects(cls)))
    places = [(qobject, cls.__name__)]
    places += [
        (within[name], path)
        for within, name, _, path in members(declaration(cls), qobject, cls.__name__)
        if isinstance(within[name], dict)
    ]
    struct, path = data.draw(st.sampled_from(places))
    struct["no such"] = 0
    with pytest.raises(SchemaError) as caught:
        from_qobject(cls, qobject)
    assert f"{path}.no such: expected no such member, found 0" == str(caught.value)
    del struct["no such"]
    whole = list(members(declaration(cls), qobject, cls.__name__))
    required = [(w, n, p) for w, n, f, p in whole if isinstance(f, Field) and not f.optional]
    if required:
        struct, name, path = data.draw(st.sampled_from(required))
        del struct[name]
        with pytest.raises(SchemaError) as caught:
            from_qobject(cls, qobject)
        assert f"{path}: expected a value, found no such member" == str(caught.value)


@given(st.data())
def test_any_qobject(data: st.DataObject) -> None:
    """Any JSON value at all is read or refused; nothing but SchemaError comes out."""
    cls = data.draw(declarations(rich=True))
    names = st.sampled_from([field.name for field in declaration(cls).fields]) | st.text(max_size=3)
    values = st.recursive(
        st.none() | st.booleans() | st.integers(-2, 300) | st.floats() | st.text(max_size=3) | st.binary(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    )
    qobject = data.draw(values)
    try:
        made = from_qobject(cls, qobject)
    except SchemaError:
        return
    assert made == from_qobject(cls, to_qobject(made))
