"""The integers that a form of a layout holds."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from qidl.strategies import values
from qidl.strategies.ranges import Range, common
from qidl.strategies.rules import Kept
from qidl.strategies.values import Choice
from qidl.wire import primitives as wire

if TYPE_CHECKING:
    from qidl.strategies.couplings import Coupling


def integers(subcon: Any, coupling: Coupling, kept: Kept) -> Choice[int] | None:
    """What a form holds, with what hangs on it, and what rules leave of it; None if that is no integer."""
    form, tests = _taken_apart(subcon)
    if not hasattr(form, "minimum"):
        return None
    least, most = kept.narrowed(*_range(form, tests))
    choice = _choice(tests, least, most, coupling)
    if all(isinstance(test, wire.Checked) for test in tests) and not kept.rules:
        return choice

    def accepts(value: int) -> bool:
        return least <= value <= most and all(kept.ask(test.accepts, value) for test in tests) and kept.accepts(value)

    return choice.accepted(accepts, kept.near)


def range_of(subcon: Any) -> Range | None:
    """The least and the greatest integer that a form holds; None if it holds none."""
    form, tests = _taken_apart(subcon)
    return _range(form, tests) if hasattr(form, "minimum") else None


def is_bounded(subcon: Any, most: int) -> bool:
    """Whether an integer goes no further than ``most`` on purpose, rather than because of its type."""
    form, tests = _taken_apart(subcon)
    return bool(tests) or most < form.maximum


def _taken_apart(subcon: Any) -> tuple[Any, list[wire.Validated]]:
    tests = []
    while isinstance(subcon, wire.Validated):
        tests.append(subcon)
        subcon = subcon.subcon
    return subcon, tests


def _range(form: Any, tests: list[wire.Validated]) -> Range:
    bounds = [(test.least, test.most) for test in tests if isinstance(test, wire.Checked)]
    return functools.reduce(common, bounds, (form.minimum, form.maximum))


def _choice(tests: list[wire.Validated], least: int, most: int, coupling: Coupling) -> Choice[int]:
    for test in tests:
        if isinstance(test, wire.OneOf):
            return values.sampled(value for value in test.values if least <= value <= most)
    if coupling.most is not None:
        least = max(least, 0)
        return values.counts(least, max(least, min(most, coupling.most)))
    for test in tests:
        if isinstance(test, wire.Bits):
            return values.bits(test.mask)
    return values.integers(least, most, coupling.often)
