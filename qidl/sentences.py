"""How a sentence shows a value, or an exception."""

from __future__ import annotations

from typing import Final

NO_MEMBER: Final = "no such member"
"""What is found where a field has no member, and expected where a member has no field."""

_WIDEST = 128
"""Bits of the integers that are printed; Python refuses to print the longest."""


def shown(value: object) -> str:
    """A value in an error: on one line, and short; of what is no scalar, its class, and how much there is of it."""
    if isinstance(value, int) and value.bit_length() > _WIDEST:
        return f"an integer of {value.bit_length()} bits"
    if value is None or isinstance(value, int | float | str):
        text = repr(value[:41] if isinstance(value, str) else value)
        return text if len(text) <= 40 else text[:37] + "..."
    if isinstance(value, bytes | bytearray | list | tuple):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def brief(value: object) -> str:
    """A value with what is within it, short and on one line."""
    try:
        text = " ".join(ascii(value).split())
    except (ValueError, RecursionError):
        # One of the longest integers is within it, or it is too deep.
        return shown(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def raised(error: BaseException) -> str:
    """The class of an exception, and what it says."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
