"""Stands for an object of the host that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MOST_USES = 1000
"""So many times a stranger answers: a hook that goes along a list of strangers comes to an end."""


class Stranger:
    """Takes whatever a hook does with an object of the host, so that what comes after is tried too.

    What it is asked for is another stranger. It is true, and holds nothing.
    """

    def __init__(self, uses: Iterator[int] | None = None) -> None:
        self._uses = iter(range(_MOST_USES)) if uses is None else uses
        self._used = False

    def __repr__(self) -> str:
        return "what was there before"

    def __getattr__(self, name: str) -> Any:
        # What Python itself asks for, to copy or to convert, is not there.
        if name.startswith("__"):
            raise AttributeError(name)
        return self._another()

    def _another(self, *arguments: object, **named: object) -> Any:
        self._used = True
        for _ in self._uses:
            return Stranger(self._uses)
        raise RuntimeError(f"expected an end to what is asked of an object of the host, found {_MOST_USES} times")

    __call__ = __getitem__ = __enter__ = _another

    def __setitem__(self, key: object, value: object) -> None: ...

    def __delitem__(self, key: object) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __int__(self) -> int:
        return 0

    __index__ = __int__


def is_used(stranger: Stranger) -> bool:
    """Whether a hook has called it, or has asked it for something: it may have brought an object up to date."""
    return stranger._used
