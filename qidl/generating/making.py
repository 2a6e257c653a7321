"""What makes a value of what is known of it: the dict of a state, or an object."""

from __future__ import annotations

from typing import Any, Protocol

from qidl.generating.tree import Node, Struct
from qidl.wire import path as paths


class Making(Protocol):
    """Writes the statements that make structs, and add to them.

    What a class says of a value is handed through as ``declared``; dicts have no class, and ignore it.

    :ivar keeps_unused: whether there is a place for bytes that QEMU skips
    :ivar copies_bytes: whether bytes are copied into what is made, so that a view of them will do
    """

    keeps_unused: bool
    copies_bytes: bool

    def kind(self, declared: Any, path: tuple[paths.Step, ...]) -> Any:
        """What a class says of a field; ``path`` leads to it from a struct of which it says ``declared``."""
        ...

    def is_literal(self, node: Node) -> bool:
        """Whether one expression makes the whole."""
        ...

    def is_saved(self, struct: Struct) -> bool:
        """Whether the struct is made, and has all its members."""
        ...

    def save(self, struct: Struct) -> str:
        """Make the struct, or add to it what it lacks; returns the variable that holds it."""
        ...

    def mark(self, struct: Struct, name: str) -> None:
        """Add a member that is True to a struct that is made."""
        ...

    def state(self, struct: Struct) -> str:
        """The struct as a function of the state so far takes it: made, and complete.

        :raises TooHard: it is no dict
        """
        ...

    def expression(self, node: Node, declared: Any, owner: Struct | None = None) -> str:
        """An expression for a new value; what statements it takes are written before.

        :param owner: the struct that it is for, where others of its members tell what it has to be
        """
        ...
