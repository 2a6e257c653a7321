"""Whose fault an exception is."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import qidl
from qidl import embedded, uint8
from qidl.faults import hook_of, is_refusal


@qidl.declare
class Base:
    """Has a hook that its children have, too."""

    level: uint8 = 0

    def post_load(self) -> None:
        if self.level > 9:
            raise ValueError("too high")


@qidl.declare
class Inner(Base):
    """A struct within another."""


@qidl.declare
class Outer(Base):
    """Holds one, and has the same hook."""

    inner: Inner = embedded(Inner)


def error_of(cls: type, qobject: dict[str, Any]) -> Exception:
    """What loading raises."""
    with pytest.raises(Exception, match=".") as caught:
        qidl.from_qobject(cls, qobject)
    return caught.value


@pytest.mark.parametrize("level", [1, 10])
def test_inherited_hook(level: int) -> None:
    """A hook is told by the class that defines it, whichever object it ran for."""
    error = error_of(Outer, {"level": 10, "inner": {"level": level}})
    assert ("Base.post_load", False) == (hook_of(Outer, error), is_refusal(Outer, error))


def refuses(self: Any, attribute: Any, value: int) -> None:
    """A validator of attrs."""
    if value:
        raise TypeError("not that")


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_hooks_of_a_class(kind: Any) -> None:
    """A hook that takes no object is a hook like any other: what a validator refuses is not its fault."""

    @qidl.declare
    class Lamp:
        level: uint8 = attrs.field(default=0, validator=refuses)
        post_load = kind(lambda *_: None)

    error = error_of(Lamp, {"level": 1})
    assert ("", True) == (hook_of(Lamp, error), is_refusal(Lamp, error))


def test_hook_that_cannot_be_called() -> None:
    """One that takes more than the object is at fault itself."""

    @qidl.declare
    class Lamp:
        level: uint8 = 0

        def post_load(self, more: int) -> None:
            """Want what nobody gives."""

    error = error_of(Lamp, {"level": 1})
    assert ("Lamp.post_load", False) == (hook_of(Lamp, error), is_refusal(Lamp, error))
