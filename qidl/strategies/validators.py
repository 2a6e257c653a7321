"""What validators of attrs, and rules, leave of a field's values: ranges and choices if they say so, else a filter."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, Final

import attrs
from attrs import validators
from hypothesis import strategies as st

from qidl.annotations import METADATA, Marks, Valid as ValidMark
from qidl.errors import QidlError
from qidl.kinds import text_misfit
from qidl.strategies.ranges import Range, common
from qidl.strategies.rules import Kept
from qidl.strategies.values import BOOLEANS, Choice, bits, integers, nearest, sampled, texts

# attrs keeps the classes of its validators to itself, and names what they hold.
_AND: Final[Any] = type(validators.and_())
_OPTIONAL: Final[Any] = type(validators.optional(validators.instance_of(int)))
_BOUND: Final[Any] = type(validators.ge(0))
_IN: Final[Any] = type(validators.in_(()))
_PATTERN: Final[Any] = type(validators.matches_re(""))
_DEEP: Final[Any] = type(validators.deep_iterable(validators.instance_of(int)))

# The least and the greatest integer that a comparison with a bound leaves.
_LEAST: Final[dict[Any, Callable[[float], int]]] = {
    operator.ge: math.ceil,
    operator.gt: lambda bound: math.floor(bound) + 1,
}
_MOST: Final[dict[Any, Callable[[float], int]]] = {
    operator.le: math.floor,
    operator.lt: lambda bound: math.ceil(bound) - 1,
}


@attrs.frozen
class Valid:
    """What is left of the values of a field.

    :ivar kept: by the rules that name it
    :ivar given: what :func:`~qidl.annotations.valid` was given for it
    :ivar validators: each on its own
    :ivar attribute: the attribute that is validated
    """

    kept: Kept
    given: tuple[ValidMark, ...]
    validators: tuple[Any, ...]
    attribute: Any

    @classmethod
    def of(cls, attribute: Any, kept: Kept) -> Valid:
        """What is left of the values of an attribute."""
        marks: Marks = attribute.metadata.get(METADATA, Marks())
        return cls(kept, marks.valid, tuple(flat(attribute.validator)), attribute)

    def of_elements(self) -> Valid:
        """What is left of the elements of an array."""
        found = [one.member_validator for one in self.validators if isinstance(one, _DEEP)]
        return attrs.evolve(self, validators=tuple(each for one in found for each in flat(one)))

    def integers(self, minimum: int, maximum: int, choice: Callable[[int, int], Choice[int]] = integers) -> Choice[int]:
        """Integers of a range.

        :param choice: makes the choice, from what is left of the range
        """
        minimum, maximum = compared(self.validators, self.kept.narrowed(minimum, maximum))
        if minimum > maximum:
            return Choice(st.nothing())

        def accepts(value: Any) -> bool:
            return type(value) is int and minimum <= value <= maximum and self.accepts(value)

        options = self._options()
        if options is not None:
            return sampled(option for option in options if accepts(option))
        mask = next((mark.value for mark in self.given if mark.kind == "bits"), None)
        found = choice(minimum, maximum) if mask is None or choice is not integers else bits(mask)
        return found.accepted(accepts, self._near) if self.kept.rules or self.validators else found

    def _options(self) -> Sequence[Any] | None:
        """Values that are named one by one."""
        for one in self.validators:
            if isinstance(one, _IN):
                return tuple(one.options)
        return next((mark.value for mark in self.given if mark.kind == "enum"), None)

    def booleans(self) -> Choice[bool]:
        """True and False."""
        return self._of(BOOLEANS, lambda value: type(value) is bool)

    def texts(self, capacity: int | None) -> Choice[str]:
        """Text that a ``char[capacity]`` can hold."""

        def fits(value: object) -> bool:
            return isinstance(value, str) and text_misfit(value, capacity) is None

        for one in self.validators:
            if isinstance(one, _PATTERN):
                whole = one.match_func == one.pattern.fullmatch
                return self._of(Choice(st.from_regex(one.pattern, fullmatch=whole)).filter(fits), fits)
        return self._of(texts(capacity), fits)

    def _of(self, choice: Choice[Any], fits: Callable[[Any], bool]) -> Choice[Any]:
        """What the validators leave of a choice; where one gives a list of values, those of them that fit the type."""
        for one in self.validators:
            if isinstance(one, _IN):
                choice = sampled(option for option in one.options if fits(option))
        return choice.filter(self.accepts) if self.validators else choice

    def accepts(self, value: Any) -> bool:
        """Whether neither a rule nor a validator refuses a value, as far as they look at what is known."""
        before = SimpleNamespace(**self.kept.known)
        try:
            for one in self.validators:
                one(before, self.attribute, value)
        except (QidlError, ValueError):
            return False
        except Exception:
            # It looks at what is not known yet: the object will tell.
            return self.kept.accepts(value)
        return self.kept.accepts(value)

    def buffers(self, choice: Choice[bytes]) -> Choice[bytes]:
        """Bytes of which each is left."""
        if not self.kept.rules:
            return choice

        @functools.cache
        def mended(value: int) -> int:
            return nearest(value, self.kept.accepts, self._near(value))

        return Choice(choice.strategy.map(lambda data: bytes(map(mended, data))), choice.simplest)

    def _near(self, value: int) -> Iterator[int]:
        yield from self.kept.near(value)
        if type(self.attribute.default) is int:
            yield self.attribute.default


def compared(validators: Iterable[Any], whole: Range) -> Range:
    """What validators of attrs that compare an integer, or that list some, leave of a range."""
    for one in validators:
        if isinstance(one, _BOUND) and isinstance(one.bound, int | float):
            if one.compare_func in _LEAST:
                whole = common(whole, (_LEAST[one.compare_func](one.bound), whole[1]))
            elif one.compare_func in _MOST:
                whole = common(whole, (whole[0], _MOST[one.compare_func](one.bound)))
        elif isinstance(one, _IN) and (options := [option for option in one.options if type(option) is int]):
            whole = common(whole, (min(options), max(options)))
    return whole


def flat(validator: Any) -> Iterator[Any]:
    """A validator, or those that it joins."""
    if isinstance(validator, _AND):
        for one in validator._validators:
            yield from flat(one)
    elif isinstance(validator, _OPTIONAL):
        yield from flat(validator.validator)
    elif isinstance(validator, list | tuple):
        for one in validator:
            yield from flat(one)
    elif validator is not None:
        yield validator
