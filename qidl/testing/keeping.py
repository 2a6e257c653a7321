"""The laws of what does not travel and is not computed: a load leaves it alone."""

from __future__ import annotations

import contextlib
from typing import Any

from qidl.qobject import fill, from_qobject
from qidl.sentences import brief
from qidl.testing.comparing import differences
from qidl.testing.places import LOW_BITS, ONE_BIT, UNKNOWN, Place, another, copied, kept
from qidl.testing.refusing import RAISED, attempt, draw_device, saved_from
from qidl.testing.running import Draw, fail
from qidl.testing.stranger import Stranger

_Before = dict[str, tuple[Any, Any]]
"""What each field held, and a copy of it."""


def values_kept(cls: type[Any], draw: Draw) -> None:
    """What a field holds is the same after a load, be it what the class says or something else."""
    from hypothesis import strategies as st

    name = cls.__name__
    device, first = draw_device(cls, draw)
    _, saved = draw_device(cls, draw, "then loaded from")
    if draw(st.booleans()) and _kept_though_altered(cls, first, saved, draw):
        return
    before = _held(device, name)
    attempt(cls, fill, device, saved)
    _check(before, device, name)
    for path, wanted, found in differences(saved, saved_from(device, saved)):
        fail(f"{name}.{path}", f"{brief(wanted)} after loading into a device", brief(found))


def _kept_though_altered(cls: type[Any], first: Any, saved: Any, draw: Draw) -> bool:
    """Check a device with other values than its class has; False if it cannot be loaded into.

    The values are made up: no device of the class need have such, nor a hook be able to do with them. What is
    saved may depend on them.
    """
    from hypothesis import strategies as st

    device = attempt(cls, from_qobject, cls, first)
    choices = st.sampled_from([ONE_BIT, LOW_BITS, 0])
    # By field: a hook may do with another value of some, but not of all.
    bits: dict[tuple[type, str], int] = {}
    for place in kept(device, cls.__name__).values():
        field = (type(place.owner), place.field.name)
        if field not in bits:
            bits[field] = draw(choices)
        if bits[field]:
            _alter(place, bits[field])
    before = _held(device, cls.__name__)
    try:
        fill(device, saved)
    except RAISED:
        return False
    _check(before, device, cls.__name__)
    return True


def _alter(place: Place, bits: int) -> None:
    """Set a field to another value, unless its validators refuse that. A hook may loop up to it: so it stays low."""
    other = another(place.value, place.field.type, bits)
    if other is not UNKNOWN:
        with contextlib.suppress(Exception):
            setattr(place.owner, place.field.name, other)


def _held(device: Any, name: str) -> _Before:
    return {path: (place.value, copied(place.value)) for path, place in kept(device, name).items()}


def _check(before: _Before, device: Any, name: str) -> None:
    for path, place in kept(device, name).items():
        same, equal = before.get(path, (place.value, UNKNOWN))
        changed = equal is not UNKNOWN and not place.is_elsewhere and place.value != equal
        if changed or not _is_same(place.value, same):
            mark, value = place.field.mark.value, same if equal is UNKNOWN else equal
            fail(path, f"{brief(value)}, since it is {mark} and no load changes it", brief(place.value))


def _is_same(value: Any, before: Any) -> bool:
    """Whether it is the very object that was there; of a plain value, one that nothing tells from it."""
    is_plain = isinstance(value, int | float | str | bytes)
    return value is before or (is_plain and type(value) is type(before) and value == before)


def host_objects_kept(cls: type[Any], draw: Draw) -> None:
    """Objects of the host are the same after a load."""
    device, saved = draw_device(cls, draw)
    strangers = {}
    for path, place in kept(device, cls.__name__).items():
        if place.value is None:
            place.value = strangers[path] = Stranger()
    try:
        fill(device, saved)
    except RAISED:
        # The hook wants more of an object than a stranger knows: without it, it has loaded.
        return
    for path, place in kept(device, cls.__name__).items():
        if path in strangers and place.value is not strangers[path]:
            mark = place.field.mark.value
            fail(path, f"the object that was there, since it is {mark} and no load changes it", brief(place.value))
