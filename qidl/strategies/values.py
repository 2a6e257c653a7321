"""Integers, bytes, text and choices, at their limits on purpose; the simplest comes first, for shrinking.

A limit is drawn from a range of its own, which lies within the whole one. So it can give way to any
value of the whole: the shrinker takes it over as it is, and goes on from there.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, Protocol, TypeVar

import attrs
from hypothesis import strategies as st

T = TypeVar("T")

MAX_COUNT: Final = 5
"""Elements of what nothing bounds, and of most of what something does."""

MAX_DENSE: Final = 16
"""Elements up to which each is drawn. Of a longer array a few are, and of one whose length varies: else a shorter one
would have been drawn in another way, and the shrinker could not get there."""

MOST_ELEMENTS: Final = 4096
"""Elements up to which an array is filled."""

MOST_BYTES: Final = 1 << 16
"""Bytes up to which a buffer, or an array on the wire, is filled."""

_MOST_STRETCHES: Final = 6

_FEW: Final = st.integers(0, _MOST_STRETCHES)

_MOST_TEXT: Final = 512
"""Characters up to which text is filled: Hypothesis draws each, and has a limit of some thousands for an example."""

_NONE: Final = object()

_Near = Callable[[int], Iterable[int]]


class NoSimplest(Exception):
    """What is simplest is not known without drawing."""


@attrs.frozen
class Choice(Generic[T]):
    """Values to choose from.

    :ivar strategy: draws one of them
    """

    strategy: st.SearchStrategy[T]
    _simplest: Any = _NONE

    @property
    def simplest(self) -> T:
        """What the strategy shrinks to.

        :raises NoSimplest: that is not known
        """
        if self._simplest is _NONE:
            raise NoSimplest
        found: T = self._simplest
        return found

    def accepted(self: Choice[int], accepts: Callable[[int], bool], near: _Near | None = None) -> Choice[int]:
        """Those integers that are accepted, or one near it in the place of each other.

        :param near: gives others to try
        """
        known = () if self._simplest is _NONE else (self._simplest,)

        def mended(value: int) -> int:
            return nearest(value, accepts, itertools.chain(near(value) if near else (), known))

        return Choice(self.strategy.map(mended), *map(mended, known)).filter(accepts)

    def filter(self, accepted: Callable[[T], bool]) -> Choice[T]:
        """Those values that are accepted."""
        known = self._simplest is not _NONE and accepted(self._simplest)
        return Choice(self.strategy.filter(accepted), self._simplest if known else _NONE)


def nearest(value: int, accepts: Callable[[int], bool], others: Iterable[int]) -> int:
    """An integer, or one near it that is accepted, or another that is; itself if there is none."""
    if accepts(value):
        return value
    tried = itertools.chain((value - 1, value + 1, value & ~7), others)
    return next((one for one in tried if accepts(one)), value)


class Draw(Protocol):
    """Takes one of the values of a choice."""

    @property
    def raw(self) -> st.DrawFn:
        """Draws from any strategy.

        :raises NoSimplest: nothing is drawn
        """
        ...

    def __call__(self, choice: Choice[T], /) -> T: ...


@attrs.frozen
class Drawing:
    """Lets Hypothesis choose."""

    raw: st.DrawFn

    def __call__(self, choice: Choice[T], /) -> T:
        return self.raw(choice.strategy)


class Simplest:
    """Always takes the simplest value."""

    @property
    def raw(self) -> st.DrawFn:
        """Nothing is drawn."""
        raise NoSimplest

    def __call__(self, choice: Choice[T], /) -> T:
        return choice.simplest


SIMPLEST: Final = Simplest()

# Where one says whether there is something, the shrinker has to take back both: of what follows
# it leaves out the first as it lowers an integer, the place in a list, but not as it lowers a bool.
BOOLEANS: Final[Choice[bool]] = Choice(st.sampled_from([False, True]), False)


@functools.lru_cache(maxsize=1024)
def integers(minimum: int, maximum: int, often: tuple[int, ...] = ()) -> Choice[int]:
    """Integers of a range.

    :param often: those that make a difference; the ends of the range and 0 do in any case
    """
    whole = (minimum, maximum)

    def around(value: int) -> tuple[int, int]:
        return (max(minimum, value - 1), min(maximum, value + 1)) if minimum <= value <= maximum else whole

    inner = [around(value) if value not in whole else whole for value in (0, *often)]
    return Choice(_of_one((whole, *inner, around(minimum), around(maximum))), min(max(minimum, 0), maximum))


@functools.lru_cache(maxsize=1024)
def counts(least: int, most: int) -> Choice[int]:
    """Numbers of elements: few as a rule, and all that there is room for on purpose."""
    few = (least, min(most, least + MAX_COUNT))
    full = (max(least, most - 1), most)
    return Choice(_of_one(((least, most), few, few, full)), least)


def _of_one(ranges: tuple[tuple[int, int], ...]) -> st.SearchStrategy[int]:
    """Integers of one of some ranges, which takes two choices, however few values there are.

    The range of one field may hang on another. Were there fewer choices in a narrower one, the shrinker could
    not lower the other: those that follow would no longer be at their places.
    """
    # Hypothesis would take strategies that are the same together, and make no choice where there is but one value.
    return st.sampled_from([_between(*one) for one in ranges]).flatmap(lambda found: found)


def _between(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most) if least < most else st.integers(least, least + 1).map(lambda _: least)


@functools.lru_cache(maxsize=256)
def bits(mask: int) -> Choice[int]:
    """Integers of no other bits than these."""
    places = [place for place in range(mask.bit_length()) if mask >> place & 1]

    def spread(value: int) -> int:
        return sum(1 << place for index, place in enumerate(places) if value >> index & 1)

    return Choice(integers(0, (1 << len(places)) - 1).strategy.map(spread), 0)


def sampled(options: Iterable[T]) -> Choice[T]:
    """One of some values, the simplest first."""
    found = list(options)
    return Choice(st.sampled_from(found), found[0]) if found else Choice(st.nothing())


@functools.lru_cache(maxsize=256)
def binary(length: int, *, fixed: bool = True) -> Choice[bytes]:
    """Bytes of one length; long ones, and those whose length varies, are zeros but for a few stretches."""
    if fixed and length <= MAX_DENSE:
        return Choice(st.binary(min_size=length, max_size=length), bytes(length))
    if length == 0:
        return Choice(st.just(b""), b"")
    # Of a value, or counting up from it: bytes that are all alike would not show that they have changed places.
    stretches = st.tuples(*_stretch(length), st.integers(0, 255), st.sampled_from([0, 0, 1]))
    drawn = st.lists(stretches, max_size=_MOST_STRETCHES).map(lambda found: _scattered(length, found))
    return Choice(drawn, bytes(length))


@functools.lru_cache(maxsize=256)
def _stretch(length: int) -> tuple[st.SearchStrategy[int], st.SearchStrategy[int]]:
    """How many, and which is the last: each can shrink without the other, to one at the first place that matters."""
    return counts(1, length).strategy, st.integers(0, length - 1)


def _scattered(length: int, stretches: list[tuple[int, int, int, int]]) -> bytes:
    data = bytearray(length)
    for count, last, value, slope in stretches:
        first = max(0, last + 1 - count)
        data[first : last + 1] = bytes((value + slope * index) & 0xFF for index in range(last + 1 - first))
    return bytes(data)


@functools.lru_cache(maxsize=256)
def texts(capacity: int | None) -> Choice[str]:
    """Text without NUL; that a ``char[capacity]`` can hold with its terminator, full ones on purpose."""
    characters = st.characters(codec="utf-8", exclude_characters="\0")
    if capacity is None:
        return Choice(st.text(characters), "")
    room = capacity - 1
    ascii_alone = st.characters(codec="ascii", exclude_characters="\0")
    text = st.text(characters, max_size=room)
    full = st.text(ascii_alone, min_size=room, max_size=room) if room <= _MOST_TEXT else text
    return Choice(st.one_of(text, text, full).map(lambda value: _cut(value, room)), "")


def _cut(text: str, room: int) -> str:
    """Text of so many bytes at the most: its characters are of one to four."""
    return text.encode()[:room].decode(errors="ignore")


def share(limit: int, copies: int) -> int:
    """How many each of some copies may have, so that together they have no more than a limit; one at the least."""
    return max(1, limit // copies)


def elements(draw: Draw, count: int, draw_one: Callable[[Draw], T], *, fixed: bool = True) -> list[T]:
    """Elements of an array; a long one, and one whose length varies, is of the simplest but for a few stretches."""
    if count == 0:
        return []
    if draw is SIMPLEST:
        return _alike(draw_one(draw), count)
    one = _one(draw_one)
    if fixed and count <= MAX_DENSE:
        return [draw.raw(one) for _ in range(count)]
    try:
        found = _alike(draw_one(SIMPLEST), count)
    except NoSimplest:
        found = _alike(draw.raw(one), count)
    draw.raw(_stretches(found, one))
    return found


@st.composite
def _stretches(draw: st.DrawFn, found: list[T], one: st.SearchStrategy[T]) -> None:
    counting, placing = _stretch(len(found))
    for _ in range(draw(_FEW)):
        last = draw(placing)
        first = max(0, last + 1 - draw(counting))
        found[first : last + 1] = _alike(draw(one), last + 1 - first)


@st.composite
def _one(draw: st.DrawFn, draw_one: Callable[[Draw], T]) -> T:
    return draw_one(Drawing(draw))


def whole(draw: Draw, draw_one: Callable[[Draw], T]) -> T:
    """What takes several draws, as one that the shrinker can leave out."""
    return draw_one(draw) if draw is SIMPLEST else draw.raw(_one(draw_one))


def _alike(value: T, count: int) -> list[T]:
    return [_fresh(value) for _ in range(count)]


def _fresh(value: Any) -> Any:
    """A copy that can be edited without the others."""
    if isinstance(value, dict):
        return {name: _fresh(member) for name, member in value.items()}
    return [_fresh(element) for element in value] if isinstance(value, list) else value
