"""QObjects and objects of any declared class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs
from hypothesis import strategies as st

from qidl.declaration import Array, Boolean, Declaration, Field, Integer, String, Struct, Type, declaration
from qidl.faults import is_refusal
from qidl.qobject import from_qobject
from qidl.rules import Rule
from qidl.strategies import values
from qidl.strategies.ranges import Range, Ranges
from qidl.strategies.rules import Kept
from qidl.strategies.validators import Valid, compared, flat
from qidl.strategies.values import BOOLEANS, Draw, Drawing

T = TypeVar("T")
QObject = dict[str, Any]

_DEEPEST: Final = 5
"""Structs of one class within one another: the elements of a linked list."""

_MOST_STRUCTS: Final = 256
"""Up to which arrays of structs are filled, those within one another together. A few are drawn beyond that."""


@st.composite
def qobjects(draw: st.DrawFn, cls: type) -> QObject:
    """QObjects of a declared class, as :func:`~qidl.qobject.to_qobject` makes them.

    Integers are drawn at the ends of their ranges, sizes at 0 and at the capacity, and text as
    long as there is room for; an optional member is present if its ``has_`` bool says so, or,
    without one, now and then; pointers to the class itself make lists of up to five. What the
    fields are :func:`~qidl.annotations.valid` for is kept, and what validators of attrs say, as far
    as they look at single fields or at earlier ones.

    :param cls: the class; it is looked at when the first value is drawn, which is when errors are raised
    :raises DeclarationError: it is not declared
    :raises SchemaError: a check of it fails with another error than it may
    """
    return _draw_struct(Drawing(draw), declaration(cls), _Within())


@st.composite
def objects(draw: st.DrawFn, cls: type[T]) -> T:
    """Objects of a declared class, loaded from :func:`qobjects`; those that the class refuses are left out.

    :param cls: the class; it is looked at when the first object is drawn, which is when errors are raised
    :raises DeclarationError: it is not declared
    :raises Exception: what its hooks raise that is no refusal: they are at fault
    """

    def load(qobject: QObject) -> Any:
        try:
            return from_qobject(cls, qobject)
        except Exception as error:
            if not is_refusal(cls, error):
                raise
            return _REFUSED

    loaded: T = draw(qobjects(cls).map(load).filter(lambda loaded: loaded is not _REFUSED))
    return loaded


_REFUSED: Final = object()


@attrs.frozen
class _Within:
    """What a field lies in.

    :ivar structs: the structs, from the outermost to its own
    :ivar copies: how many elements there are of the arrays around, taken together
    """

    structs: tuple[Declaration, ...] = ()
    copies: int = 1

    def share(self, limit: int) -> int:
        """How many there may be here of what there may be so many of in all."""
        return values.share(limit, self.copies)


def _draw_struct(draw: Draw, described: Declaration, around: _Within) -> QObject:
    within = attrs.evolve(around, structs=(*around.structs, described))
    rules = [rule for field in described.serialised for rule in field.rules]
    ranges, counters = _ranges(described, within, rules)
    # What would go too deep is absent, and its bool has to say so.
    deep = {field.name for field in described.serialised if field.optional and _is_deep(field.type, within)}
    denied = {field.has for field in described.serialised if field.name in deep}
    qobject: QObject = {}
    drawn: dict[str, int | None] = {}
    for field in described.serialised:
        name = field.name
        if field.optional and (name in deep or not _present(draw, field, qobject)):
            drawn[name] = None
            continue
        own = tuple(rule for rule in rules if name in rule.paths)
        kept = Kept(name, own, qobject, ranges.of_field(name, drawn), described.name)
        valid = Valid.of(getattr(attrs.fields(described.cls), name), kept)
        if name in denied:
            qobject[name] = False
        elif name in counters:
            qobject[name] = draw(valid.integers(*ranges.own[name], values.counts))
        else:
            qobject[name] = _draw_field(draw, field.type, qobject, valid, within)
        if isinstance(field.type, Integer):
            drawn[name] = qobject[name]
    return qobject


def _present(draw: Draw, field: Field, qobject: QObject) -> bool:
    return bool(qobject[field.has]) if field.has in qobject else draw(BOOLEANS)


def _is_deep(kind: Type, within: _Within) -> bool:
    """Whether there are as many structs of this class around as there shall be."""
    return isinstance(kind, Struct) and within.structs.count(kind.declaration) >= _DEEPEST


# How long arrays and text may be, and the fields that say how long they are.


def _ranges(described: Declaration, within: _Within, rules: Iterable[Rule]) -> tuple[Ranges, Collection[str]]:
    """Ranges of a struct's integers, and which of them say how long something is."""
    found = Ranges.of(dict(_types(described)), rules)
    left = found.left()
    most = _most_counts(described, within, left)
    # What has to be longer than there is room for is as short as it can be; but what has no end is nothing.
    counts = {name: (max(0, left[name][0]), max(left[name][0], room) if room else 0) for name, room in most.items()}
    return found.narrowed(counts), most


