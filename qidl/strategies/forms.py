"""The integers that a form of a layout holds."""

from __future__ import annotations

from typing import Any

from qidl.strategies import values
from qidl.strategies.couplings import Coupling
from qidl.strategies.rules import Kept
from qidl.strategies.values import Choice
from qidl.wire import primitives as wire


def integers(subcon: Any, coupling: Coupling, kept: Kept) -> Choice[int] | None:
    """What a form holds, with what hangs on it, and what rules leave of it; None if that is no integer."""
    form, tests = subcon, []
    while isinstance(form, wire.Validated):
        tests.append(form)
        form = form.subcon
    if not hasattr(form, "minimum"):
        return None
    least, most = kept.narrowed(*_range(form, tests))
    if coupling.most is not None:
        least = max(least, 0)
        choice = values.counts(least, max(least, min(most, coupling.most)))
    else:
        choice = _choice(tests, least, most, coupling.often)
    if all(isinstance(test, wire.Checked) for test in tests) and not kept.rules:
        return choice

    def accepts(value: int) -> bool:
        return least <= value <= most and all(test.accepts(value) for test in tests) and kept.accepts(value)

    return choice.accepted(accepts, kept.near)


def _range(form: Any, tests: list[wire.Validated]) -> tuple[int, int]:
    bounds = [(test.least, test.most) for test in tests if isinstance(test, wire.Checked)]
    return max([form.minimum, *(least for least, _ in bounds)]), min([form.maximum, *(most for _, most in bounds)])


def _choice(tests: list[wire.Validated], least: int, most: int, often: tuple[int, ...]) -> Choice[int]:
    for test in tests:
        if isinstance(test, wire.OneOf):
            return values.sampled(value for value in test.values if least <= value <= most)
        if isinstance(test, wire.Bits):
            return values.bits(test.mask)
    return values.integers(least, most, often)
