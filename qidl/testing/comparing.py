"""Where two devices or two states differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from qidl.declaration import is_declared
from qidl.sentences import brief

_SHOWN = 8
"""Elements that are shown of where two arrays begin to differ."""

_SIMPLE: Final = frozenset({int, bool, str, bytes})
"""Types of values that have nothing within them."""


def differences(left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield path and both values wherever two devices, or two states, differ.

    Of devices, the fields that ``==`` compares, whether they travel or not.
    """
    from qidl.differences import diff_states

    sides = plain(left), plain(right)
    # Equal are also 1, True and 1.0, which are not the same to who loads them.
    if sides[0] != sides[1] or not _same_types(*sides):
        yield from diff_states(*sides)


def _same_types(left: Any, right: Any) -> bool:
    """Whether of two equal values, what is a bool, an integer or a float in one is the same in the other."""
    if isinstance(left, dict):
        return all(_same_types(member, right[name]) for name, member in left.items())
    if isinstance(left, list):
        types = list(map(type, left))
        alike = types == list(map(type, right)) and set(types) <= _SIMPLE
        return alike or all(map(_same_types, left, right))
    return _number(left) is _number(right)


def _number(value: Any) -> type | None:
    return next((kind for kind in (bool, int, float) if isinstance(value, kind)), None)


def plain(value: Any) -> Any:
    """Dicts and lists that hold what a device does."""
    if is_declared(type(value)):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value)) if field.eq}
    if isinstance(value, dict):
        named = all(isinstance(name, str) for name in value)
        return {name: plain(member) for name, member in value.items()} if named else _Other(value)
    if isinstance(value, list | tuple):
        simple = set(map(type, value)) <= _SIMPLE
        return list(value) if simple else [plain(element) for element in value]
    return bytes(value) if isinstance(value, bytearray) else value


@attrs.frozen
class _Other:
    """A dict by other keys than names: paths do not lead into it."""

    value: dict[Any, Any]

    def __repr__(self) -> str:
        return repr(self.value)


def lines(left: Any, right: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what :func:`differences` does, as lines for a reader show it."""
    for path, one, other in differences(left, right):
        if isinstance(one, list | bytes) and type(one) is type(other):
            yield (path, *_lengths(one, other))
        else:
            yield path, brief(one), brief(other)


def _lengths(left: list[Any] | bytes, right: list[Any] | bytes) -> tuple[str, str]:
    """Of long ones, how many there are and where they begin to differ, rather than the same beginning twice."""
    texts = brief(left), brief(right)
    if not any(text.endswith("...") for text in texts):
        return texts
    shorter = min(len(left), len(right))
    first = next((place for place in range(shorter) if left[place] != right[place]), shorter)
    return _from(left, first), _from(right, first)


def _from(side: list[Any] | bytes, first: int) -> str:
    what = "bytes" if isinstance(side, bytes) else "elements"
    rest = f", from [{first}] on {brief(side[first : first + _SHOWN])}" if len(side) > first else ""
    return f"{len(side)} {what}{rest}"
