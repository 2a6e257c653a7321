"""The entry point that Hypothesis loads: declared classes are drawn by their type.

It is loaded with Hypothesis wherever qidl is installed, so it imports nothing until a class is drawn.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any


def setup() -> None:
    """Register every class that has been declared so far. ``@declare`` tells of those to come."""
    if "qidl.declaration" in sys.modules:
        for cls in declared():
            register(cls)


def register(cls: type) -> None:
    """Have Hypothesis draw objects of a declared class where it looks for its type."""
    from hypothesis.strategies import register_type_strategy

    register_type_strategy(cls, _objects)


def _objects(cls: type) -> Any:
    from qidl.strategies import objects

    return objects(cls)


def declared() -> Iterator[type]:
    """Every declared class there is, each once."""
    from qidl.declaration import is_declared

    seen: set[type] = set()
    waiting: list[type] = [object]
    while waiting:
        subclasses: list[type] = type.__subclasses__(waiting.pop())
        for cls in subclasses:
            if cls not in seen:
                seen.add(cls)
                waiting.append(cls)
                if is_declared(cls):
                    yield cls
