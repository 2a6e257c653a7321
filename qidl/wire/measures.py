"""How many there are of something, and how many bytes it takes at the least."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from qidl.errors import SchemaError
from qidl.rules import function_name as function_name, in_words as in_words
from qidl.sentences import shown
from qidl.wire import path as paths
from qidl.wire.reader import State


def measure(length: int | str | Callable[[State], int], context: Any) -> int:
    """Evaluate a count: a number, the path of an earlier field, or a function of the state.

    :raises SchemaError: there is no such field, or no number in it
    """
    if isinstance(length, int):
        return length
    if isinstance(length, str):
        found = paths.get(context.state, length)
        if not isinstance(found, int):
            raise SchemaError(f"{length}: expected a number, found {shown(found)}")
        return int(found)
    return int(length(context.state))


def minimum_size(subcon: Any) -> int:
    """Bytes that a construct takes at the least: a bound on how many elements an input can hold."""
    while isinstance(subcon, construct.Renamed):
        subcon = subcon.subcon
    own = getattr(subcon, "minimum_size", None)
    if own is not None:
        return int(own())
    try:
        return int(subcon.sizeof())
    except construct.SizeofError:
        return 0
