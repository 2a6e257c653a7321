"""The laws that a declared class keeps together with a layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qidl.declaration import declaration
from qidl.errors import QidlError, SchemaError, WireError
from qidl.faults import hook_of, is_refusal
from qidl.qobject import from_qobject
from qidl.sentences import NO_MEMBER, brief
from qidl.testing.comparing import differences
from qidl.testing.engines import engines
from qidl.testing.forms import Form, any_index, forms
from qidl.testing.lengthening import lengthened
from qidl.testing.refusing import RAISED, draw_device, judge, saved_from
from qidl.testing.rules import breaks_rules
from qidl.testing.running import Draw, fail
from qidl.unused import without_unused
from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState


def from_the_wire(cls: type[Any], layout: VMState, draw: Draw) -> None:
    """A state from the wire loads, and is saved to the same bytes."""
    from qidl.strategies import states

    name, where = cls.__name__, f"a state of {layout.name} version {layout.version_id}"
    # To a device, the bytes that QEMU skips mean nothing.
    state = without_unused(draw(states(layout)), layout, layout.version_id)
    draw.note(layout.name, state)
    payload = layout.encode(state)
    for engine, one in engines().items():
        decoded = one.decode(layout, payload)
        device = _load(cls, where, decoded)
        saved = saved_from(device, decoded)
        for path, wanted, found in _differences(decoded, saved):
            fail(f"{name}.{path}", f"{brief(wanted)} when {where} is loaded and saved", brief(found))
        again = one.encode(layout, saved)
        if again != payload:
            fail(name, f"the bytes {brief(payload.hex())} again on the {engine} engine", brief(again.hex()))


def _load(cls: type[Any], where: str, state: Any) -> Any:
    try:
        return from_qobject(cls, state)
    except RAISED as error:
        if isinstance(error, SchemaError) and not hook_of(cls, error) and not breaks_rules(declaration(cls), state):
            fail(cls.__name__, f"to load {where}, {brief(state)}", error, cause=error)
        judge(cls, error, state)


def to_the_wire(cls: type[Any], layout: VMState, draw: Draw) -> None:
    """What a device is saved to comes back from the wire, unless the layout checks it."""
    _, saved = draw_device(cls, draw)
    _check_carried(cls, layout, saved)
    for longer in lengthened(cls, layout, saved):
        draw.note(f"{cls.__name__} lengthened", longer)
        try:
            device = from_qobject(cls, longer)
        except RAISED as error:
            if not is_refusal(cls, error):
                judge(cls, error, longer)
        else:
            _check_carried(cls, layout, saved_from(device, longer))


def _check_carried(cls: type[Any], layout: VMState, saved: Any) -> None:
    for engine, one in engines().items():
        try:
            payload = one.encode(layout, saved)
        except QidlError as error:
            _check_refusal(cls, layout, error)
            return
        for path, wanted, found in _differences(saved, one.decode(layout, payload)):
            fail(f"{cls.__name__}.{path}", f"{brief(wanted)} from the wire, by the {engine} engine", brief(found))


def _differences(wanted: Any, found: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where two states differ; not in that ``uint8_t`` elements are bytes in one, and integers in the other."""
    return differences(_listed(wanted, found), _listed(found, wanted))


def _listed(value: Any, other: Any) -> Any:
    """A value in which bytes are lists, where the other has lists."""
    if isinstance(value, dict) and isinstance(other, dict):
        return {name: _listed(member, other.get(name)) for name, member in value.items()}
    if isinstance(value, list) and isinstance(other, list):
        return [_listed(*pair) for pair in zip(value, other, strict=True)] if len(value) == len(other) else value
    return list(value) if isinstance(value, bytes) and isinstance(other, list) else value


def _check_refusal(cls: type[Any], layout: VMState, error: QidlError) -> None:
    """A layout may refuse what it checks; what it has no place for on the wire, the class should not hold."""
    if not isinstance(error, WireError):
        fail(cls.__name__, f"a state that {layout.name} can write", error, cause=error)
    if error.expected in {rule.expected for one in layout.walk() for rule in one.rules}:
        return
    where, path = f"{cls.__name__}.{error.path}", any_index(error.path)
    written = [one for one in forms(layout) if one.is_written]
    form = next((one for one in written if one.path == path), None)
    if form is None:
        # Within a form of the layout's own, there is no telling.
        leaves = [one.path for one in written if one.is_leaf]
        known = any(paths.is_within(leaf, path) or paths.is_within(path, leaf) for leaf in leaves)
        if error.expected == NO_MEMBER and not known:
            fail(where, f"no member, since {layout.name} does not carry it", error.found, cause=error)
    elif error.expected == NO_MEMBER:
        fail(where, f"no member, since {_when(form, layout)}", error.found, cause=error)
    elif error.found == NO_MEMBER:
        fail(where, f"a value, since {_when(form, layout)}", "none", cause=error)
    elif isinstance(form.form, wire.Integer | wire.Array | wire.Buffer):
        fail(where, f"no value that {layout.name} cannot carry as {error.expected}", error.found, cause=error)


def _when(form: Form, layout: VMState) -> str:
    """When a layout carries a member."""
    if form.conditions:
        return f"{form.holder.name} carries one if {' and '.join(form.conditions)}"
    if form.is_in_subsection:
        return f"{form.holder.name} carries all of its members or none"
    return f"{layout.name} always carries one"
