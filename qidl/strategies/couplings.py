"""What hangs on a field of a layout: how many there are of another, and whether there is another at all."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs
import construct

from qidl.strategies import values
from qidl.strategies.forms import is_bounded
from qidl.strategies.ranges import Range
from qidl.wire import path as paths, primitives as wire
from qidl.wire.context import Context, has_member
from qidl.wire.vmstate import VMState

State = dict[str, Any]
Couplings = Mapping[str, "Coupling"]
Length = int | str | Callable[[State], int]


@attrs.frozen
class Coupling:
    """What to mind when a field is drawn.

    :ivar most: it says how many there are of something: so many at the most
    :ivar often: values on which it depends whether something is there
    """

    most: int | None = None
    often: tuple[int, ...] = ()


NONE: Final = Coupling()
"""Of a field on which nothing hangs."""


def couplings(
    layout: VMState, forms: Mapping[str, Any], left: Mapping[str, Range], simplest: State, copies: int
) -> Couplings:
    """Couplings of a layout's fields, by path.

    :param forms: of its fields
    :param left: what its integers can be
    :param simplest: a state, for a look at what the layout's functions read of it
    :param copies: how many structs of the layout there are
    """
    most: dict[str, int] = {}
    often: dict[str, list[int]] = {}
    for member in _members(layout):
        for condition in member.conditions:
            if isinstance(condition, wire.When) and isinstance(condition.test, str) and condition.equals is not None:
                often.setdefault(condition.test, []).append(condition.equals)
        for length, room in _lengths(member.subcon):
            room = values.share(room, copies)
            for path, limit in _limits(length, room, forms, left, simplest):
                most[path] = min(limit, most.get(path, limit))
    return {path: Coupling(most.get(path), tuple(often.get(path, ()))) for path in {*most, *often}}


def _members(layout: VMState) -> Iterator[Any]:
    """Members of a layout and of its subsections, which share a state."""
    yield from layout.members
    for subsection in layout.subsections:
        yield from _members(subsection)


def _lengths(subcon: Any) -> Iterator[tuple[Length, int]]:
    """The counts and lengths of a field, and how great each may get in an example."""
    while isinstance(subcon, construct.Subconstruct):
        if isinstance(subcon, wire.Array):
            size = max(1, wire.minimum_size(subcon.subcon))
            yield subcon.count, min(values.MOST_ELEMENTS, values.MOST_BYTES // size)
        elif not isinstance(subcon, wire.Listed | wire.Validated | wire.Again):
            yield _size_of(subcon), values.MOST_BYTES
        subcon = subcon.subcon
    if isinstance(subcon, wire.Buffer):
        yield subcon.length, values.MOST_BYTES
    elif not isinstance(subcon, VMState | wire.Unused):
        yield _size_of(subcon), values.MOST_BYTES


def _size_of(subcon: Any) -> Callable[[State], int]:
    """The size of a construct, which may look at the members before it."""
    return lambda state: int(subcon._sizeof(_Members(state), ""))


class _Members(Context):
    """All members of a state, by path."""

    def __getitem__(self, path: str) -> Any:
        return paths.get(self.state, path)

    def get(self, path: str, default: Any = None) -> Any:
        return self[path] if has_member(self.state, path) else default


def _limits(
    length: Length, room: int, forms: Mapping[str, Any], left: Mapping[str, Range], simplest: State
) -> Iterator[tuple[str, int]]:
    """The fields that say a length, and how great each may be."""
    if isinstance(length, str):
        if length in left:
            least, most = left[length]
            # A bound is worth reaching; where there is none but that of the type, a few elements show as much.
            bounded = most <= room or is_bounded(forms[length], most)
            yield length, min(room, most if bounded else max(0, least) + values.MAX_COUNT)
    elif not isinstance(length, int):
        read = {path: left[path][1] for path in _read(length, simplest) if path in left}
        together = max(read.values(), default=0)
        while together and not _fits(length, room, simplest, {path: min(together, read[path]) for path in read}):
            together //= 2
        yield from ((path, together) for path, most in read.items() if together < most)


def _fits(length: Callable[[State], int], room: int, simplest: State, changes: dict[str, int]) -> bool:
    state = copy.deepcopy(simplest)
    for path, value in changes.items():
        paths.put(state, path, value)
    try:
        return length(state) <= room
    except Exception:
        # Not a value that the layout was made for.
        return False


def _read(function: Callable[[State], int], state: State) -> set[str]:
    """Paths of what a function reads of a state."""
    read: set[str] = set()
    # What it has read before it fails is still what it goes by.
    with contextlib.suppress(Exception):
        function(_Watched(state, "", read))
    return read


class _Watched(dict[str, Any]):
    """A state that notes which of its members are read."""

    def __init__(self, state: State, path: str, read: set[str]) -> None:
        super().__init__(state)
        self._path = path
        self._read = read

    def __getitem__(self, name: str) -> Any:
        value, here = super().__getitem__(name), paths.join(self._path, name)
        if isinstance(value, dict):
            return _Watched(value, here, self._read)
        self._read.add(here)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self:
            return default
        return self[name]
