"""What generated functions of classes call."""

from __future__ import annotations

import array
import operator
from collections.abc import Sequence
from typing import Any

from qidl.generating.source import Refused
from qidl.kinds import text_misfit


def check_integers(values: Sequence[Any], code: str) -> None:
    """Refuse values that are no integers, or that do not fit.

    :param code: their form, as :mod:`array` has it
    """
    if operator.countOf(map(type, values), int) != len(values):
        raise Refused
    array.array(code, values)


def check_bools(values: Sequence[object]) -> None:
    """Refuse values that are no bools."""
    if operator.countOf(map(type, values), bool) != len(values):
        raise Refused


def check_text(text: str, capacity: int | None, size: int | None) -> None:
    """Refuse text that there is no room for, or that is none.

    :param size: most bytes in use
    """
    if capacity is not None and size is not None:
        if not 0 <= size <= capacity:
            raise Refused
        capacity = min(capacity, size + 1)
    if type(text) is not str or text_misfit(text, capacity) is not None:
        raise Refused
