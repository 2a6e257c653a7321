"""The law that a device holds what it is loaded with, as far as one can tell from outside.

A hook may clamp a member, mask it, or compute it from others: so one example shows nothing. A member that is
saved the same in all examples, whatever it was loaded with, is lost. So is an element of a short array.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from qidl.declaration import declaration
from qidl.differences import ABSENT
from qidl.kinds import structs
from qidl.qobject import from_qobject
from qidl.sentences import brief
from qidl.testing.comparing import differences, plain
from qidl.testing.forms import any_index
from qidl.testing.refusing import attempt, saved_from
from qidl.testing.running import Draw, fail, holds
from qidl.wire import path as paths

_ENOUGH = 5
"""Examples at least in which a member comes back as another before it counts as lost."""

_MORE = 10
"""Times the examples that are tried before a member counts as lost: it may be held under conditions that are rare."""

_EACH = 16
"""Elements of an array up to which each is a member, too: those of a longer one are drawn alike, but for a few."""

_AGAIN = re.compile(r"\b(\w+(?:\[\])*)(?:\.\1)+(?![\w\[])")
"""A name that follows itself: ``next.next.next``."""


@attrs.define
class _Member:
    """What has been seen of a member of the QObjects.

    :ivar saved: what it was saved as at first
    :ivar constant: it was never saved as anything else
    :ivar lost: examples in which that is not what it was loaded with
    """

    saved: Any
    constant: bool = True
    lost: int = 0


class _Seen:
    """What has been seen of all members, by path; all elements of an array have one, and of a linked list.

    :ivar tried: examples, whether or not the class accepted them
    """

    def __init__(self, cls: type[Any]) -> None:
        self._cls = cls
        self._saves = any(hasattr(one.cls, "pre_save") for one in structs(declaration(cls)))
        self._members: dict[str, _Member] = {}
        self._computed: set[str] = set()
        self._turns = itertools.count()
        self.tried = 0

    def look(self, draw: Draw, constants: Sequence[int] = ()) -> None:
        """Load an example, and save it.

        :param constants: integers, each of which takes the place of each of the example's in turn
        """
        self.tried += 1
        loaded = _drawn(self._cls, draw)
        places = [*_integers(loaded)]
        if constants and places:
            turn, place = divmod(next(self._turns), len(places))
            struct, name = places[place]
            struct[name] = constants[turn % len(constants)]
        device = attempt(self._cls, from_qobject, self._cls, loaded)
        held = plain(device) if self._saves else None
        saved = saved_from(device, loaded)
        if self._saves:
            # What pre_save writes is for it to say, not for who loads.
            self._computed.update(_at_any_depth(any_index(path)) for path, _, _ in differences(held, device))
        for path, one, other in _members(loaded, saved):
            member = self._members.setdefault(_at_any_depth(path), _Member(other))
            member.constant = member.constant and other == member.saved
            member.lost += one != other

    def lost(self, enough: int) -> dict[str, Any]:
        """The members that are lost, and what they are saved as.

        Those of structs rather than these as a whole, but arrays as a whole rather than element by element.

        :param enough: examples in which one has to have come back as another
        """
        lost = {
            path: member.saved
            for path, member in self._members.items()
            if member.constant and member.lost >= enough and not self._is_computed(any_index(path))
        }
        return {
            path: saved
            for path, saved in lost.items()
            if not any(one != path and (_is_part(one, path) or _covers(one, path)) for one in lost)
        }

    def _is_computed(self, path: str) -> bool:
        return any(paths.is_within(path, one) or paths.is_within(one, path) for one in self._computed)


def check_held(cls: type[Any], examples: int, wanted: str) -> None:
    """Hold a class against the law.

    :param wanted: what examples there have to be, for an error when there are none
    :raises AssertionError: a member is lost
    """
    __tracebackhide__ = True
    name, seen = cls.__name__, _Seen(cls)
    holds(seen.look, name, examples, wanted)
    # With fewer than asked for, these are all that there are: what none of them holds, nothing does.
    enough = 1 if seen.tried < examples else max(_ENOUGH, examples // 2)
    if seen.tried >= examples and (suspects := seen.lost(_ENOUGH)):
        constants = sorted(_constants(cls) | _indexes(suspects))
        holds(lambda draw: seen.look(draw, constants), name, examples * _MORE, wanted)
    for path, saved in seen.lost(enough).items():
        holds(lambda draw, path=path, saved=saved: _fail(cls, path, saved, draw), name, examples * _MORE, wanted)  # type: ignore[misc]


def _fail(cls: type[Any], lost: str, constant: Any, draw: Draw) -> None:
    loaded = _drawn(cls, draw)
    device = attempt(cls, from_qobject, cls, loaded)
    for path, one, other in _members(loaded, saved_from(device, loaded)):
        if _at_any_depth(path) == lost and one != other:
            expected = f"what was loaded, {brief(one)}, to be saved again"
            fail(f"{cls.__name__}.{path}", expected, f"{brief(constant)} each time")


def _drawn(cls: type[Any], draw: Draw) -> dict[str, Any]:
    from qidl.strategies import qobjects

    drawn: dict[str, Any] = draw(qobjects(cls))
    draw.note(f"{cls.__name__} loaded from", drawn)
    return drawn


def _constants(cls: type[Any]) -> set[int]:
    """The integers that methods name, to compare with: modes of which examples may have none."""
    found = {0}
    for one in structs(declaration(cls)):
        for name, method in inspect.getmembers(one.cls, inspect.isfunction):
            if not name.startswith("__"):
                code = method.__code__
                named = (*code.co_consts, *(method.__globals__.get(name) for name in code.co_names))
                found.update(value for value in named if type(value) is int)
    return found


def _indexes(members: Iterable[str]) -> set[int]:
    """The places of elements: one may be held if an integer names it."""
    return {int(index) for path in members for index in re.findall(r"\[(\d+)\]", path)}


def _integers(struct: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The integers of a QObject and of the structs in it, by struct and name."""
    for name, value in struct.items():
        if type(value) is int:
            yield struct, name
        elif isinstance(value, dict):
            yield from _integers(value)


def _members(loaded: Any, saved: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield path and both values of every member that was loaded, and of each element of a short array."""
    if isinstance(loaded, dict) and isinstance(saved, dict):
        for name, member in loaded.items():
            yield from _members(member, saved.get(name, ABSENT), paths.join(path, name))
        return
    yield path, loaded, saved
    if isinstance(loaded, list | bytes) and isinstance(saved, list | bytes):
        for index, (one, other) in enumerate(zip(loaded, saved, strict=False)):
            if isinstance(one, dict | list):
                yield from _members(one, other, f"{path}[]")
            if len(loaded) <= _EACH:
                yield from _members(one, other, f"{path}[{index}]")


def _at_any_depth(path: str) -> str:
    """One path for the elements of a linked list: each by itself is drawn too seldom to tell of it."""
    return _AGAIN.sub(r"\1", path)


def _is_part(path: str, whole: str) -> bool:
    """Whether a path leads into a struct, or the structs of an array, and not just to an element."""
    return paths.is_within(path, whole) and not re.match(r"\[\d", path[len(whole) :])


def _covers(path: str, element: str) -> bool:
    """Whether a path is that of all elements of which the other is one, or of the array as a whole."""
    any_of_them = re.escape(path).replace(r"\[\]", r"\[\d*\]")
    return re.match(rf"{any_of_them}(\[\d|$)", element) is not None
