"""Any class, any layout of it, any object: ten uses in a row do what the visitors do, hooks included."""

from __future__ import annotations

import copy
from typing import Any

from conftest import declarations, objects
from hypothesis import given, strategies as st
from test_compiled_classes import built_by_visitor, by_visitor, odd
from test_nothing_but_time import slow, uses, written_by_visitor
from test_payload import layouts_of

from qidl import QidlError, declaration, from_qobject, is_declared, to_qobject
from qidl.payload import from_payload, to_payload
from qidl.unused import without_unused
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState


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
