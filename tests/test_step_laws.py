"""``check_step``: each law fails in one sentence, and what qidl itself ships keeps them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sentences import sentence

from qidl import (
    CompatError,
    SchemaError,
)
from qidl.compat.chain import STEPS as CHAIN
from qidl.compat.machine import Machine, Part
from qidl.compat.step import Lost, MachineStep, step
from qidl.levels import LEVELS
from qidl.testing import check_step
from qidl.wire.primitives import Bool, UInt8, UInt16, When
from qidl.wire.vmstate import VMState

OLD = VMState("lamp", version_id=1, fields=["level" / UInt8])
NEW = VMState("lamp", version_id=2, fields=["level" / UInt16, "lit" / Bool, "left" / When("lit", UInt8)])
LAYOUTS = {"pc-1.2": OLD, "pc-1.3": NEW}


def _down(state: dict[str, Any]) -> Any:
    if state["level"] > 255:
        raise CompatError("level: expected 255 at most")
    for name in ("lit", "left"):
        if name in state:
            yield Lost(name, state.pop(name), "it is new")


def _up(state: dict[str, Any]) -> None:
    state["lit"] = False


def _step(down: Any = _down, up: Any = _up) -> Any:
    return step("lamp", newer="pc-1.3", older="pc-1.2")(type("Lamp", (), {"down": down, "up": up}))


def test_step_that_keeps_the_laws() -> None:
    """A step that reports what it loses, refuses what it cannot take, and has a way back keeps the laws."""
    check_step(_step(), LAYOUTS)
    check_step(_step(lambda state, machine: _down(state)), LAYOUTS)
    check_step(_step(_claims_what_it_loses), LAYOUTS)


def _silent(state: dict[str, Any]) -> None:
    list(_down(state))


def _lies(state: dict[str, Any]) -> Any:
    for lost in _down(state):
        yield Lost(lost.path, "something", lost.reason)


def _elsewhere(state: dict[str, Any]) -> Any:
    list(_down(state))
    yield Lost("colour", 1, "it is new")


def _crashes(state: dict[str, Any]) -> None:
    raise KeyError("colour")


def _returns_another(state: dict[str, Any]) -> Any:
    return {"level": 0}


def _always_refuses(state: dict[str, Any]) -> None:
    raise CompatError("never")


def _claims_too_much(state: dict[str, Any]) -> Any:
    yield from _down(state)
    yield Lost("level", state["level"], "it is not")


def _claims_what_it_loses(state: dict[str, Any]) -> Any:
    lit = state["lit"]
    yield from _down(state)
    if lit:
        yield Lost("level", state["level"], "it is set anew")
        state["level"] = 0


STEPS = {
    "claims": (
        _step(_claims_too_much),
        ": level: expected no Lost for what is kept and comes back, found one each time",
    ),
    "returns": (
        _step(_returns_another),
        ": expected the state to be edited in place, and Lost for each value that is not kept, found 'level' as a loss",
    ),
    "silent": (_step(_silent), r" and back: l\w+: expected \S+, or a Lost for it, found \w+"),
    "lies": (_step(_lies), r": l\w+: expected a Lost with the value that was there, \S+, found 'something'"),
    "elsewhere": (_step(_elsewhere), r": colour: expected a Lost .*, absent, found 1"),
    "crashes": (_step(_crashes), r": expected a state or a CompatError of .*, found KeyError: 'colour'"),
    "stays": (_step(lambda state: None), r": expected a state that pc-1.2 can hold of .*"),
}


@pytest.mark.parametrize("fault", STEPS)
def test_steps_that_break_a_law(fault: str) -> None:
    """A step that breaks a law is told which, in one sentence with levels and path."""
    found, pattern = STEPS[fault]
    assert re.fullmatch("lamp from pc-1.3 to pc-1.2" + pattern, sentence(lambda: check_step(found, LAYOUTS)))


def test_step_that_always_refuses() -> None:
    """A step that takes nothing is told so."""
    found = sentence(lambda: check_step(_step(_always_refuses), LAYOUTS))
    wanted = "lamp: expected a state that the way down takes, found none among those drawn"
    assert f"{wanted}, the last of which it refused: never" == found


@step(newer="pc-1.3", older="pc-1.2")
class Silent:
    """Drops a section without a word."""

    @staticmethod
    def down(machine: Machine) -> None:
        for part in machine.find("serial"):
            machine.remove(part)


@step(newer="pc-1.3", older="pc-1.2")
class Spoils:
    """Changes what it should leave."""

    @staticmethod
    def down(machine: Machine) -> None:
        machine.find("timer")[0].state["dummy"] = 7


@step(newer="pc-1.3", older="pc-1.2")
class Renames:
    """Has no way back."""

    @staticmethod
    def down(machine: Machine) -> None:
        machine.rename_block("pc.ram", "ram")


@step(newer="pc-1.3", older="pc-1.2")
class Fails:
    """Does not work."""

    @staticmethod
    def down(machine: Machine) -> None:
        {}["pc.ram"]


@step(newer="pc-1.3", older="pc-1.2")
class Invents:
    """Loses what was not there."""

    @staticmethod
    def down(machine: Machine) -> None:
        machine.lose(Part("piano", 0, 1, {}), [Lost("", {}, "it is too loud")])


MACHINE_STEPS = {
    Silent: "machine from pc-1.3 to pc-1.2 and back: serial: expected the section, found none",
    Spoils: "machine from pc-1.3 to pc-1.2 and back: timer: dummy: expected 0, or a Lost for it, found 7",
    Renames: "machine from pc-1.3 to pc-1.2 and back: memory block pc.ram: expected 16777216 bytes, found none",
    Fails: "machine from pc-1.3 to pc-1.2: expected a machine or a CompatError, found KeyError: 'pc.ram'",
    Invents: "machine from pc-1.3 to pc-1.2: expected a loss of a section that was there, found one of piano",
}


@pytest.mark.parametrize("found", MACHINE_STEPS, ids=["silent", "spoils", "renames", "fails", "invents"])
def test_machine_steps_that_break_a_law(found: object) -> None:
    """A step on the machine that breaks a law is told which section or block it is about."""
    assert MACHINE_STEPS[found] == sentence(lambda: check_step(found, examples=5))


def test_step_between_unknown_levels() -> None:
    """A level that qidl does not know has no machine, and no layouts."""
    with pytest.raises(SchemaError, match="expected levels among pc-1.0, .*, found 'pc-9'"):
        check_step(step(newer="pc-9", older="pc-1.3")(type("Later", (), {})))
    with pytest.raises(SchemaError, match="lamp: expected its layouts by level, since qidl has none of pc-1.3"):
        check_step(_step())


def test_what_is_no_step() -> None:
    """What is no step on a section, and a level without a layout, are refused."""
    with pytest.raises(SchemaError, match="expected a step, made by @step, found 1"):
        check_step(1, LAYOUTS)
    with pytest.raises(SchemaError, match="lamp: expected the layout of pc-1.2, found those of pc-1.3"):
        check_step(_step(), {"pc-1.3": NEW})


@pytest.mark.parametrize("examples", [0, -3, 2.5, True])
@pytest.mark.parametrize("found", [_step(), Spoils], ids=["section", "machine"])
def test_examples(found: object, examples: Any) -> None:
    """Any step is tried on some examples, or there is nothing to try."""
    with pytest.raises(SchemaError, match=f"^examples: expected 1 or more, found {examples}$"):
        check_step(found, LAYOUTS if found is not Spoils else None, examples=examples)


def test_layouts_of_a_step_on_the_machine() -> None:
    """What would not be used is refused."""
    with pytest.raises(SchemaError, match="^step on the machine: expected no layouts, found some"):
        check_step(Spoils, LAYOUTS)


def test_own_step() -> None:
    """A step of qidl's own keeps the laws."""
    from qidl.compat.pc_1_0 import STEPS

    found = next(one for one in STEPS if getattr(one, "section", "") == "hpet")
    levels = {name: LEVELS[name].layouts("hpet")[0] for name in ("pc-1.0", "pc-1.1")}
    check_step(found, levels)
    check_step(found, examples=10)


@pytest.mark.parametrize("found", [one for one in CHAIN if isinstance(one, MachineStep)], ids=lambda one: one.why[:20])
def test_own_machine_steps(found: MachineStep) -> None:
    """Steps of qidl's own on the machine keep the laws."""
    check_step(found, examples=15)
