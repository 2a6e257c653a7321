"""Declared classes themselves: what a visitor, a schema or a check of one's own has to cope with."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

import qidl.annotations as a
from qidl.declaration import declare

_INTEGERS: Final = (
    *(a.int8, a.int16, a.int32, a.int64, a.uint8, a.uint16, a.uint32, a.uint64),
    *(a.size_t, a.target_ulong, a.QEMUTimer),
)
_COUNTS: Final = (a.uint8, a.int16, a.uint32, a.size_t)

_NAMES = st.from_regex(r"[a-zA-Z_][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: not (keyword.iskeyword(name) or name.startswith(("__", "has_")) or name == "self")
)
_CLASS_NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{0,8}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))

Members = dict[str, Any]
"""Annotation and default of each field, by name."""


@st.composite
def declarations(draw: st.DrawFn, depth: int = 2) -> type[Any]:
    """Declared classes: fields of every type and mark, structs up to ``depth`` deep.

    Objects of them can be made without arguments, and ``post_load`` computes what is derived.
    """
    members: Members = {}
    counts: list[str] = []
    for name in draw(st.lists(_NAMES, min_size=1, max_size=6, unique=True)):
        kind = draw(st.sampled_from(_KINDS))
        members |= draw(kind(name, counts, depth))
        if kind is _count:
            counts.append(name)
    return _class(draw(_CLASS_NAMES), members)


def _class(name: str, members: Members) -> type[Any]:
    derived = {field: default for field, (_, default, mark) in members.items() if mark is a.derived}

    def post_load(self: Any) -> None:
        for field, value in derived.items():
            setattr(self, field, value)

    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__annotations__": {field: annotation for field, (annotation, *_) in members.items()},
        "post_load": post_load,
    }
    for field, (_, default, mark) in members.items():
        namespace[field] = default if mark is None else mark(default, reason=f"it is {mark.__name__}")
    return declare(type(name, (), namespace))


def _one(name: str, annotation: Any, default: Any, mark: Any = None) -> Members:
    return {name: (annotation, default, mark)}


def _integer(name: str, counts: list[str], depth: int) -> st.SearchStrategy[Members]:
    return st.sampled_from(_INTEGERS).map(lambda annotation: _one(name, annotation, 0))


def _count(name: str, counts: list[str], depth: int) -> st.SearchStrategy[Members]:
    return st.sampled_from(_COUNTS).map(lambda annotation: _one(name, annotation, 0))


def _bool(name: str, counts: list[str], depth: int) -> st.SearchStrategy[Members]:
    return st.booleans().map(lambda default: _one(name, bool, default))


def _text(name: str, counts: list[str], depth: int) -> st.SearchStrategy[Members]:
    fixed = st.integers(1, 9).map(lambda capacity: _one(name, str, a.string(capacity)))
    return st.just(_one(name, str, "")) | fixed


@st.composite
def _struct(draw: st.DrawFn, name: str, counts: list[str], depth: int) -> Members:
    cls = draw(declarations(depth - 1)) if depth else _class("Leaf", _one("value", a.uint8, 0))
    forms: list[Callable[[], Members]] = [
        lambda: _one(name, cls, a.embedded(cls)),
        lambda: _one(name, cls | None, a.optional()),
        lambda: _one(name, list[cls], a.array(3)),  # type: ignore[valid-type]
        lambda: {**_one(f"has_{name}", bool, False), **_one(name, cls, a.optional(a.embedded(cls)))},
    ]
    return draw(st.sampled_from(forms))()


@st.composite
def _array(draw: st.DrawFn, name: str, counts: list[str], depth: int) -> Members:
    annotation = draw(st.sampled_from([*(list[element] for element in (*_INTEGERS, bool, str)), bytearray]))  # type: ignore[valid-type]
    capacity = draw(st.integers(1, 5))
    forms: list[tuple[Any, tuple[Any, ...], Any]] = [
        (annotation, (capacity,), None),
        (annotation, (), capacity),
        (list[annotation], (2, capacity), None),  # type: ignore[valid-type]
        (annotation, (), None),
    ]
    if counts:
        size = draw(st.sampled_from(counts))
        forms += [(annotation, (capacity,), size), (annotation, (), size), (list[annotation], (capacity, 2), size)]  # type: ignore[valid-type]
    found, dimensions, size = draw(st.sampled_from(forms))
    array = a.array(*dimensions, size=size)
    if draw(st.booleans()):
        return {**_one(f"has_{name}", bool, False), **_one(name, found, a.optional(array))}
    return _one(name, found, array)


@st.composite
def _optional(draw: st.DrawFn, name: str, counts: list[str], depth: int) -> Members:
    annotation = draw(st.sampled_from([*_INTEGERS, bool, str]))
    if draw(st.booleans()):
        return _one(name, annotation | None, a.optional())
    zero = {bool: False, str: ""}.get(annotation, 0)
    return {**_one(f"has_{name}", bool, False), **_one(name, annotation, a.optional(zero))}


@st.composite
def _unserialised(draw: st.DrawFn, name: str, counts: list[str], depth: int) -> Members:
    annotation, default = draw(st.sampled_from([(a.uint8, 0), (str, ""), (float, 0.0), (dict[str, int] | None, None)]))
    mark = draw(st.sampled_from([a.immutable, a.derived, a.elsewhere, a.broken]))
    return draw(st.sampled_from([_one(name, annotation, default, mark), _one(name, a.IRQ | None, None)]))


_KINDS: Final = (_integer, _count, _bool, _text, _struct, _array, _optional, _unserialised)
