"""How sentences show values and exceptions."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from qidl.sentences import brief, raised, shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        ("a\nb", r"'a\nb'"),
        ("x" * 50, "'" + "x" * 36 + "..."),
        (b"abc", "bytes of 3"),
        (bytearray(2), "bytearray of 2"),
        ([1, 2], "list of 2"),
        ((), "tuple of 0"),
        ({}, "dict"),
        (object(), "object"),
        ((1 << 128) - 1, "340282366920938463463374607431768211455"),
        (1 << 128, "an integer of 129 bits"),
        (-(1 << 20000), "an integer of 20001 bits"),
    ],
    ids=itertools.count(),
)
def test_shown(value: object, expected: str) -> None:
    """An error shows a value short and on one line."""
    assert expected == shown(value)


def nested(depth: int) -> list[Any]:
    """Lists within one another."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, b"x"]}, "{'a': [1, b'x']}"),
        ("ä\n b", r"'\xe4\n b'"),
        (list(range(99)), str(list(range(99)))[:77] + "..."),
        ([1 << 20000], "list of 1"),
        (1 << 20000, "an integer of 20001 bits"),
        (nested(100_000), "list of 1"),
    ],
    ids=itertools.count(),
)
def test_brief(value: object, expected: str) -> None:
    """What is within a value is shown, too, as far as there is room and Python can."""
    assert expected == brief(value)
    assert len(brief(value)) <= 80


@pytest.mark.parametrize(
    ("error", "expected"), [(ValueError("no level"), "ValueError: no level"), (KeyError(), "KeyError")]
)
def test_raised(error: Exception, expected: str) -> None:
    """An exception is told by its class, and by what it says if it says anything."""
    assert expected == raised(error)
