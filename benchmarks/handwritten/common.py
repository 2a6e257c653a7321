"""What all of them share: what they refuse, and how types are checked."""

from __future__ import annotations

from collections.abc import Sequence
from operator import countOf
from typing import Any

State = dict[str, Any]


class Checks:
    """What may be left out."""

    types = True


class Wrong(Exception):
    """A payload or a state that is not as it should be."""


def expect(state: State, members: int) -> None:
    """Refuse a dict with members that nobody knows; one that lacks any fails by itself."""
    if len(state) != members:
        raise Wrong


def expect_integers(*groups: Sequence[Any]) -> None:
    """Refuse what struct would take for an integer: a bool, say."""
    for group in groups:
        if countOf(map(type, group), int) != len(group):
            raise Wrong
