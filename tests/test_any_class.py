"""Any class, any layout of it, any object: ten uses in a row do what the visitors do, hooks included."""

from __future__ import annotations

import copy
from typing import Any

from conftest import declarations, objects
from hypothesis import given, settings, strategies as st
from test_compiled_classes import built_by_visitor, by_visitor, odd, slow
from test_nothing_but_time import uses, written_by_visitor
from test_payload import assert_agreed_on_object, assert_agreed_on_payload

from qidl import QidlError, declaration, from_qobject, is_declared, to_qobject
from qidl.kinds import Array, Boolean, Declaration, Integer, Struct, Type
from qidl.payload import from_payload, to_payload
from qidl.strategies import states
from qidl.unused import without_unused
from qidl.wire.primitives import (
    Array as WireArray,
    Bool,
    Buffer,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    When,
)
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

FORMS = {form.kind: form for form in (Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64)}


@st.composite
def layouts_of(draw: st.DrawFn, described: Declaration, name: str = "dev") -> VMState:
    """A layout of what a class serialises, most of the time of the same types; text has none, and is left out."""
    fields, subsections = [], []
    for field in described.serialised:
        form = draw(forms_of(field.type, f"{name}_{field.name}"))
        if form is None:
            continue
        if not field.optional:
            fields.append(field.name / form)
        elif field.has in described.by_name and described.by_name[field.has].serialised and draw(st.booleans()):
            fields.append(field.name / When(field.has, form))
        else:
            subsections.append(VMState(f"{name}/{field.name}", version_id=1, fields=[field.name / form]))
    return VMState(name, version_id=1, fields=fields, subsections=subsections)


@st.composite
def forms_of(draw: st.DrawFn, kind: Type, name: str) -> Any:
    match kind:
        case Integer(ctype):
            own = f"{'' if ctype.signed else 'u'}int{8 * ctype.size}"
            return FORMS[draw(st.sampled_from([own] * 9 + sorted(FORMS)))]
        case Boolean():
            return Bool
        case Struct(described):
            return draw(layouts_of(described, name))
        case Array(element, _, size, is_buffer):
            count = draw(st.integers(0, 3)) if size is None else size
            if is_buffer and draw(st.booleans()):
                return Buffer(count)
            form = draw(forms_of(element, name))
            return None if form is None else WireArray(count, form)
    return None


def read_by_visitor(cls: type, layout: VMState, payload: bytes) -> Any:
    state = REFERENCE.decode(layout, payload)
    return built_by_visitor(cls, without_unused(state, layout, layout.version_id))


def make_odd(data: st.DataObject, obj: Any) -> None:
    """Let a field hold what it should not, be it in a struct within."""
    field = data.draw(st.sampled_from(declaration(type(obj)).fields))
    value = getattr(obj, field.name)
    while isinstance(value, list) and value and data.draw(st.booleans()):
        value = value[0]
    if is_declared(type(value)) and declaration(type(value)).fields and data.draw(st.booleans()):
        make_odd(data, value)
    else:
        setattr(obj, field.name, data.draw(odd(getattr(obj, field.name))))


@slow
@given(data=st.data())
def test_qobjects(data: st.DataObject) -> None:
    """To a QObject and back."""
    log: list[Any] = []
    cls = data.draw(declarations(hooks=log, rich=True))
    obj = data.draw(objects(cls))
    qobject = by_visitor(copy.deepcopy(obj))
    log.clear()
    assert uses(built_by_visitor, cls, qobject, log=log) == uses(from_qobject, cls, qobject, log=log)
    assert uses(by_visitor, obj, log=log) == uses(to_qobject, obj, log=log)
    make_odd(data, obj)
    assert uses(by_visitor, obj, log=log) == uses(to_qobject, obj, log=log)


@slow
@given(data=st.data())
def test_payloads(data: st.DataObject) -> None:
    """To bytes and back."""
    log: list[Any] = []
    cls = data.draw(declarations(hooks=log))
    layout = data.draw(layouts_of(declaration(cls)))
    obj = data.draw(objects(cls))
    assert uses(written_by_visitor, obj, layout, log=log) == uses(to_payload, obj, layout, log=log)
    try:
        payload = written_by_visitor(obj, layout)
    except QidlError:
        payload = data.draw(st.binary(max_size=9))
    log.clear()
    assert uses(read_by_visitor, cls, layout, payload, log=log) == uses(from_payload, cls, layout, payload, log=log)
    make_odd(data, obj)
    assert uses(written_by_visitor, obj, layout, log=log) == uses(to_payload, obj, layout, log=log)


@settings(slow, max_examples=150)
@given(data=st.data())
def test_what_is_generated(data: st.DataObject) -> None:
    """The short way agrees with the long one, whatever the class and the layout."""
    cls = data.draw(declarations())
    layout = data.draw(layouts_of(declaration(cls)))
    obj = data.draw(objects(cls))
    assert_agreed_on_object(obj, layout)
    payload = layout.encode(data.draw(states(layout)))
    assert_agreed_on_payload(cls, layout, payload)
    changed = bytearray(payload + bytes(data.draw(st.integers(0, 1))))
    for _ in range(min(len(changed), 1)):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert_agreed_on_payload(cls, layout, bytes(changed))
