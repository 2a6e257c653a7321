"""``check_device``: the laws of a declared class, and the rules by which it is reviewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qidl.declaration import declaration
from qidl.faults import check_of, is_refusal
from qidl.qobject import from_json, from_qobject, to_json
from qidl.sentences import brief
from qidl.testing import computing, device_wire, keeping, rules
from qidl.testing.comparing import differences
from qidl.testing.engines import check_is_layout
from qidl.testing.holding import check_held
from qidl.testing.refusing import RAISED, draw_device, judge, saved_from
from qidl.testing.running import Draw, fail, holds
from qidl.wire.vmstate import VMState

QObject = dict[str, Any]

_ACCEPTED = "a QObject that it accepts"


def check_device(cls: type, layout: VMState | None = None, *, examples: int = 50) -> None:
    """Hold a declared class against the laws that every device keeps, and the rules of its review.

    - What is loaded is saved again: a member may be clamped, masked or computed from others, but neither
      it nor an element of a short array may become the same each time. What ``pre_save`` writes is for it to say.
    - What is saved loads, through a QObject and through JSON, and is saved the same again.
    - Each derived field is computed by ``post_load``, whatever it held before.
    - What does not travel keeps its value when a device is loaded into.
    - An optional member follows its ``has_`` bool, an array its size.
    - A broken field carries a reason.
    - With a layout: a state from the wire loads, and is written to the same bytes, on every
      engine; and the layout carries every member and every integer that the class can hold,
      unless it checks it.

    A class may refuse a QObject: with a QidlError out of ``post_load``, by what its fields are
    :func:`~qidl.annotations.valid` for, or with a validator of attrs.
    What it has loaded, it has to save.

    :param cls: the class
    :param layout: the layout of its section
    :param examples: how many devices to try each law on
    :raises AssertionError: one does not hold: a sentence that names class, field, what was expected
        and found; the simplest device that shows it is in its notes, which pytest prints beneath
    :raises DeclarationError: the class is not declared
    :raises SchemaError: the layout is none, or no number of examples is given
    """
    __tracebackhide__ = True
    described = declaration(cls)
    rules.check_reasons(described)
    laws: list[Callable[[Draw], None]] = [
        lambda draw: _round_trips(cls, draw),
        lambda draw: computing.computed_again(cls, draw),
        lambda draw: keeping.values_kept(cls, draw),
        lambda draw: keeping.host_objects_kept(cls, draw),
    ]
    if layout is not None:
        check_is_layout(layout)
        laws.append(lambda draw: device_wire.from_the_wire(cls, layout, draw))
        laws.append(lambda draw: device_wire.to_the_wire(cls, layout, draw))
    for law in laws:
        holds(law, described.name, examples, _ACCEPTED, lambda error: check_of(cls, error))
    check_held(cls, examples, _ACCEPTED)


def _round_trips(cls: type[Any], draw: Draw) -> None:
    name = cls.__name__
    device, saved = draw_device(cls, draw)
    rules.check_sizes(device, name)
    again = _load(cls, from_qobject, saved)
    rules.check_presence(device, again, name)
    for path, wanted, found in differences(device, again):
        fail(f"{name}.{path}", f"{brief(wanted)} after a round trip through a QObject", brief(found))
    for path, wanted, found in differences(saved, saved_from(again, saved)):
        fail(f"{name}.{path}", f"{brief(wanted)} when it is saved again", brief(found))
    for path, wanted, found in differences(device, _load(cls, from_json, saved_from(device, saved, to_json))):
        fail(f"{name}.{path}", f"{brief(wanted)} after a round trip through JSON", brief(found))


def _load(cls: type[Any], function: Callable[[type[Any], Any], Any], saved: Any) -> Any:
    try:
        return function(cls, saved)
    except RAISED as error:
        if not is_refusal(cls, error):
            judge(cls, error, saved)
        fail(cls.__name__, f"to load what it saved, {brief(saved)}", error, cause=error)
