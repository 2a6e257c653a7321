"""Which levels could have written the sections of a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qidl.levels import LEVELS
from qidl.walk import Found


def fitting_levels(sections: Iterable[Found]) -> tuple[str, ...]:
    """Names of the levels that could have written these sections, the oldest first.

    Where none could, those that could read them: a section may be of an older version than
    any level writes.
    """
    described = [found for found in sections if found.layouts]

    def writes(found: Found, name: str) -> bool:
        layout = found.layouts.get(name)
        return layout is not None and layout.accept(found.header.version_id) == layout.written(found.header.version_id)

    written = tuple(name for name in LEVELS if all(writes(found, name) for found in described))
    return written or tuple(name for name in LEVELS if all(name in found.layouts for found in described))


def nearest_level(sections: Iterable[Found]) -> str:
    """The level that reads the most sections, the oldest of several: for a mixture that fits none whole."""
    described = [found for found in sections if found.layouts]

    def count(name: str) -> Any:
        return sum(name in found.layouts for found in described)

    return max(LEVELS, key=count)
