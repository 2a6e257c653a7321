"""Declared classes themselves: what a visitor, a schema or a check of one's own has to cope with."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any, Final

import attrs
from hypothesis import strategies as st

import qidl.annotations as a
from qidl.declaration import declaration, declare

_INTEGERS: Final = (
    *(a.int8, a.int16, a.int32, a.int64, a.uint8, a.uint16, a.uint32, a.uint64),
    *(a.size_t, a.target_ulong, a.QEMUTimer),
)
_COUNTS: Final = (a.uint8, a.int16, a.uint32, a.size_t)

_NAMES = st.from_regex(r"[a-zA-Z_][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: not (keyword.iskeyword(name) or name.startswith(("__", "has_")) or name == "self")
)
_CLASS_NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{0,8}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))

_NO_DEFAULT: Final = object()

Members = dict[str, Any]
"""Annotation and default of each field, by name."""


@attrs.define
class _Class:
    """What is known of a class before all its fields are.

    :ivar name: its own, for fields that point to it
    :ivar depth: structs that there may be within it
    :ivar counts: fields that can say how much there is of another
    """

    name: str
    depth: int
    counts: list[str] = attrs.field(factory=list)


_Kind = Callable[[str, _Class], st.SearchStrategy[Members]]


@st.composite
def declarations(draw: st.DrawFn, depth: int = 2) -> type[Any]:
    """Declared classes: fields of every type and mark, pointers to themselves, parents, structs up to ``depth`` deep.

    Some fields are :func:`~qidl.annotations.valid` for a few values alone, and some have no default: what an object
    can be made from is what :func:`qobjects` draws. ``post_load`` computes what is derived.
    """
    cls: type[Any] = draw(_classes(depth, kinds=(*_KINDS, _required)))
    return cls


@st.composite
def _classes(draw: st.DrawFn, depth: int, kinds: tuple[_Kind, ...]) -> type[Any]:
    within = _Class(draw(_CLASS_NAMES), depth)
    members: Members = {}
    parent = draw(st.none() | _classes(depth - 1, kinds)) if depth else None
    taken = set() if parent is None else {field.name for field in declaration(parent).fields}
    for name in draw(st.lists(_NAMES.filter(lambda name: name not in taken), min_size=1, max_size=6, unique=True)):
        kind = draw(st.sampled_from(kinds))
        members |= draw(kind(name, within))
        if kind is _count:
            within.counts.append(name)
    return _declared(within.name, members, parent)


def _declared(name: str, members: Members, parent: Any = None) -> type[Any]:
    derived = {field: default for field, (_, default, mark) in members.items() if mark is a.derived}

    def post_load(self: Any) -> None:
        if parent is not None:
            parent.post_load(self)
        for field, value in derived.items():
            setattr(self, field, value)

    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__annotations__": {field: annotation for field, (annotation, *_) in members.items()},
        "post_load": post_load,
    }
    for field, (_, default, mark) in members.items():
        if default is not _NO_DEFAULT:
            namespace[field] = default if mark is None else mark(default, reason=f"it is {mark.__name__}")
    return declare(type(name, () if parent is None else (parent,), namespace))


def _one(name: str, annotation: Any, default: Any, mark: Any = None) -> Members:
    return {name: (annotation, default, mark)}


def _with_has(name: str, annotation: Any, default: Any) -> Members:
    return {**_one(f"has_{name}", bool, False), **_one(name, annotation, a.optional(default))}


def _integer(name: str, within: _Class) -> st.SearchStrategy[Members]:
    return st.sampled_from(_INTEGERS).map(lambda annotation: _one(name, annotation, 0))


def _standard(name: str, within: _Class) -> st.SearchStrategy[Members]:
    return st.sampled_from(_INTEGERS).map(lambda annotation: _one(name, annotation, a.standard(0)))


@st.composite
def _count(draw: st.DrawFn, name: str, within: _Class) -> Members:
    default = a.valid(0, range=(0, 4)) if draw(st.booleans()) else 0
    return _one(name, draw(st.sampled_from(_COUNTS)), default)


@st.composite
def _valid(draw: st.DrawFn, name: str, within: _Class) -> Members:
    annotation = draw(st.sampled_from(_INTEGERS))
    forms: list[Callable[[], Members]] = [
        lambda: _one(name, annotation, a.valid(1, range=(1, 9))),
        lambda: _one(name, annotation, a.valid(2, equal=2)),
        lambda: _one(name, annotation, a.valid(0, enum=(0, 3, 100))),
        lambda: _one(name, annotation, a.valid(0, bits=0x15)),
        lambda: _one(name, annotation, a.valid(0, check=_is_even)),
        lambda: _one(name, annotation | None, a.optional(a.valid(None, range=(0, 3)))),
        lambda: _one(name, list[annotation], a.valid(a.array(3), range=(0, 3))),  # type: ignore[valid-type]
        lambda: _ring(name),
    ]
    if within.counts:
        forms.append(lambda: _one(name, annotation, a.valid(0, le=within.counts[-1])))
    return draw(st.sampled_from(forms))()


def _is_even(value: int) -> bool:
    """An even number."""
    return value % 2 == 0


def _ring(name: str) -> Members:
    # They are longer than any name that is drawn.
    head, tail, count = (f"{what}_of_{name}" for what in ("head", "tail", "count"))
    places = a.valid(a.array(4), ring=(head, tail, count))
    integers = dict.fromkeys((head, tail, count), (a.uint8, 0, None))
    return {**integers, **_one(name, list[a.uint8], places)}


def _required(name: str, within: _Class) -> st.SearchStrategy[Members]:
    leaf = _declared("Leaf", _one("value", a.uint8, 0))
    annotations = [*_INTEGERS, bool, str, leaf, leaf | None]
    return st.sampled_from(annotations).map(lambda annotation: _one(name, annotation, _NO_DEFAULT))


def _bool(name: str, within: _Class) -> st.SearchStrategy[Members]:
    return st.booleans().map(lambda default: _one(name, bool, default))


@st.composite
def _text(draw: st.DrawFn, name: str, within: _Class) -> Members:
    capacity = draw(st.integers(1, 9))
    size = draw(st.sampled_from([None, capacity // 2, *within.counts]))
    return _one(name, str, draw(st.sampled_from(["", a.string(capacity, size=size)])))


@st.composite
def _struct(draw: st.DrawFn, name: str, within: _Class) -> Members:
    cls = draw(_classes(within.depth - 1, _KINDS)) if within.depth else _declared("Leaf", _one("value", a.uint8, 0))
    forms: list[Callable[[], Members]] = [
        lambda: _one(name, cls, a.embedded(cls)),
        lambda: _one(name, cls | None, a.optional()),
        lambda: _one(name, list[cls], a.array(3)),  # type: ignore[valid-type]
        lambda: _with_has(name, cls, a.embedded(cls)),
        lambda: _one(name, cls, a.embedded(cls), a.broken),
    ]
    return draw(st.sampled_from(forms))()


def _pointer(name: str, within: _Class) -> st.SearchStrategy[Members]:
    forms: list[Callable[[], Members]] = [
        lambda: _one(name, f"{within.name} | None", a.optional()),
        lambda: _one(name, f"list[{within.name}]", a.array()),
        lambda: _one(name, f"{within.name} | None", None, a.elsewhere),
    ]
    return st.sampled_from(forms).map(lambda form: form())


@st.composite
def _array(draw: st.DrawFn, name: str, within: _Class) -> Members:
    annotation = draw(st.sampled_from([*(list[element] for element in (*_INTEGERS, bool, str)), bytearray]))  # type: ignore[valid-type]
    capacity = draw(st.integers(1, 5))
    forms: list[tuple[Any, tuple[Any, ...], Any]] = [
        (annotation, (capacity,), None),
        (annotation, (), capacity),
        (list[annotation], (2, capacity), None),  # type: ignore[valid-type]
        (annotation, (), None),
    ]
    if within.counts:
        size = draw(st.sampled_from(within.counts))
        forms += [(annotation, (capacity,), size), (annotation, (), size), (list[annotation], (capacity, 2), size)]  # type: ignore[valid-type]
    found, dimensions, size = draw(st.sampled_from(forms))
    array = a.array(*dimensions, size=size)
    members = [
        lambda: _one(name, found, array),
        lambda: _with_has(name, found, array),
        lambda: _one(name, found, array, a.immutable),
    ]
    return draw(st.sampled_from(members))()


@st.composite
def _optional(draw: st.DrawFn, name: str, within: _Class) -> Members:
    annotation = draw(st.sampled_from([*_INTEGERS, bool, str]))
    if draw(st.booleans()):
        return _one(name, annotation | None, a.optional())
    return _with_has(name, annotation, {bool: False, str: ""}.get(annotation, 0))


@st.composite
def _unserialised(draw: st.DrawFn, name: str, within: _Class) -> Members:
    annotation, default = draw(st.sampled_from([(a.uint8, 0), (str, ""), (float, 0.0), (dict[str, int] | None, None)]))
    mark = draw(st.sampled_from([a.immutable, a.derived, a.elsewhere, a.broken]))
    forms: list[Callable[[], Members]] = [
        lambda: _one(name, annotation, default, mark),
        lambda: _one(name, a.IRQ | None, None),
        lambda: _one(name, a.uint32, a.property_(name, 7)),
        lambda: _one(name, a.uint32, a.property_(name, True, bit=3)),
    ]
    return draw(st.sampled_from(forms))()


_KINDS: Final[tuple[_Kind, ...]] = (
    *(_integer, _standard, _count, _count, _valid, _bool, _text, _struct, _pointer, _array, _optional, _unserialised),
)
"""Kinds of field that a struct may have which has to be made of nothing, as it lies in another.

Counts are there twice: without one that stands before them, nothing is sized.
"""
