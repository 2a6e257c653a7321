"""What a step says is lost, but keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from qidl.compat.step import Lost
from qidl.errors import SchemaError
from qidl.testing.running import fail
from qidl.wire import path as paths

State = dict[str, Any]


@attrs.define
class Claims:
    """What is said to be lost, in all examples.

    One shows nothing: a step may set to 0 what was 0 already.

    :ivar kept: values by path that the other level has at the same path, and that come back
    :ivar lost: paths of values that do not
    """

    kept: dict[str, set[str]] = attrs.field(factory=dict)
    lost: set[str] = attrs.field(factory=set)

    def note(self, losses: Iterable[Lost], there: State, back: State) -> None:
        """See what became of what is said to be lost.

        :param there: the state at the other level
        :param back: what comes of that on the way back
        """
        for loss in losses:
            if all(_has(state, loss.path, loss.value) for state in (there, back)):
                self.kept.setdefault(loss.path, set()).add(repr(loss.value))
            else:
                self.lost.add(loss.path)

    def check(self, where: str) -> None:
        """Hold the step to it.

        :raises AssertionError: it has kept different values of a member, and not lost any
        """
        for path, values in self.kept.items():
            if len(values) > 1 and path not in self.lost:
                fail(f"{where}: {path}", "no Lost for what is kept and comes back", "one each time")


def _has(state: State, path: str, value: Any) -> bool:
    try:
        return bool(paths.get(state, path) == value)
    except SchemaError:
        return False
