"""What the validators of attrs leave of a field's values: ranges and choices where they say so, a filter where not."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Final

import attrs
from attrs import validators
from hypothesis import strategies as st

from qidl.errors import QidlError
from qidl.kinds import text_misfit
from qidl.strategies.values import BOOLEANS, Choice, integers, sampled, texts

# attrs keeps the classes of its validators to itself, and names what they hold.
_AND: Final[Any] = type(validators.and_())
_OPTIONAL: Final[Any] = type(validators.optional(validators.instance_of(int)))
_BOUND: Final[Any] = type(validators.ge(0))
_IN: Final[Any] = type(validators.in_(()))
_PATTERN: Final[Any] = type(validators.matches_re(""))
_DEEP: Final[Any] = type(validators.deep_iterable(validators.instance_of(int)))

_LEAST: Final[dict[Any, Callable[[float], int]]] = {
    operator.ge: math.ceil,
    operator.gt: lambda bound: math.floor(bound) + 1,
}
_MOST: Final[dict[Any, Callable[[float], int]]] = {
    operator.le: math.floor,
    operator.lt: lambda bound: math.ceil(bound) - 1,
}
# The least and the greatest integer that a comparison with a bound leaves.


@attrs.frozen
class Valid:
    """What validators leave of the values of a field.

    :ivar validators: each on its own
    :ivar attribute: the attribute that is validated
    :ivar before: the fields of the object that are known, for validators that look at them
    """

    validators: tuple[Any, ...]
    attribute: Any
    before: dict[str, Any]

    @classmethod
    def of(cls, attribute: Any, before: dict[str, Any]) -> Valid:
        """What the validator of an attribute leaves."""
        return cls(tuple(_flat(attribute.validator)), attribute, before)

    def of_elements(self) -> Valid:
        """What is left of the elements of an array."""
        found = [one.member_validator for one in self.validators if isinstance(one, _DEEP)]
        return attrs.evolve(self, validators=tuple(each for one in found for each in _flat(one)))

    def integers(self, minimum: int, maximum: int, choice: Callable[[int, int], Choice[int]] = integers) -> Choice[int]:
        """Integers of a range.

        :param choice: makes the choice, from what the validators leave of the range
        """
        for one in self.validators:
            if isinstance(one, _BOUND) and isinstance(one.bound, int | float):
                if one.compare_func in _LEAST:
                    minimum = max(minimum, _LEAST[one.compare_func](one.bound))
                elif one.compare_func in _MOST:
                    maximum = min(maximum, _MOST[one.compare_func](one.bound))
        if minimum > maximum:
            return Choice(st.nothing())
        return self._of(choice(minimum, maximum), lambda value: type(value) is int and minimum <= value <= maximum)

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
        return choice.filter(self._accepts) if self.validators else choice

    def _accepts(self, value: Any) -> bool:
        try:
            for one in self.validators:
                one(SimpleNamespace(**self.before), self.attribute, value)
        except (QidlError, ValueError):
            return False
        except Exception:
            # It looks at what is not known yet: the object will tell.
            return True
        return True


def _flat(validator: Any) -> Iterator[Any]:
    """A validator, or those that it joins."""
    if isinstance(validator, _AND):
        for one in validator._validators:
            yield from _flat(one)
    elif isinstance(validator, _OPTIONAL):
        yield from _flat(validator.validator)
    elif isinstance(validator, list | tuple):
        for one in validator:
            yield from _flat(one)
    elif validator is not None:
        yield validator
