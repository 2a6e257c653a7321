"""What a form says of itself: its condition and its bounds in words, its size, its kind."""

from __future__ import annotations

from typing import Any

import construct
import pytest

from qidl.wire.primitives import (
    Again,
    Array,
    Before,
    Bool,
    Buffer,
    Checked,
    Conditional,
    Equal,
    Int32,
    Listed,
    Only,
    Range,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    Unused,
    When,
    function_name,
    minimum_size,
)
from qidl.wire.vmstate import VMState

PAIR = VMState("pair", version_id=1, fields=["a" / UInt8, "b" / UInt16])


@pytest.mark.parametrize(
    ("conditional", "expected"),
    [
        (Since(2, UInt8), "version ≥ 2"),
        (Before(3, UInt8), "version < 3"),
        (Only(2, UInt8), "version = 2"),
        (When("n", UInt8), "n"),
        (When("n", UInt8, equals=3), "n = 3"),
    ],
)
def test_condition_in_words(conditional: Conditional, expected: str) -> None:
    """A condition says when its field is there."""
    assert expected == conditional.condition
    assert "uint8" == conditional.kind


def test_condition_of_a_function() -> None:
    """A condition that is a function is called by the function's name."""

    def _has_backlog(state: dict[str, Any]) -> bool:
        return False

    assert "has backlog" == When(_has_backlog, UInt8).condition


def test_function_without_a_name() -> None:
    """What has no name of its own shows as Python shows it."""

    class Test:
        def __call__(self) -> None: ...

        def __repr__(self) -> str:
            return "a_test"

    assert "a test" == function_name(Test())


def test_conditional_has_to_say() -> None:
    """A condition of one's own defines when, and the words."""
    bare = Conditional(UInt8)
    with pytest.raises(NotImplementedError):
        bare.present(1, {})
    with pytest.raises(NotImplementedError):
        _ = bare.condition


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (Checked(UInt8, 3, 3), "3"),
        (Checked(UInt8, 3, 255), "at least 3"),
        (Checked(UInt8, 0, 1), "0..1"),
        (Checked(Int32, -2, 2), "-2..2"),
    ],
)
def test_bounds_in_words(checked: Checked, expected: str) -> None:
    """Bounds say what a loading QEMU accepts."""
    assert expected == checked.accepted


# Sizes.


@pytest.mark.parametrize(
    ("subcon", "least", "size"),
    [
        (UInt32, 4, 4),
        (Timer, 8, 8),
        (Bool, 1, 1),
        (Buffer(5), 5, 5),
        (Buffer("n"), 0, None),
        (Unused(7), 7, 7),
        (Array(3, UInt16), 6, 6),
        (Array("n", UInt16), 0, None),
        (Array(2, Array("n", UInt8)), 0, None),
        (Listed(1, UInt16), 1, None),
        (Range(UInt16, 0, 1), 2, 2),
        (Again("n", UInt16), 2, 2),
        (Since(2, UInt16), 0, None),
        ("x" / UInt16, 2, 2),
        ("x" / Since(2, UInt16), 0, None),
        (PAIR, 3, 3),
        (Array(2, PAIR), 6, 6),
        (VMState("v", version_id=1, fields=["n" / UInt8, "x" / Array("n", UInt8)]), 1, None),
        (construct.Int16ub, 2, 2),
        (construct.GreedyBytes, 0, None),
    ],
)
def test_sizes(subcon: Any, least: int, size: int | None) -> None:
    """A construct takes so many bytes at the least, and exactly so many where that is fixed."""
    assert least == minimum_size(subcon)
    if size is None:
        with pytest.raises(construct.SizeofError):
            subcon.sizeof()
    else:
        assert size == subcon.sizeof()


@pytest.mark.parametrize(
    ("subcon", "expected"),
    [
        (Timer, "timer"),
        (Bool, "bool"),
        (Buffer(1), "buffer"),
        (Unused(1), "unused_buffer"),
        (Array(1, UInt8), "uint8"),
        (Array(1, PAIR), "struct"),
        (Array(1, construct.Int8ub), "struct"),
        (Listed(1, UInt8), "list"),
        (Equal(UInt16, 1), "uint16"),
        (Again("x", UInt16), "uint16"),
        (Since(2, Bool), "bool"),
        (PAIR, "struct"),
    ],
)
def test_kinds(subcon: Any, expected: str) -> None:
    """Every construct knows what descriptions call it."""
    assert expected == subcon.kind
