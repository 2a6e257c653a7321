"""``check_step``: the laws of a step between two levels."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from qidl.compat.machine import Machine, Part
from qidl.compat.step import Lost, Step, run
from qidl.differences import ABSENT
from qidl.errors import CompatError, QidlError, SchemaError
from qidl.testing.comparing import differences
from qidl.testing.running import Draw, fail, holds, shown, skip
from qidl.wire import path as paths
from qidl.wire.vmstate import VMState

State = dict[str, Any]


def check_step(step: object, layouts: Mapping[str, VMState], *, examples: int = 100) -> None:
    """Hold a step on a section against the laws that every step keeps, both ways.

    What comes of it, the other level's layout encodes; what it says is lost was there, with
    that value; and the way there and back gives the start, but for what was said to be lost. It
    may refuse a state with a CompatError.

    :param step: what ``@step("section", newer=…, older=…)`` made
    :param layouts: layouts of the section, by level: those of the two that the step joins
    :param examples: how many states to try
    :raises AssertionError: a law does not hold: a sentence that names step, path, what was expected and found
    :raises SchemaError: it is no step on a section, or a level's layout is missing
    """
    if not isinstance(step, Step):
        raise SchemaError(f"expected a step on a section, made by @step, found {step!r}")
    for level in (step.newer, step.older):
        if level not in layouts:
            raise SchemaError(f"{step.section}: expected the layout of {level}, found those of {', '.join(layouts)}")
    found = step
    holds(lambda draw: _there_and_back(found, layouts, draw, down=True), step.section, examples)
    holds(lambda draw: _there_and_back(found, layouts, draw, down=False), step.section, examples)


def _there_and_back(step: Step, layouts: Mapping[str, VMState], draw: Draw, *, down: bool) -> None:
    from hypothesis import strategies as st

    from qidl.strategies import states

    source, target = (step.newer, step.older) if down else (step.older, step.newer)
    where = f"{step.section} from {source} to {target}"
    before = draw(states(layouts[source]))
    state = copy.deepcopy(before)
    machine = Machine([Part(f"path{step.section}", 0, layouts[source].version_id, state)])
    alone = draw(st.booleans())
    lost = _run(step, down, state, None if alone else machine, where)
    try:
        layouts[target].encode(state)
    except QidlError as error:
        fail(where, f"a state that {target} can hold of {shown(before)}", error, cause=error)
    for loss in lost:
        _check_loss(loss, before, where)
    _run(step, not down, state, None if alone else machine, f"{where} and back")
    reported = tuple(_slice(loss.path) for loss in lost)
    for path, wanted, found in differences(before, state):
        if not any(path == name or path.startswith((f"{name}.", f"{name}[")) for name in reported):
            fail(f"{where} and back: {path}", f"{shown(wanted)}, or a Lost for it", shown(found))


def _run(step: Step, down: bool, state: State, machine: Machine | None, where: str) -> list[Lost]:
    before = shown(state)
    try:
        return list(run(step.down if down else step.up, state, machine))
    except CompatError:
        skip()
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        fail(where, f"a state or a CompatError of {before}", text, cause=error)


def _check_loss(loss: Lost, before: State, where: str) -> None:
    if _slice(loss.path) != loss.path:
        return
    try:
        value = paths.get(before, loss.path) if loss.path else before
    except SchemaError:
        value = ABSENT
    if value != loss.value:
        fail(f"{where}: {loss.path}", f"a Lost with the value that was there, {shown(value)}", shown(loss.value))


def _slice(path: str) -> str:
    """The path of the whole of which ``sense[32:]`` is a part."""
    return re.sub(r"\[\d*:\d*\]$", "", path)