def _types(described: Declaration) -> Iterator[tuple[str, Range]]:
    """What each integer, or each of those in an array, can be by its type, and by validators that compare it."""
    for field in described.serialised:
        kind = field.type
        while isinstance(kind, Array):
            kind = kind.element
        if isinstance(kind, Integer):
            whole = (kind.ctype.minimum, kind.ctype.maximum)
            validator = getattr(attrs.fields(described.cls), field.name).validator
            yield field.name, compared(flat(validator), whole) if kind is field.type else whole


def _most_counts(described: Declaration, within: _Within, left: Mapping[str, Range]) -> dict[str, int]:
    """Greatest value of each field that says how long something is."""
    found: dict[str, int] = {}
    for field in described.serialised:
        kind = field.type
        if isinstance(kind, Array | String) and isinstance(kind.size, str):
            counter = described.by_name[kind.size].type
            assert isinstance(counter, Integer)
            least, most = left[kind.size]
            few = None if most < counter.ctype.maximum else max(0, least) + values.MAX_COUNT
            most = _most(kind, within, most, few)
            found[kind.size] = min(found.get(kind.size, most), most)
    return found


def _most(kind: Array | String, within: _Within, maximum: int, few: int | None) -> int:
    """Most elements or bytes in use, where what counts them goes up to ``maximum``.

    :param few: how many are enough where nothing but a type says that; None where that is on purpose
    """
    if isinstance(kind, String):
        limit = within.share(values.MOST_ELEMENTS)
    elif isinstance(kind.element, Struct):
        depth = within.structs.count(kind.element.declaration)
        some = min(values.MAX_COUNT, within.share(values.MOST_ELEMENTS))
        limit = max(some, within.share(_MOST_STRUCTS)) if depth == 0 else some >> (depth - 1)
    else:
        limit = within.share(values.MOST_BYTES if kind.is_buffer else values.MOST_ELEMENTS)
    if kind.capacity is not None:
        return min(kind.capacity, limit, maximum)
    return min(limit, maximum if few is None or maximum <= limit else few)


def _draw_field(draw: Draw, kind: Type, qobject: QObject, valid: Valid, within: _Within) -> Any:
    match kind:
        case Integer(ctype):
            return draw(valid.integers(ctype.minimum, ctype.maximum))
        case Boolean():
            return draw(valid.booleans())
        case String(capacity):
            size = _size(kind, qobject)
            room = capacity if size is None or capacity is None else min(capacity, size + 1)
            return draw(valid.texts(room))
        case Struct(described):
            return values.whole(draw, lambda draw: _draw_struct(draw, described, within))
        case Array(element=element):
            length, fixed = _size(kind, qobject), isinstance(kind.size, int)
            if length is None:
                length = draw(values.counts(0, _most(kind, within, values.MAX_COUNT, None)))
            if kind.is_buffer:
                return draw(valid.buffers(values.binary(length, fixed=fixed)))
            each, inner = valid.of_elements(), attrs.evolve(within, copies=within.copies * max(1, length))
            return values.elements(
                draw, length, lambda draw: _draw_field(draw, element, qobject, each, inner), fixed=fixed
            )
    raise AssertionError(kind)


def _size(kind: Array | String, qobject: QObject) -> int | None:
    if isinstance(kind.size, str):
        size: int = qobject[kind.size]
        return size
    return kind.size
