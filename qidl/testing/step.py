"""``check_step``: the laws of a step between two levels."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from qidl.compat.machine import Machine, Part
from qidl.compat.step import Lost, MachineStep, Step, run
from qidl.differences import ABSENT
from qidl.errors import CompatError, QidlError, SchemaError
from qidl.levels import LEVELS
from qidl.sentences import brief, raised
from qidl.testing.claims import Claims
from qidl.testing.comparing import differences
from qidl.testing.running import Draw, check_examples, fail, holds, skip
from qidl.wire import path as paths
from qidl.wire.vmstate import VMState

State = dict[str, Any]


def check_step(step: object, layouts: Mapping[str, VMState] | None = None, *, examples: int = 100) -> None:
    """Hold a step against the laws that every step keeps, both ways.

    What comes of it, the other level's layout encodes; what it says is lost was there, with
    that value, and is not kept each time; and the way there and back gives the start, but for
    what was said to be lost. It may refuse a state with a CompatError. A step on the machine is
    tried on the default PC of its levels.

    :param step: what ``@step(newer=…, older=…)`` made, with or without a section
    :param layouts: layouts of the section, by level: those of the two that the step joins;
        unless given, those that the levels of qidl have
    :param examples: how many states to try; of a step on the machine, a fifth as many machines
    :raises AssertionError: a law does not hold: a sentence that names step, path, what was expected
        and found; the simplest state that shows it is in its notes
    :raises SchemaError: it is no step, a level's layout is missing, or layouts are given for a step on the machine
    """
    __tracebackhide__ = True
    if isinstance(step, MachineStep):
        from qidl.testing.machine_step import check_machine_step

        if layouts is not None:
            raise SchemaError("step on the machine: expected no layouts, found some: those of its levels are used")
        check_examples(examples)
        check_machine_step(step, -(-examples // 5))
        return
    if not isinstance(step, Step):
        raise SchemaError(f"expected a step, made by @step, found {brief(step)}")
    for newer, older in _pairs(step, layouts):
        for source, target in ((newer, older), (older, newer)):
            _check_way(step, source, target, examples, down=source is newer)


def _check_way(step: Step, source: VMState, target: VMState, examples: int, *, down: bool) -> None:
    __tracebackhide__ = True
    claims = Claims()
    wanted = f"a state that the way {'down' if down else 'up'} takes"
    holds(lambda draw: _there_and_back(step, source, target, draw, claims, down=down), step.section, examples, wanted)
    claims.check(_where(step, down=down))


def _where(step: Step, *, down: bool) -> str:
    levels = (step.newer, step.older) if down else (step.older, step.newer)
    return f"{step.section} from {levels[0]} to {levels[1]}"


def _pairs(step: Step, layouts: Mapping[str, VMState] | None) -> Iterable[tuple[VMState, VMState]]:
    """Layouts of the newer and the older level that answer to each other: some sections have several."""
    found = []
    for level in (step.newer, step.older):
        if layouts is not None and level not in layouts:
            raise SchemaError(f"{step.section}: expected the layout of {level}, found those of {', '.join(layouts)}")
        known = LEVELS[level].layouts(step.section) if level in LEVELS else ()
        found.append((layouts[level],) if layouts is not None else known)
        if not found[-1]:
            raise SchemaError(f"{step.section}: expected its layouts by level, since qidl has none of {level}")
    return zip(*found, strict=False)


def _there_and_back(step: Step, source: VMState, target: VMState, draw: Draw, claims: Claims, *, down: bool) -> None:
    from hypothesis import strategies as st

    from qidl.strategies import states

    where = _where(step, down=down)
    before = draw(states(source))
    draw.note(step.section, before)
    state = copy.deepcopy(before)
    machine = Machine([Part(f"path{step.section}", 0, source.version_id, state)])
    alone = draw(st.booleans())
    lost = _run(step, down, state, None if alone else machine, where)
    try:
        target.encode(state)
    except QidlError as error:
        fail(
            where, f"a state that {step.older if down else step.newer} can hold of {brief(before)}", error, cause=error
        )
    for loss in lost:
        check_loss(loss.path, loss.value, before, where)
    there = copy.deepcopy(state)
    _run(step, not down, state, None if alone else machine, f"{where} and back")
    check_difference(before, state, [loss.path for loss in lost], f"{where} and back")
    claims.note(lost, there, state)


def _run(step: Step, down: bool, state: State, machine: Machine | None, where: str) -> list[Lost]:
    before = brief(state)
    try:
        lost: list[Any] = list(run(step.down if down else step.up, state, machine))
    except CompatError as error:
        skip(error)
    except Exception as error:
        fail(where, f"a state or a CompatError of {before}", raised(error), cause=error)
    for one in lost:
        if not isinstance(one, Lost):
            expected = "the state to be edited in place, and Lost for each value that is not kept"
            fail(where, expected, f"{brief(one)} as a loss")
    return lost


def check_loss(path: str, value: Any, before: State, where: str) -> None:
    """What is said to be lost was there, with that value."""
    if whole(path) != path:
        return
    try:
        there = paths.get(before, path) if path else before
    except SchemaError:
        there = ABSENT
    if there != value:
        fail(f"{where}: {path}", f"a Lost with the value that was there, {brief(there)}", brief(value))


def check_difference(before: Any, after: Any, lost: Iterable[str], where: str) -> None:
    """What has changed was said to be lost."""
    reported = tuple(whole(path) for path in lost)
    for path, wanted, found in differences(before, after):
        if not any(paths.is_within(path, name) for name in reported):
            fail(f"{where}: {path}", f"{brief(wanted)}, or a Lost for it", brief(found))


def whole(path: str) -> str:
    """The path of the whole of which ``sense[32:]`` is a part."""
    return re.sub(r"\[\d*:\d*\]$", "", path)
