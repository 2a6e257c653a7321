"""QObjects and objects of any declared class."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import attrs
from hypothesis import strategies as st

from qidl.declaration import Array, Boolean, Declaration, Integer, String, Struct, Type, declaration, is_declared
from qidl.errors import QidlError
from qidl.qobject import from_qobject
from qidl.strategies import values

T = TypeVar("T")


@st.composite
def qobjects(draw: st.DrawFn, cls: type) -> dict[str, Any]:
    """QObjects of a declared class, as :func:`~qidl.qobject.to_qobject` makes them.

    Sizes are within their arrays, 0 and the capacity among them; an optional member is
    present if its ``has_`` bool says so, or, without one, now and then. Bounds and choices
    that attrs validators set are kept.
    """
    return _draw_struct(draw, declaration(cls))


def objects(cls: type[T]) -> st.SearchStrategy[T]:
    """Objects of a declared class, loaded from :func:`qobjects`; those that the class refuses are left out."""

    def load(qobject: dict[str, Any]) -> Any:
        try:
            return from_qobject(cls, qobject)
        except (QidlError, ValueError):
            return _REFUSED

    return qobjects(cls).map(load).filter(lambda loaded: loaded is not _REFUSED)


def register(*classes: type) -> None:
    """Make ``st.from_type(RTCState)`` draw from :func:`objects`, and so ``st.builds`` of what takes an RTCState.

    :param classes: declared classes; unless given, all that have been declared so far,
        those of the modules of :mod:`qidl.devices` that have been imported included.
        Hypothesis looks a class up when ``st.from_type`` is called, so that this comes first.
    :raises DeclarationError: one is not declared
    """
    for cls in classes or tuple(_declared(object)):
        declaration(cls)
        st.register_type_strategy(cls, objects)


def _declared(base: type) -> Iterator[type]:
    """Every declared class there is, each once."""
    seen: set[type] = set()
    waiting = [base]
    while waiting:
        subclasses: list[type] = type.__subclasses__(waiting.pop())
        for cls in subclasses:
            if cls not in seen:
                seen.add(cls)
                waiting.append(cls)
                if is_declared(cls):
                    yield cls


_REFUSED: Final = object()


def _draw_struct(draw: st.DrawFn, described: Declaration) -> dict[str, Any]:
    sizes = _sizes(described)
    qobject: dict[str, Any] = {}
    for field in described.serialised:
        if field.optional:
            present = qobject[field.has] if field.has in qobject else draw(st.booleans())
            if not present:
                continue
        if field.name in sizes:
            qobject[field.name] = draw(values.counts(0, sizes[field.name]))
        else:
            attribute = getattr(attrs.fields(described.cls), field.name)
            qobject[field.name] = _draw_field(draw, field.type, qobject, attribute.validator)
    return qobject


def _sizes(described: Declaration) -> dict[str, int]:
    """Greatest value of each field that says how long an array is."""
    sizes: dict[str, int] = {}
    for field in described.serialised:
        if isinstance(field.type, Array) and isinstance(field.type.size, str):
            name = field.type.size
            capacity = values.MAX_COUNT if field.type.capacity is None else field.type.capacity
            kind = described.by_name[name].type
            maximum = kind.ctype.maximum if isinstance(kind, Integer) else capacity
            sizes[name] = min(sizes.get(name, maximum), capacity, maximum)
    return sizes


def _draw_field(draw: st.DrawFn, kind: Type, qobject: dict[str, Any], validator: Any = None) -> Any:
    match kind:
        case Integer(ctype):
            return draw(_valid(validator, ctype.minimum, ctype.maximum))
        case Boolean():
            return draw(st.booleans())
        case String(capacity):
            return draw(values.texts(capacity))
        case Struct(described):
            return _draw_struct(draw, described)
        case Array():
            length = qobject[kind.size] if isinstance(kind.size, str) else kind.size
            if length is None:
                length = draw(st.integers(0, values.MAX_COUNT))
            if kind.is_buffer:
                return draw(values.binary(length))
            return values.elements(draw, length, lambda: _draw_field(draw, kind.element, qobject))
    raise AssertionError(kind)


# What a validator of attrs that compares with a bound leaves, as the least and the greatest integer.
_BOUNDS: Final[dict[Any, Any]] = {
    operator.ge: lambda bound: (bound, None),
    operator.gt: lambda bound: (bound + 1, None),
    operator.le: lambda bound: (None, bound),
    operator.lt: lambda bound: (None, bound - 1),
}


def _valid(validator: Any, minimum: int, maximum: int) -> st.SearchStrategy[int]:
    """Integers that validators of attrs accept, as far as they say what that is."""
    for one in _flat(validator):
        options = getattr(one, "options", None)
        if options is not None:
            return st.sampled_from([option for option in options if minimum <= option <= maximum])
        compare = getattr(one, "compare_func", None)
        if compare in _BOUNDS:
            least, most = _BOUNDS[compare](one.bound)
            minimum = minimum if least is None else max(minimum, least)
            maximum = maximum if most is None else min(maximum, most)
    return values.integers(minimum, maximum)


def _flat(validator: Any) -> Iterator[Any]:
    """A validator, or those that it joins."""
    joined = getattr(validator, "_validators", None)
    if joined is not None:
        for one in joined:
            yield from _flat(one)
    elif validator is not None:
        yield validator
