"""The entry point that Hypothesis loads: declared classes are drawn by their type.

It is loaded with Hypothesis wherever qidl is installed, so it imports nothing until a class is drawn.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator
from typing import Any
from weakref import WeakSet

_told: WeakSet[type] = WeakSet()
"""Classes that Hypothesis has been told of: what their user registers after that stays."""


def setup() -> None:
    """Register every class that has been declared so far, but for those that are. ``@declare`` tells of others."""
    if "qidl.declaration" in sys.modules:
        known = _registered()
        for cls in declared():
            if cls not in _told and cls not in known:
                register(cls)


def _registered() -> Container[type]:
    """The types that somebody has registered."""
    try:
        # There is no public way to ask. Without this one, what a user registered before setup is lost.
        from hypothesis.strategies._internal.types import _global_type_lookup
    except ImportError:
        return ()
    return _global_type_lookup


def register(cls: type) -> None:
    """Have Hypothesis draw objects of a declared class where it looks for its type."""
    from hypothesis.strategies import register_type_strategy

    register_type_strategy(cls, _objects)
    _told.add(cls)


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
