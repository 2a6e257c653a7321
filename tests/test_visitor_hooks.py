"""Hooks: when ``pre_save`` and ``post_load`` run, and on what."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import attrs
from conftest import declarations, objects
from hypothesis import given, strategies as st
from tapes import Replay, Tape, recorded
from test_visitor import Paths

import qidl
from qidl import declaration, derived, embedded, uint8, visit
from qidl.declaration import Array, Struct
from qidl.visitor import build


@given(st.data())
def test_hooks_run_once_for_every_struct(data: st.DataObject) -> None:
    """pre_save runs from the outside in, post_load from the inside out, each once for every struct that travels."""
    calls: list[tuple[str, Any]] = []
    cls = data.draw(declarations(hooks=calls, rich=True))
    obj = data.draw(objects(cls))
    visit(obj, Tape())
    outside_in = [("pre_save", id(struct)) for struct in structs(obj) if hasattr(struct, "pre_save")]
    assert outside_in == [(hook, id(struct)) for hook, struct in calls]
    tape = recorded(obj)
    calls.clear()
    made = build(cls, Replay(tape))
    inside_out = [("post_load", id(struct)) for struct in structs(made, last=True) if hasattr(struct, "post_load")]
    assert inside_out == [(hook, id(struct)) for hook, struct in calls]


def structs(obj: Any, *, last: bool = False) -> Iterator[Any]:
    """An object and every struct within it that travels, in the order of the struct, itself first or last."""
    if not last:
        yield obj
    for field in declaration(type(obj)).serialised:
        value, kind = getattr(obj, field.name), field.type
        if field.has is not None and not getattr(obj, field.has):
            continue
        if isinstance(kind, Struct) and value is not None:
            yield from structs(value, last=last)
        elif isinstance(kind, Array) and isinstance(kind.element, Struct):
            for element in value:
                yield from structs(element, last=last)
    if last:
        yield obj


def test_pre_save_comes_before_the_values() -> None:
    """What pre_save computes is what is visited, in an inner struct too."""

    @qidl.declare
    class Inner:
        x: uint8 = 0

        def pre_save(self) -> None:
            self.x += 1

    @qidl.declare
    class Outer:
        x: uint8 = 0
        inner: Inner = embedded(Inner)

        def pre_save(self) -> None:
            self.x = 10
            self.inner.x = self.x

    assert [("x", 10), ("inner.x", 11)] == [(n, v) for n, v in paths_of(Outer())]


def paths_of(obj: object) -> list[tuple[str, object]]:
    visitor = Paths()
    visit(obj, visitor)
    return visitor.values


def test_post_load_sees_the_whole_struct() -> None:
    """When post_load runs, every field is loaded and inner structs have had theirs."""
    seen: list[tuple[int, int, int]] = []

    @qidl.declare
    class Inner:
        x: uint8 = 0

        def post_load(self) -> None:
            self.x *= 2

    @qidl.declare
    class Outer:
        first: uint8 = 0
        inner: Inner = embedded(Inner)
        last: uint8 = 0

        def post_load(self) -> None:
            seen.append((self.first, self.inner.x, self.last))

    qidl.from_qobject(Outer, {"first": 1, "inner": {"x": 2}, "last": 3})
    assert [(1, 4, 3)] == seen


def test_post_load_of_what_a_converter_made() -> None:
    """Hooks run on what the object holds in the end, be it made by a converter of attrs."""

    @qidl.declare
    class Inner:
        x: uint8 = 0
        twice: uint8 = derived(0)

        def post_load(self) -> None:
            self.twice = 2 * self.x

    @qidl.declare
    class Outer:
        inner: Inner = attrs.field(converter=copy.copy, factory=Inner)

    assert 6 == qidl.from_qobject(Outer, {"inner": {"x": 3}}).inner.twice

    @qidl.declare
    class Emptied:
        inner: Inner = attrs.field(converter=lambda value: None, factory=Inner)

    assert qidl.from_qobject(Emptied, {"inner": {"x": 3}}).inner is None
