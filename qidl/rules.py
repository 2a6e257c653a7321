"""What several fields of a struct have to be together for it to be loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class Rule(NamedTuple):
    """A condition on fields, which a loading QEMU puts, or was mended to put, or which no QEMU ever breaks.

    It is not asked where one of the fields is absent.

    :ivar paths: of the fields, in the struct that the rule is about
    :ivar holds: takes their values, and says whether they are accepted
    :ivar expected: what is, in words
    :ivar bounds: what a field can be by this rule, as far as that does not depend on others
    :ivar at_most: pairs of fields of which the first is at most the second
    """

    paths: tuple[str, ...]
    holds: Callable[..., bool]
    expected: str
    bounds: Mapping[str, tuple[int, int]] = {}
    at_most: tuple[tuple[str, str], ...] = ()

    def found(self, values: tuple[Any, ...]) -> str:
        """What was found instead, in words."""
        numbers = {path: value for path, value in zip(self.paths, values, strict=True) if type(value) is int}
        if len(numbers) > 1:
            return ", ".join(f"{path} = {value}" for path, value in numbers.items())
        return str(*numbers.values()) if numbers else "another"


def in_range(path: str, least: int, most: int) -> Rule:
    """A field is within bounds."""
    bounds = {path: (least, most)}
    return Rule((path,), lambda value: bool(least <= value <= most), f"{least}..{most}", bounds)


def equal(path: str, value: int) -> Rule:
    """A field is always the same."""
    return Rule((path,), lambda found: bool(found == value), str(value), {path: (value, value)})


def one_of(path: str, values: Iterable[int]) -> Rule:
    """A field is one of a few."""
    known = tuple(values)
    expected = f"one of {', '.join(map(str, known))}"
    return Rule((path,), lambda value: value in known, expected, {path: (min(known), max(known))})


def only_bits(path: str, mask: int) -> Rule:
    """A field has no other bits than these."""
    return Rule((path,), lambda value: not value & ~mask, f"bits of {mask:#x}", {path: (0, mask)})


def at_most(path: str, other: str, *, plus: int = 0) -> Rule:
    """A field is at most another one, or that and ``plus``."""
    more = f" + {plus}" if plus else ""
    pairs = () if plus else ((path, other),)
    return Rule((path, other), lambda one, two: bool(one <= two + plus), f"at most {other}{more}", at_most=pairs)


def less_than(path: str, other: str) -> Rule:
    """A field is an index of what another one counts."""
    return Rule((path, other), lambda one, two: bool(0 <= one < two), f"an index below {other}")


def ring(*, head: str, tail: str, count: str, capacity: int) -> Rule:
    """Two indexes of a ring, and how many of its places are taken."""

    def holds(first: int, last: int, used: int) -> bool:
        return 0 <= first < capacity and 0 <= last < capacity and 0 <= used <= capacity

    return Rule(
        (head, tail, count),
        holds,
        f"a ring of {capacity} places",
        bounds={head: (0, capacity - 1), tail: (0, capacity - 1), count: (0, capacity)},
    )


def check(holds: Callable[..., bool], *paths: str, expected: str) -> Rule:
    """Whatever a function of the fields says.

    :param holds: takes their values in this order
    :param expected: what it asks for, in words
    """
    return Rule(paths, holds, expected)


def function_name(function: Callable[..., Any]) -> str:
    """What a condition or a count that is a function is called in descriptions."""
    name = str(getattr(function, "__name__", repr(function)))
    return "what a function says" if name == "<lambda>" else name.replace("_", " ").strip()


def in_words(function: Callable[..., Any]) -> str:
    """A condition or a count that is a function: its docstring's first line, or else its name."""
    # An object that is called, such as a partial, has the docstring of its class.
    text = "" if function.__doc__ == type(function).__doc__ else function.__doc__ or ""
    line = text.partition("\n")[0].strip().removesuffix(".")
    if not line:
        return function_name(function)
    return line[0].lower() + line[1:] if line[1:2].islower() or line[1:2] == " " else line
