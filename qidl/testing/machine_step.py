"""The laws of a step on the machine: on its sections as such, their names, and its blocks of memory."""

from __future__ import annotations

import copy
from typing import Any

from qidl.compat.machine import Block, Machine, Part
from qidl.compat.step import Loss, MachineStep
from qidl.errors import CompatError, SchemaError
from qidl.levels import LEVELS
from qidl.sentences import brief, raised
from qidl.snapshot import Snapshot
from qidl.testing.running import Draw, fail, holds, skip
from qidl.testing.step import check_difference, check_loss

State = dict[str, Any]


def check_machine_step(step: MachineStep, examples: int) -> None:
    """Hold a step on the machine against its laws, both ways, on the default PCs of its levels.

    :raises AssertionError: one does not hold
    :raises SchemaError: qidl does not know its levels
    """
    for level in (step.newer, step.older):
        if level not in LEVELS:
            raise SchemaError(f"step on the machine: expected levels among {', '.join(LEVELS)}, found {brief(level)}")
    holds(lambda draw: _there_and_back(step, draw, down=True), "machine", examples, "a machine that the way down takes")
    holds(lambda draw: _there_and_back(step, draw, down=False), "machine", examples, "a machine that the way up takes")


def _there_and_back(step: MachineStep, draw: Draw, *, down: bool) -> None:
    from qidl.strategies import snapshots

    source, target = (step.newer, step.older) if down else (step.older, step.newer)
    where = f"machine from {source} to {target}"
    machine = _machine(draw(snapshots(source)))
    before, blocks = _states(machine), _lengths(machine)
    _run(step, down, machine, where)
    losses = tuple(machine.losses)
    for loss in losses:
        if loss.section not in before:
            fail(where, "a loss of a section that was there", f"one of {loss.section}")
        check_loss(loss.path, loss.value, before[loss.section], f"{where}: {loss.section}")
    _run(step, not down, machine, f"{where} and back")
    _check_same(before, _states(machine), losses, f"{where} and back")
    after = _lengths(machine)
    for name in [*blocks, *after]:
        wanted, found = (f"{one[name]} bytes" if name in one else "none" for one in (blocks, after))
        if wanted != found:
            fail(f"{where} and back: memory block {name}", wanted, found)


def _machine(snapshot: Snapshot) -> Machine:
    """A snapshot as steps see it."""
    sections = (section for section in snapshot.sections if not section.is_live)
    parts = [Part(one.idstr, one.instance_id, one.version_id, copy.deepcopy(one.state)) for one in sections]
    return Machine(parts, {name: Block(block.length, name) for name, block in snapshot.ram.items()})


def _run(step: MachineStep, down: bool, machine: Machine, where: str) -> None:
    try:
        (step.down if down else step.up)(machine)
    except CompatError as error:
        skip(error)
    except Exception as error:
        fail(where, "a machine or a CompatError", raised(error), cause=error)


def _states(machine: Machine) -> dict[str, State]:
    names = (f"{part.idstr}#{part.instance_id}" if part.instance_id else part.idstr for part in machine)
    return {name: copy.deepcopy(part.state) for name, part in zip(names, machine, strict=True)}


def _lengths(machine: Machine) -> dict[str, int]:
    return {name: block.length for name, block in machine.blocks.items()}


def _check_same(before: dict[str, State], after: dict[str, State], losses: tuple[Loss, ...], where: str) -> None:
    for name in [*before, *(name for name in after if name not in before)]:
        lost = [loss.path for loss in losses if loss.section == name]
        if name in before and name in after:
            check_difference(before[name], after[name], lost, f"{where}: {name}")
        elif "" not in lost:
            presence = ("the section", "none") if name in before else ("no such section", "one")
            fail(f"{where}: {name}", *presence)
