"""Integers, bytes, text and choices, at their limits on purpose; the simplest comes first, for shrinking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

MAX_COUNT: Final = 5
"""Elements of what nothing bounds."""

MAX_DENSE: Final = 16
"""Elements that are drawn one by one; of a longer array, a few."""


def integers(minimum: int, maximum: int) -> st.SearchStrategy[int]:
    """Integers of a range, its ends and 0 more often than chance would have them."""
    inner = st.integers(minimum, maximum)
    if maximum - minimum < MAX_COUNT:
        return inner
    ends = dict.fromkeys(value for value in (0, minimum, maximum) if minimum <= value <= maximum)
    # Both are drawn: an end that fails can then give way to the integer beside it, which shrinks.
    return st.tuples(st.sampled_from([None, *ends]), inner).map(lambda pair: pair[1] if pair[0] is None else pair[0])


def counts(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers of elements: few, or all that there is room for unless that is a great many."""
    few = st.integers(least, min(most, least + MAX_COUNT))
    return _or(few, most) if least < most <= least + 2 * MAX_DENSE else few


def binary(length: int) -> st.SearchStrategy[bytes]:
    """Bytes of one length; long ones are mostly of one value."""
    if length <= MAX_DENSE:
        return st.binary(min_size=length, max_size=length)
    edits = st.lists(st.tuples(st.integers(0, length - 1), st.integers(0, 255)), max_size=4)
    fills = st.sampled_from([0, 0, 255])
    return st.builds(lambda fill, places: _scattered(bytes([fill]) * length, places), fills, edits)


def _scattered(data: bytes, places: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, byte in places:
        changed[place] = byte
    return bytes(changed)


def texts(capacity: int | None) -> st.SearchStrategy[str]:
    """Text without NUL; that a ``char[capacity]`` can hold with its terminator, full ones on purpose."""
    characters = st.characters(codec="utf-8", exclude_characters="\0")
    if capacity is None:
        return st.text(characters)
    text = st.text(characters, max_size=capacity - 1).filter(lambda value: len(value.encode()) < capacity)
    return _or(text, "x" * (capacity - 1)) if capacity > 1 else text


def _or(strategy: st.SearchStrategy[T], limit: T) -> st.SearchStrategy[T]:
    """Also a limit, now and then: with what was drawn in its place for the shrinker to fall back on."""
    return st.tuples(st.integers(0, 3), strategy).map(lambda pair: limit if pair[0] == 3 else pair[1])


def elements(draw: st.DrawFn, count: int, draw_one: Callable[[], T]) -> list[T]:
    """Elements of an array; of a long one, a few are drawn, and lie scattered among equal ones."""
    if count <= MAX_DENSE:
        return [draw_one() for _ in range(count)]
    common = draw_one()
    found = [_fresh(common) for _ in range(count)]
    for place in draw(st.lists(st.integers(0, count - 1), max_size=3)):
        found[place] = draw_one()
    return found


def _fresh(value: Any) -> Any:
    """A copy that can be edited without the others."""
    if isinstance(value, dict):
        return {name: _fresh(member) for name, member in value.items()}
    return [_fresh(element) for element in value] if isinstance(value, list) else value
