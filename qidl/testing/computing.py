"""The law of derived fields: ``post_load`` computes them, whatever they held before."""

from __future__ import annotations

import copy
from typing import Any

from qidl.qobject import fill, from_qobject
from qidl.sentences import brief, raised
from qidl.testing.places import ALL_BITS, ONE_BIT, UNKNOWN, another, copied, derived
from qidl.testing.refusing import RAISED, attempt, draw_device
from qidl.testing.running import Draw, fail
from qidl.testing.stranger import Stranger, is_used


def computed_again(cls: type[Any], draw: Draw) -> None:
    """Load into a device whose derived fields hold something else, and compare them with those of one just made."""
    from hypothesis import strategies as st

    name = cls.__name__
    device, saved = draw_device(cls, draw)
    bits = draw(st.sampled_from([ONE_BIT, ALL_BITS]))
    wanted = {path: copied(place.value) for path, place in derived(device, name).items()}
    _poison(device, name, wanted, bits, _stale(cls, device, draw), strangers=True)
    try:
        fill(device, saved)
    except RAISED:
        # The hook may look at what it replaces, and want more of it than a stranger knows.
        device = attempt(cls, from_qobject, cls, saved)
        _poison(device, name, wanted, bits, {}, strangers=False)
        _fill(device, saved, wanted)
    for path, place in derived(device, name).items():
        expected = wanted.get(path, UNKNOWN)
        if isinstance(place.value, Stranger) and not (expected is UNKNOWN and is_used(place.value)):
            again = "it" if expected is UNKNOWN else brief(expected)
            fail(path, f"post_load to compute {again} again", place.value)
        if expected is not UNKNOWN and place.value != expected:
            fail(path, f"post_load to compute {brief(expected)} again", f"{brief(place.value)} from before the load")


def _fill(device: Any, saved: Any, wanted: dict[str, Any]) -> None:
    try:
        fill(device, saved)
    except RAISED as error:
        fail(", ".join(wanted), "post_load to compute anew, whatever was there before", raised(error), cause=error)


def _stale(cls: type[Any], device: Any, draw: Draw) -> dict[str, dict[Any, Any]]:
    """Dicts that another device has in derived fields: nobody else can say which keys such a dict may have."""
    name = cls.__name__
    if not any(isinstance(place.value, dict) for place in derived(device, name).values()):
        return {}
    other, _ = draw_device(cls, draw, "before that loaded from")
    return {path: place.value for path, place in derived(other, name).items() if isinstance(place.value, dict)}


def _poison(
    device: Any, name: str, wanted: dict[str, Any], bits: int, stale: dict[str, dict[Any, Any]], *, strangers: bool
) -> None:
    for path, place in derived(device, name).items():
        known = wanted.get(path, UNKNOWN) is not UNKNOWN
        other = another(place.value, place.field.type, bits) if known else UNKNOWN
        if other is not UNKNOWN:
            place.value = other
        elif strangers:
            place.value = _other_content(place.value, bits, stale.get(path, {}))


def _other_content(value: Any, bits: int, stale: dict[Any, Any]) -> Any:
    """Something else of the same type, by what it is and not by how its field is declared; else a stranger.

    A hook may rebuild a list or a dict where it is: so it stays one, and its elements are others.

    :param bits: those that are others in integers
    :param stale: what a dict holds by other keys
    """
    match value:
        case bool():
            return not value
        case int():
            return value ^ bits
        case float():
            return value + 1
        case str():
            return "" if value else "?"
        case list():
            elements = copy.copy(value)
            elements[:] = [_other_content(one, bits, {}) for one in value] or [Stranger()]
            return elements
        case dict():
            members = copy.copy(value)
            members.update(stale)
            members.update((key, _other_content(one, bits, {})) for key, one in value.items())
            return members or {"what was there before": Stranger()}
    return Stranger()
