"""``check_device``: the laws of a declared class, and the rules by which it is reviewed."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from qidl.annotations import Mark
from qidl.declaration import declaration
from qidl.errors import QidlError, SchemaError, WireError
from qidl.qobject import fill, from_json, from_qobject, to_json, to_qobject
from qidl.testing import rules
from qidl.testing.comparing import differences
from qidl.testing.engines import engines
from qidl.testing.running import Draw, fail, holds, shown, skip
from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState

T = TypeVar("T")
QObject = dict[str, Any]


def check_device(cls: type, layout: VMState | None = None, *, examples: int = 50) -> None:
    """Hold a declared class against the laws that every device keeps, and the rules of its review.

    - What is saved loads, through a QObject and through JSON, and is saved the same again.
    - Each derived field is computed by ``post_load``, whatever it held before.
    - What does not travel keeps its value when a device is loaded into.
    - An optional member follows its ``has_`` bool, an array its size.
    - A broken field carries a reason.
    - With a layout: a state from the wire loads, and is written to the same bytes, on every
      engine; and the layout carries every integer that the class can hold, unless it checks it.

    A class may refuse a QObject, with a QidlError out of ``post_load``.

    :param cls: the class
    :param layout: the layout of its section
    :param examples: how many devices to try each law on
    :raises AssertionError: one does not hold: a sentence that names class, field, what was expected and found
    :raises DeclarationError: the class is not declared
    """
    described = declaration(cls)
    for one in rules.structs(described):
        rules.check_reasons(one)
    laws: list[Callable[[Draw], None]] = [
        lambda draw: _round_trips(cls, draw),
        lambda draw: _derived(cls, draw),
        lambda draw: _kept(cls, draw),
    ]
    if layout is not None:
        laws += [lambda draw: _from_the_wire(cls, layout, draw), lambda draw: _to_the_wire(cls, layout, draw)]
    for law in laws:
        holds(law, described.name, examples)


def _draw_device(cls: type[T], draw: Draw) -> tuple[T, QObject]:
    """A device, and what it is saved to."""
    from qidl.strategies import qobjects

    drawn: QObject = draw(qobjects(cls))
    device = _attempt(f"{cls.__name__} from {shown(drawn)}", from_qobject, cls, drawn)
    return device, _attempt(cls.__name__, to_qobject, device)


def _attempt(where: str, function: Callable[..., T], *arguments: Any) -> T:
    """Call what runs the hooks of a class: a refusal leaves the example, another exception fails."""
    try:
        return function(*arguments)
    except QidlError:
        skip()
    except Exception as error:
        fail(where, "pre_save and post_load to raise QidlErrors alone", f"{type(error).__name__}: {error}", cause=error)


def _round_trips(cls: type[Any], draw: Draw) -> None:
    name = cls.__name__
    device, saved = _draw_device(cls, draw)
    rules.check_shape(declaration(cls), saved, name)
    again = _load(cls, from_qobject, saved)
    for path, wanted, found in differences(device, again):
        fail(f"{name}.{path}", f"{shown(wanted)} after a round trip through a QObject", shown(found))
    for path, wanted, found in differences(saved, to_qobject(again)):
        fail(f"{name}.{path}", f"{shown(wanted)} when it is saved again", shown(found))
    for path, wanted, found in differences(device, _load(cls, from_json, to_json(device))):
        fail(f"{name}.{path}", f"{shown(wanted)} after a round trip through JSON", shown(found))


def _load(cls: type[Any], function: Callable[[type[Any], Any], Any], saved: Any) -> Any:
    try:
        return function(cls, saved)
    except QidlError as error:
        fail(cls.__name__, f"to load what it saved, {shown(saved)}", error, cause=error)


def _derived(cls: type[Any], draw: Draw) -> None:
    device, saved = _draw_device(cls, draw)
    wanted = [
        (place, copy.deepcopy(place.value))
        for place in rules.unserialised(device, cls.__name__)
        if place.field.mark is Mark.DERIVED
    ]
    for place, value in wanted:
        place.value = rules.another(value, place.field.type)
    _attempt(f"{cls.__name__} with other derived fields", fill, device, saved)
    for place, value in wanted:
        if place.value != value:
            fail(place.path, f"post_load to compute {shown(value)} again", f"{shown(place.value)} from before the load")


def _kept(cls: type[Any], draw: Draw) -> None:
    from hypothesis import strategies as st

    name = cls.__name__
    device, _ = _draw_device(cls, draw)
    _, saved = _draw_device(cls, draw)
    if draw(st.booleans()):
        for place in rules.unserialised(device, name):
            known = place.value is not None and rules.plain(place.field.type)
            if known and place.field.mark is not Mark.DERIVED:
                place.value = rules.another(place.value, place.field.type)
    kept = [
        (place, place.value, copy.deepcopy(place.value))
        for place in rules.unserialised(device, name)
        if place.field.mark is not Mark.DERIVED
    ]
    _attempt(f"{name} loaded into", fill, device, saved)
    for place, same, equal in kept:
        if place.value is not same or place.value != equal:
            mark = place.field.mark.value
            fail(place.path, f"{shown(equal)}, since it is {mark} and no load changes it", shown(place.value))
    for path, wanted, found in differences(saved, to_qobject(device)):
        fail(f"{name}.{path}", f"{shown(wanted)} after loading into a device", shown(found))


def _from_the_wire(cls: type[Any], layout: VMState, draw: Draw) -> None:
    from qidl.strategies import states

    name, where = cls.__name__, f"a state of {layout.name} version {layout.version_id}"
    state = _without_unused(draw(states(layout)))
    payload = layout.encode(state)
    for engine, one in engines().items():
        decoded = one.decode(layout, payload)
        try:
            device = from_qobject(cls, decoded)
        except SchemaError as error:
            fail(name, f"to load {where}, {shown(state)}", error, cause=error)
        saved = to_qobject(device)
        for path, wanted, found in differences(decoded, saved):
            fail(f"{name}.{path}", f"{shown(wanted)} when {where} is loaded and saved", shown(found))
        if one.encode(layout, saved) != payload:
            fail(
                name, f"the bytes {shown(payload.hex())} again on the {engine} engine", one.encode(layout, saved).hex()
            )


def _without_unused(state: Any) -> Any:
    """A state without the bytes that QEMU skips unread: they mean nothing to a device."""
    if isinstance(state, dict):
        return {name: _without_unused(value) for name, value in state.items() if not name.startswith("unused")}
    return [_without_unused(element) for element in state] if isinstance(state, list) else state


def _to_the_wire(cls: type[Any], layout: VMState, draw: Draw) -> None:
    _, saved = _draw_device(cls, draw)
    for engine, one in engines().items():
        try:
            payload = one.encode(layout, saved)
        except WireError as error:
            _check_refusal(cls, layout, error)
            return
        for path, wanted, found in differences(saved, one.decode(layout, payload)):
            fail(f"{cls.__name__}.{path}", f"{shown(wanted)} from the wire, by the {engine} engine", shown(found))


def _check_refusal(cls: type[Any], layout: VMState, error: WireError) -> None:
    """A layout may refuse what it checks; what a plain integer on the wire cannot hold, the class should not."""
    form = dict(_leaves(layout)).get(_any_index(error.path))
    if isinstance(form, wire.Integer):
        where = f"{cls.__name__}.{error.path}"
        fail(where, f"no value that {layout.name} cannot carry as {error.expected}", error.found, cause=error)


def _leaves(layout: VMState, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The forms of a layout's fields, by path with the indexes left out."""
    for member in layout.members:
        path = _any_index(paths.join(prefix, member.path))
        form = member.subcon
        while isinstance(form, wire.Array | wire.Listed):
            path, form = f"{path}[]", form.subcon
        if isinstance(form, VMState):
            yield from _leaves(form, path)
        else:
            yield path, form
    for subsection in layout.subsections:
        yield from _leaves(subsection, prefix)


def _any_index(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)
