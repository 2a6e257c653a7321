"""One struct while the function that reads it is written."""

from __future__ import annotations

from typing import Any

from qidl.compiled.tree import Struct
from qidl.wire import path as paths
from qidl.wire.compiled.shape import asked_for
from qidl.wire.vmstate import VMState


class Scope:
    """One struct while its fields are gone through.

    :ivar root: its state
    :ivar depth: blocks around the place where it begins
    :ivar done: paths of the members that are there for certain
    :ivar declared: what a class says of it
    """

    def __init__(
        self,
        layout: VMState,
        version_id: int,
        depth: int,
        outer: Scope | None = None,
        at: tuple[paths.Step, ...] = (),
        *,
        declared: Any,
    ) -> None:
        self.root = Struct(declared=declared)
        self.declared = declared
        self.depth = depth
        self.version_id = version_id
        self.done: list[str] = []
        self._outer = outer
        self._at = at
        self._asked_for = asked_for(layout, version_id)

    def asks_for(self, path: tuple[paths.Step, ...]) -> bool:
        """Whether another field depends on the one at ``path``."""
        return path in self._asked_for or (self._outer is not None and self._outer.asks_for((*self._at, *path)))
