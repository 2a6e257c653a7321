"""What rules leave of a field's values, given the fields that were drawn before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from qidl.errors import SchemaError
from qidl.rules import Rule
from qidl.sentences import raised, shown
from qidl.strategies.ranges import Range, common

NOTHING: Final = object()
"""What is left of a value that cannot be mended."""

_INDEXES: Final = 64
"""Integers that are tried where a rule asks for an index of something."""


@attrs.frozen
class Kept:
    """Rules that name a field.

    :ivar path: the field
    :ivar rules: those that name it
    :ivar known: values of the other fields that they name, as far as these are there
    :ivar range: what they, and others that hang together with them, leave of an integer
    :ivar struct: name of what the field lies in, for errors
    """

    path: str
    rules: tuple[Rule, ...] = ()
    known: Mapping[str, Any] = attrs.field(factory=dict)
    range: Range | None = None
    struct: str = ""

    def narrowed(self, least: int, most: int) -> Range:
        """What is left of a range; all of it, if nothing would be."""
        lower, upper = common((least, most), self.range or (least, most))
        return (lower, upper) if lower <= upper else (least, most)

    def accepts(self, value: Any) -> bool:
        """Whether no rule is broken whose other fields are known."""
        known = {**self.known, self.path: value}
        asked = (rule for rule in self.rules if all(path in known for path in rule.paths))
        return all(self.ask(rule.holds, *(known[path] for path in rule.paths)) for rule in asked)

    def ask(self, holds: Callable[..., Any], *values: Any) -> bool:
        """What a function says of some values.

        :raises SchemaError: it fails
        """
        try:
            return bool(holds(*values))
        except Exception as error:
            of = ", ".join(map(shown, values))
            raise SchemaError(
                f"{self.struct}.{self.path}: expected a check that accepts or refuses {of}, found {raised(error)}"
            ) from error

    def near(self, value: int) -> Iterator[int]:
        """Integers that rules may accept in the place of another."""
        for rule in self.rules:
            if self.path in rule.bounds:
                least, most = rule.bounds[self.path]
                yield from (value & most, least + (value - least) % (most - least + 1))
        for other in [self.known.get(path) for rule in self.rules for path in rule.paths if path != self.path]:
            if type(other) is int:
                # An index of what another field counts, or a number in relation to another.
                yield from (value % other,) if other else ()
                yield from (other, other - 1, other + 1)

    def mended(self, value: Any, simplest: Callable[[], Any]) -> Any:
        """A value other than an integer, with what rules ask for; :data:`NOTHING` if that is not found.

        :param simplest: makes the simplest value of the same length
        """
        if self.accepts(value):
            return value
        if isinstance(value, list):
            value = [self._mended_element(element) for element in value]
        for one in (value, simplest()):
            if self.accepts(one):
                return one
        return NOTHING

    def _mended_element(self, element: Any) -> Any:
        """An element that the rules accept by itself, if one of its members need but be an index of something."""
        if self.accepts([element]) or not isinstance(element, dict):
            return element
        for name, member in element.items():
            if type(member) is int:
                for index in range(_INDEXES):
                    if self.accepts([{**element, name: index}]):
                        return {**element, name: index}
        return element
