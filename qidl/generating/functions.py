"""Functions that are generated when they are needed: see :mod:`qidl.compiled` and :mod:`qidl.wire.compiled`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

MOST: Final = 64
"""Functions that are kept: some layouts take any version, and a stream may name very many."""

USES_OF_A_LAYOUT: Final = 4
"""From which on it pays to generate a function of a layout, be it with a class: that takes as long as some uses."""

USES_OF_A_CLASS: Final = 8
"""From which on it pays to generate a function of a class alone."""


def keep(made: dict[Any, Any], what: Any, one: Any) -> None:
    """Keep something that was made; of too many, the oldest goes."""
    if len(made) >= MOST:
        del made[next(iter(made))]
    made[what] = one


class Generated(dict[Any, Callable[..., Any]]):
    """Functions by what they are for, each generated once that pays; a :class:`LookupError` until then.

    :param generate: makes the function. Once there are too many to be kept, it is asked anew for each use, and
        ought to know what it has made.
    :param uses_that_pay: uses from which on they are generated
    """

    def __init__(self, generate: Callable[[Any], Callable[..., Any]], uses_that_pay: int) -> None:
        self._generate = generate
        self._uses_left = uses_that_pay

    def __missing__(self, what: Any) -> Callable[..., Any]:
        self._uses_left -= 1
        if self._uses_left > 0:
            raise LookupError
        return self.generate(what)

    def generate(self, what: Any) -> Callable[..., Any]:
        """Generate a function unless there is one, whether that pays or not."""
        if what in self:
            return self[what]
        function = self._generate(what)
        if len(self) < MOST:
            self[what] = function
        return function
