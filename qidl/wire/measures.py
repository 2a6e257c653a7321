"""How many there are of something, and how many bytes it takes at the least."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from qidl.wire import path as paths
from qidl.wire.reader import State


def measure(length: int | str | Callable[[State], int], context: Any) -> int:
    """Evaluate a count: a number, the path of an earlier field, or a function of the state."""
    if isinstance(length, int):
        return length
    if isinstance(length, str):
        return int(paths.get(context.state, length))
    return length(context.state)


def function_name(function: Callable[..., Any]) -> str:
    """What a condition or a count that is a function is called in descriptions."""
    return getattr(function, "__name__", repr(function)).replace("_", " ").strip()


def in_words(function: Callable[..., Any]) -> str:
    """A condition or a count that is a function: its docstring's first line, or else its name."""
    line = (function.__doc__ or "").partition("\n")[0].strip().removesuffix(".")
    if not line:
        return function_name(function)
    return line[0].lower() + line[1:] if line[1:2].islower() or line[1:2] == " " else line


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
