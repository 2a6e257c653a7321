"""The functions of one layout at one version, each generated when it is first asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from qidl.generating.functions import MOST
from qidl.generating.source import Source, TooHard
from qidl.limits import LIMITS, Limits
from qidl.wire.compiled.reading import Reading
from qidl.wire.compiled.shape import is_plain, variant
from qidl.wire.compiled.support import read_foreign, write_foreign
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
        self._encoders: dict[frozenset[str], Callable[[State], bytes]] = {}

    @functools.cached_property
    def decode(self) -> Callable[[bytes, Limits], State]:
        """From a payload to the state."""
        return Reading(Source(), _reader, builds=True).whole(self._plain, self._version_id)

    @functools.cached_property
    def read(self) -> Callable[[bytes, int, Limits], tuple[State, int]]:
        """From bytes and an offset to the state, and the offset where it ends."""
        return Reading(Source(), _reader, builds=True).part(self._plain, self._version_id)

    @functools.cached_property
    def skip(self) -> Callable[[bytes, int, Limits], int]:
        """From bytes and an offset to the offset where it ends, refusing what ``read`` refuses."""
        try:
            return Reading(Source(), _skipper, builds=False).part(self._plain, self._version_id)
        except TooHard:
            # Something depends on the state.
            read = self.read
            return lambda data, offset, limits: read(data, offset, limits)[1]

    @property
    def encode(self) -> Callable[[State], bytes]:
        """From the state to bytes."""
        return self.encoder(frozenset())

    def encoder(self, elsewhere: frozenset[str]) -> Callable[[State], bytes]:
        """From the state, some of whose members are written elsewhere, to bytes."""
        if elsewhere not in self._encoders:
            writing = Writing(_encoder)
            self._encoders[elsewhere] = writing.function(self._plain, self._version_id, elsewhere=elsewhere)
        return self._encoders[elsewhere]

    @property
    def _plain(self) -> VMState:
        if not is_plain(self._layout) or self._layout.nesting > LIMITS.nesting:
            raise TooHard
        return self._layout


def program(layout: VMState, version_id: int) -> Program:
    """The program of a layout; versions that have the same fields share one.

    :raises TooHard: there are so many others of it that a stream seems to name versions at will
    """
    key = variant(layout, version_id)
    found: Program | None = layout.programs.get(key)
    if found is None:
        if len(layout.programs) >= MOST:
            raise TooHard
        found = layout.programs[key] = Program(layout, version_id)
    return found


# The functions for structs within others. Where there is none, the reference engine stands in.


def _reader(layout: VMState, *_: Any) -> Callable[[bytes, int, Limits], tuple[State, int]]:
    try:
        return program(layout, layout.version_id).read
    except TooHard:
        return lambda data, offset, limits: read_foreign(layout, data, offset, limits, {}, {})


def _skipper(layout: VMState, *_: Any) -> Callable[[bytes, int, Limits], int]:
    try:
        return program(layout, layout.version_id).skip
    except TooHard:
        return lambda data, offset, limits: read_foreign(layout, data, offset, limits, {}, {})[1]


def _encoder(layout: VMState, _: None, elsewhere: frozenset[str]) -> Callable[[State], bytes]:
    try:
        return program(layout, layout.version_id).encoder(elsewhere)
    except TooHard:
        if elsewhere:
            raise
        return lambda state: write_foreign(layout, state, {}, {})
