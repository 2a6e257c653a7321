"""One struct while the function that reads or writes it is written."""

from __future__ import annotations

from typing import Any

from qidl.generating.tree import Struct
from qidl.wire import path as paths
from qidl.wire.compiled.shape import asked_for
from qidl.wire.vmstate import VMState


class Scope:
    """One struct while its fields are gone through.

    :ivar root: its state
    :ivar done: paths of the members so far that are there for certain
    :ivar unsure: paths of those that may be there
    """

    def __init__(self, layout: VMState, version_id: int, declared: Any = None) -> None:
        self.layout = layout
        self.version_id = version_id
        self.root = Struct(declared=declared)
        self.done: list[str] = []
        self.unsure: list[str] = []

    def add(self, path: str, *, is_certain: bool) -> None:
        """Note a member."""
        (self.done if is_certain else self.unsure).append(path)


class ReadingScope(Scope):
    """One that is read.

    :param outer: the struct around it, which has it at a path
    :ivar depth: blocks around the place where it begins
    :ivar declared: what a class says of it
    """

    def __init__(
        self,
        layout: VMState,
        version_id: int,
        depth: int,
        outer: ReadingScope | None = None,
        at: tuple[paths.Step, ...] = (),
        *,
        declared: Any,
    ) -> None:
        super().__init__(layout, version_id, declared)
        self.declared = declared
        self.depth = depth
        self._outer = outer
        self._at = at
        self._asked_for = asked_for(layout, version_id)

    def asks_for(self, path: tuple[paths.Step, ...]) -> bool:
        """Whether another field depends on the one at ``path``."""
        return path in self._asked_for or (self._outer is not None and self._outer.asks_for((*self._at, *path)))


class WritingScope(Scope):
    """One that is written.

    :ivar written: variables that say whether a member has been written, by its path, where it has several forms
    """

    def __init__(self, layout: VMState, version_id: int) -> None:
        super().__init__(layout, version_id)
        self.written: dict[str, str] = {}
