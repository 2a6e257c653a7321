"""The engine that is used: from a layout, straight Python is generated once, when it is first needed.

Runs of fixed fields become one unpack, and one pack. Constructs that it does not know read
and write for themselves, as the reference engine has them do. What is refused, for whatever
reason, is left to the reference engine, which names the fault; so the two are to differ
in nothing but time.
"""

from __future__ import annotations

from typing import Any

from qidl.generating.source import Refused, function_or, left_to_reference
from qidl.limits import Limits
from qidl.wire.compiled.program import Function, program
from qidl.wire.vmstate import VMState

__all__ = ["compile_function", "program"]


def compile_function(layout: VMState, kind: str, version_id: int) -> Function:
    """A function for a version of a layout; it raises any exception where the reference engine has to see to it.

    :param kind: ``decode``, from a payload to the state; ``encode``, from the state to a payload;
        ``read_at`` and ``skip_at``, from a view of a stream and an offset to the state and where it
        ends, or to the latter alone
    """
    name, _, at = kind.partition("_")
    function: Function = function_or(left_to_reference, lambda: getattr(program(layout, version_id), name))
    return _within_limits(function, layout.nesting) if at else function


def _within_limits(function: Function, nesting: int) -> Function:
    """Hold structs within one another, of which the layout tells, against the limits."""

    def limited(data: memoryview, offset: int, limits: Limits) -> Any:
        if nesting > limits.nesting:
            raise Refused
        return function(data, offset, limits)

    return limited
