"""The functions of one layout at one version, each generated when it is first asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from qidl.wire.compiled.reading import Reading
from qidl.wire.compiled.shape import is_plain, variant
from qidl.wire.compiled.source import TooHard
from qidl.wire.compiled.support import Refused, read_foreign, write_foreign
from qidl.wire.compiled.writing import Writing
from qidl.wire.primitives import State
from qidl.wire.vmstate import VMState

Function = Callable[..., Any]


class Program:
    """What a layout is compiled to.

    The functions accept what the reference engine accepts, or less, and raise any exception
    where it is less. A property raises :class:`TooHard` where there is no function.
    """

    def __init__(self, layout: VMState, version_id: int) -> None:
        self._layout = layout
        self._version_id = version_id

    @functools.cached_property
    def decode(self) -> Callable[[bytes], State]:
        """From a payload to the state."""
        return Reading(_inner("read"), builds=True).whole(self._plain, self._version_id)

    @functools.cached_property
    def read(self) -> Callable[[bytes, int], tuple[State, int]]:
        """From bytes and an offset to the state, and the offset where it ends."""
        return Reading(_inner("read"), builds=True).part(self._plain, self._version_id)

    @functools.cached_property
    def skip(self) -> Callable[[bytes, int], int]:
        """From bytes and an offset to the offset where it ends, refusing what ``read`` refuses."""
        try:
            return Reading(_inner("skip"), builds=False).part(self._plain, self._version_id)
        except TooHard:
            # Something depends on the state.
            read = self.read
            return lambda data, offset: read(data, offset)[1]

    @functools.cached_property
    def encode(self) -> Callable[..., bytes]:
        """From the state, and how many of its members are not this struct's, to bytes."""
        return Writing(_inner("encode")).function(self._plain, self._version_id)

    @property
    def _plain(self) -> VMState:
        if not is_plain(self._layout):
            raise TooHard
        return self._layout


def program(layout: VMState, version_id: int) -> Program:
    """The program of a layout; versions that have the same fields share one."""
    key = variant(layout, version_id)
    found: Program | None = layout.programs.get(key)
    if found is None:
        found = layout.programs[key] = Program(layout, version_id)
    return found


def _inner(kind: str) -> Callable[[VMState], Function]:
    """Finds the function for a struct within another. Where there is none, the reference engine stands in."""

    def find(layout: VMState) -> Function:
        try:
            function: Function = getattr(program(layout, layout.version_id), kind)
        except TooHard:
            return _by_reference(layout, kind)
        return function

    return find


def _by_reference(layout: VMState, kind: str) -> Function:
    def read(data: bytes, offset: int) -> tuple[Any, int]:
        return read_foreign(layout, data, offset, {}, {})

    def skip(data: bytes, offset: int) -> int:
        return read(data, offset)[1]

    def encode(state: State, others: int = 0) -> bytes:
        if others:
            raise Refused
        return write_foreign(layout, state, {}, {})

    functions: dict[str, Function] = {"read": read, "skip": skip, "encode": encode}
    return functions[kind]
