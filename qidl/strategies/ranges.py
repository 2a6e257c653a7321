"""What the integers of a struct can be together: each by itself, and where one is at most another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from qidl.rules import Rule

Range = tuple[int, int]
"""The least and the greatest value."""


def common(one: Range, other: Range) -> Range:
    """What lies in both of two ranges; the least is beyond the greatest if nothing does."""
    return max(one[0], other[0]), min(one[1], other[1])


@attrs.frozen
class Ranges:
    """Ranges of a struct's integers.

    :ivar own: of each by itself, by path
    :ivar at_most: pairs of fields of which the first is at most the second
    """

    own: Mapping[str, Range]
    at_most: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, types: Mapping[str, Range], rules: Iterable[Rule]) -> Ranges:
        """What rules leave of the ranges that types have."""
        own = dict(types)
        pairs: list[tuple[str, str]] = []
        for rule in rules:
            pairs += rule.at_most
            for path, bounds in rule.bounds.items():
                if path in own:
                    own[path] = common(own[path], bounds)
        return cls(own, tuple(pairs))

    def narrowed(self, others: Mapping[str, Range]) -> Ranges:
        """What lies in these, too."""
        return attrs.evolve(self, own={**self.own, **{path: common(self.own[path], others[path]) for path in others}})

    def left(self, drawn: Mapping[str, int | None] | None = None) -> Mapping[str, Range]:
        """What is left of each range by all others: a chain of fields hands its bounds on from end to end.

        :param drawn: the value of what has one, None of what is absent, by path
        """
        drawn = drawn or {}
        known = {path: (value, value) for path, value in drawn.items() if value is not None}
        found = {path: one for path, one in self.own.items() if drawn.get(path, 0) is not None} | known
        pairs = [pair for pair in self.at_most if all(path in found for path in pair)]
        # As many rounds as the longest chain has links.
        for _ in pairs:
            for less, more in pairs:
                found[less] = common(found[less], (found[less][0], found[more][1]))
                found[more] = common(found[more], (found[less][0], found[more][1]))
        return found

    def of_field(self, path: str, drawn: Mapping[str, int | None]) -> Range | None:
        """What is left for one field; all that it can be by itself, if nothing would be, and None of no integer."""
        own = self.own.get(path)
        if own is None or not any(path in pair for pair in self.at_most):
            return own
        others = {other: value for other, value in drawn.items() if other != path}
        least, most = self.left(others)[path]
        return (least, most) if least <= most else own
