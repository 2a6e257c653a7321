"""Steps between neighbouring levels: small functions that edit one section's QObject, or the machine's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, overload

import attrs

from qidl.errors import DeclarationError
from qidl.sentences import shown

if TYPE_CHECKING:
    from qidl.compat.machine import Machine

State = dict[str, Any]


@attrs.frozen
class Lost:
    """What a step could not keep.

    :ivar path: path of the value in the state before the step
    :ivar value: the value that is lost
    :ivar reason: why
    :ivar harmless: the destination computes it anew, so that no guest can tell
    """

    path: str
    value: Any
    reason: str
    harmless: bool = False


@attrs.frozen
class Loss:
    """What a conversion could not keep.

    :ivar section: idstr of the section, with ``#`` and its instance where that is not 0
    :ivar path: path of the value; empty for a whole section
    :ivar value: the value that is lost
    :ivar reason: why
    :ivar harmless: the destination computes it anew, so that no guest can tell
    """

    section: str
    path: str
    value: Any
    reason: str
    harmless: bool = False

    def __str__(self) -> str:
        place = f"{self.section}.{self.path}" if self.path else self.section
        return f"{place} = {_short(self.value)}: {self.reason}"


def _short(value: Any) -> str:
    if isinstance(value, int):
        return shown(value)
    try:
        text = repr(value)
    except ValueError:
        # An edited state may hold integers that Python refuses to print.
        return type(value).__name__
    return text if len(text) <= 60 else f"{type(value).__name__} of {len(value)}"


Edit = Callable[[State, "Machine | None"], Iterable[Lost] | None]
MachineEdit = Callable[["Machine"], None]


@attrs.frozen
class Step:
    """What changes in one kind of section from a level to the next newer one.

    :ivar section: name of the section; ``/`` begins the name of one whose idstr has a path
    :ivar newer: the newer level
    :ivar older: the older level
    :ivar down: edits a state of the newer level into one of the older; yields or returns what it loses.
        It is given the machine as well, or None where a section is converted alone.
    :ivar up: the way back
    :ivar why: what changed, in words
    """

    section: str
    newer: str
    older: str
    down: Edit = attrs.field(repr=False)
    up: Edit = attrs.field(repr=False)
    why: str = attrs.field(default="", repr=False)


@attrs.frozen
class MachineStep:
    """What changes in the machine as a whole: sections that come or go, names, blocks of memory.

    :ivar newer: the newer level
    :ivar older: the older level
    :ivar down: edits a machine of the newer level into one of the older, which keeps account of losses
    :ivar up: the way back
    :ivar why: what changed, in words
    """

    newer: str
    older: str
    down: MachineEdit = attrs.field(repr=False)
    up: MachineEdit = attrs.field(repr=False)
    why: str = attrs.field(default="", repr=False)


@overload
def step(section: str, *, newer: str, older: str) -> Callable[[type], Step]: ...
@overload
def step(*, newer: str, older: str) -> Callable[[type], MachineStep]: ...
def step(section: str | None = None, *, newer: str, older: str) -> Callable[[type], Any]:
    """Make a step of a class with two functions, ``down(state)`` and ``up(state)``; its docstring says why.

    They edit the state in place, and yield or return a :class:`Lost` for each value that
    they cannot keep. One that takes a second argument is given the whole
    :class:`~qidl.compat.machine.Machine`, for a look at other sections, or None. A function
    that is missing changes nothing. Without a section, the functions take the machine alone.
    """

    def make(cls: type) -> Step | MachineStep:
        down = getattr(cls, "down", _nothing)
        up = getattr(cls, "up", _nothing)
        why = " ".join((cls.__doc__ or "").split())
        if section is None:
            return MachineStep(newer, older, down, up, why)
        return Step(section, newer, older, _with_machine(down), _with_machine(up), why)

    return make


def steps(*found: object) -> tuple[Step | MachineStep, ...]:
    """Put steps in a tuple: to a type checker, what :func:`step` decorates is still a class.

    :raises DeclarationError: one is not a step
    """
    for one in found:
        if not isinstance(one, Step | MachineStep):
            raise DeclarationError(f"expected a step, made by @step, found {one!r}")
    return tuple(one for one in found if isinstance(one, Step | MachineStep))


def _nothing(_: Any) -> None:
    return None


def _with_machine(function: Callable[..., Iterable[Lost] | None]) -> Edit:
    if len(inspect.signature(function).parameters) > 1:
        return function
    return lambda state, _: function(state)


def run(edit: Edit, state: State, machine: Machine | None) -> Iterator[Lost]:
    """Edit a state, and yield what is lost."""
    yield from edit(state, machine) or ()
