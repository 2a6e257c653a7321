"""How a sentence shows a value, or an exception."""

from __future__ import annotations


def brief(value: object) -> str:
    """A value, short and on one line."""
    text = " ".join(ascii(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def raised(error: BaseException) -> str:
    """The class of an exception, and what it says."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
