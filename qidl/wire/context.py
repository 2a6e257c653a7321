"""What goes along while a state is read or written: what fields are told, and what has been written."""

from __future__ import annotations

import functools
import re
from typing import Any

import construct

from qidl.errors import WireError
from qidl.sentences import NO_MEMBER, brief, shown
from qidl.wire import path as paths
from qidl.wire.primitives import State


class Context(construct.Container):  # type: ignore[misc]
    """What a construct is told of the struct that it is in: the members before it, by path.

    :ivar state: the state; while reading, as far as it has been read
    :ivar taken: while writing, what has been written of it
    """

    __slots__ = ("state", "taken")

    def __init__(self, state: State, members: State | None = None, taken: Taken | None = None) -> None:
        super().__init__(members or {})
        self.state = state
        self.taken = taken

    # What construct's own structs ask of the struct that they are in.
    _params = property(lambda self: self)
    _parsing = property(lambda self: self.taken is None)
    _building = property(lambda self: self.taken is not None)
    _sizing = False


_INDEX = re.compile(r"\[\d*\]")


@functools.lru_cache(maxsize=1024)
def _place(path: str) -> str:
    """A path that is the same for all elements of an array."""
    return _INDEX.sub("", path)


class Taken:
    """Which members of a state have been written, so that none is left behind silently.

    A dict may be in several places. What has been written of it is known for each, but for those of an array.
    """

    def __init__(self) -> None:
        self._members: set[tuple[int, str, str | int]] = set()
        self._elements: dict[int, set[int]] = {}
        self._whole: set[int] = set()

    def take(self, state: State, path: str, where: str) -> None:
        """Note that what lies at a path has been written.

        :param where: path of the state itself
        """
        within: Any = state
        place = _place(where)
        for step in paths.parse(path):
            if isinstance(within, list) and isinstance(step, int):
                if step >= len(within):
                    return
                self._elements.setdefault(id(within), set()).add(step)
            elif not isinstance(within, dict) or step not in within:
                return
            self._members.add((id(within), place, step))
            if isinstance(step, str):
                place = paths.join(place, step)
            within = within[step]
        self._whole.add(id(within))

    def check(self, value: Any, path: str) -> None:
        """Refuse a member that no field wrote.

        :raises WireError: for the first of them
        """
        if isinstance(value, dict):
            place = _place(path)
            for name, member in value.items():
                here = paths.join(path, name) if isinstance(name, str) else f"{path}[{brief(name)}]"
                if (id(value), place, name) not in self._members:
                    raise WireError(NO_MEMBER, shown(member), path=here)
                self.check(member, here)
        elif isinstance(value, list):
            written = None if id(value) in self._whole else self._elements.get(id(value))
            last = max(written or (), default=len(value))
            for index, element in enumerate(value):
                if isinstance(element, dict | list):
                    self.check(element, paths.join(path, index))
                elif index > last:
                    raise WireError("no such element", shown(element), path=paths.join(path, index))
                elif written is not None and index not in written and element != 0:
                    raise WireError("0, since it does not travel", shown(element), path=paths.join(path, index))


def has_member(state: State, path: str) -> bool:
    """Whether anything lies at a path of a state."""
    within: Any = state
    for step in paths.parse(path):
        if isinstance(within, dict):
            if step not in within:
                return False
        elif not (isinstance(within, list) and isinstance(step, int) and step < len(within)):
            return False
        within = within[step]
    return True


def get_member(state: State, name: str, path: str) -> Any:
    """Return what lies at a path of a state.

    :param path: of the state itself, for errors
    :raises WireError: nothing does
    """
    if not has_member(state, name):
        raise WireError("a value", NO_MEMBER, path=paths.join(path, name))
    return paths.get(state, name)
