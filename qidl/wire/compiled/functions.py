"""Where a function that is being generated finds those of the structs within its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from qidl.wire.vmstate import VMState


class Functions(Protocol):
    """Finds functions; they are of the kind that is being generated."""

    def struct(self, layout: VMState) -> Callable[..., Any]:
        """The function for a struct within another."""

    def subsection(self, layout: VMState) -> Callable[..., Any]:
        """The function for a subsection."""
