"""The chain of steps between two levels, found among the steps that there are; and on to the device object."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from qidl import devices
from qidl.compat import pc_1_0, pc_1_1, pc_1_2
from qidl.compat.device_form import DEVICE_FORMS
from qidl.compat.machine import Machine
from qidl.compat.step import Lost, MachineStep, Step, run
from qidl.errors import CompatError
from qidl.levels import LEVELS, NEWEST, section_key
from qidl.qobject import from_qobject, to_qobject
from qidl.sentences import shown
from qidl.wire import path as paths
from qidl.wire.context import has_member

State = dict[str, Any]

STEPS: Final[tuple[Step | MachineStep, ...]] = (*pc_1_0.STEPS, *pc_1_1.STEPS, *pc_1_2.STEPS)
"""Every step between the levels that qidl knows."""


@attrs.frozen
class Hop:
    """The steps from one level to a neighbour.

    :ivar source: level before
    :ivar target: level after
    :ivar machine: steps on the machine as a whole
    :ivar sections: steps on one section, by the name under which tables know it
    """

    source: str
    target: str
    machine: tuple[MachineStep, ...]
    sections: dict[str, Step]

    @property
    def is_down(self) -> bool:
        """Whether the target is the older level."""
        names = list(LEVELS)
        return names.index(self.target) < names.index(self.source)

    def section(self, key: str, state: State, machine: Machine | None) -> Iterator[Lost]:
        """Take one section's state across, and yield what is lost.

        :raises CompatError: the state is not as the source level writes it, or cannot be taken across
        """
        found = self.sections.get(key)
        if found is None:
            return
        try:
            yield from run(found.down if self.is_down else found.up, state, machine)
        except (LookupError, TypeError) as error:
            # A section of an older version lacks what the step takes for granted.
            raise CompatError(f"expected a state as {self.source} writes it, found one without {error}") from error


def chain(source: str, target: str, steps: Iterable[Step | MachineStep] = STEPS) -> list[Hop]:
    """Return the hops between two levels, from neighbour to neighbour.

    :raises CompatError: there is no level of that name
    """
    names = list(LEVELS)
    for name in (source, target):
        if name not in LEVELS:
            raise CompatError(f"level: expected one of {', '.join(names)}, found {shown(name)}")
    first, last = names.index(source), names.index(target)
    way = names[first : last + 1] if first <= last else names[last : first + 1][::-1]
    known = tuple(steps)
    return [_hop(here, there, known) for here, there in itertools.pairwise(way)]


def _hop(source: str, target: str, steps: Sequence[Step | MachineStep]) -> Hop:
    between = [step for step in steps if {step.newer, step.older} == {source, target}]
    machine = tuple(step for step in between if isinstance(step, MachineStep))
    sections = {step.section: step for step in between if isinstance(step, Step)}
    return Hop(source, target, machine, sections)


@functools.cache
def is_newest_form(key: str, level: str) -> bool:
    """Whether a section's state at a level is the QObject of its device.

    :param key: name by which tables know the section
    """
    return key not in DEVICE_FORMS and not any(key in hop.sections for hop in chain(level, NEWEST))


def to_device(idstr: str, state: State, level: str) -> Any:
    """Make the device object of a section's state, taken up the chain to the newest level.

    :raises CompatError: no class models the section
    """
    cls = devices.device_class(idstr)
    # On the way up nothing is lost that a device could hold.
    taken, _ = _take_up(section_key(idstr), state, level)
    _drop_unused(taken)
    form = DEVICE_FORMS.get(section_key(idstr))
    if form is not None:
        form.up(taken)
    return from_qobject(cls, taken)


def _take_up(key: str, state: State, level: str) -> tuple[State, list[Lost]]:
    """The state at the newest level, and what is lost on the way."""
    taken = copy.deepcopy(state)
    lost = [one for hop in chain(level, NEWEST) for one in hop.section(key, taken, None)]
    return taken, lost


def lost_on_the_way_up(idstr: str, before: State, after: State, level: str) -> Iterator[Lost]:
    """What of a section's state no device can hold, and is therefore not in the state that was made of one.

    :param before: the state of which the device may have been made
    :param after: the state that was made of the device
    """
    try:
        _, lost = _take_up(section_key(idstr), before, level)
    except CompatError:
        # No device was made of it.
        return
    for one in lost:
        if not has_member(after, one.path) or paths.get(after, one.path) != one.value:
            yield one


def _drop_unused(state: Any) -> None:
    """Drop what is kept of bytes that QEMU skips unread: whichever the level, its layouts call it so."""
    if isinstance(state, dict):
        for name in [name for name in state if str(name).startswith("unused")]:
            del state[name]
        for member in state.values():
            _drop_unused(member)
    elif isinstance(state, list):
        for element in state:
            _drop_unused(element)


def from_device(idstr: str, device: Any, level: str) -> tuple[State, tuple[Lost, ...]]:
    """Make a section's state of a device object, taken down the chain from the newest level.

    :returns: the state, and what the level cannot hold
    :raises CompatError: the device is not the section's
    """
    cls = devices.device_class(idstr)
    if type(device) is not cls:
        raise CompatError(f"{idstr}: expected {cls.__name__}, found {type(device).__name__}")
    state = to_qobject(device)
    key = section_key(idstr)
    form = DEVICE_FORMS.get(key)
    if form is not None:
        form.down(state)
    lost: list[Lost] = []
    for hop in chain(NEWEST, level):
        lost += hop.section(key, state, None)
    return state, tuple(lost)
