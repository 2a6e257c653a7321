"""What a state keeps of bytes that QEMU skips unread, where a stranger wrote others than zeros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qidl.wire import path as paths
from qidl.wire.context import has_member
from qidl.wire.primitives import State, Unused
from qidl.wire.vmstate import VMState, struct_within


def may_keep_unused(layout: VMState) -> bool:
    """Whether a layout has bytes that are skipped, be it in a struct within."""
    return any(isinstance(member.subcon, Unused) for one in layout.walk() for member in one.members)


def without_unused(state: State, layout: VMState, version_id: int) -> State:
    """A state as it would be had the bytes been zeros; it is changed in place."""
    kept = []
    for member in layout.members:
        if not has_member(state, member.path) or not member.present(version_id, state):
            continue
        value = paths.get(state, member.path)
        if isinstance(member.subcon, Unused):
            kept += [member.path] if isinstance(value, bytes) else []
        elif (inner := struct_within(member.subcon)) is not None:
            for one in _structs(value):
                without_unused(one, inner, inner.version_id)
    for path in kept:
        _remove(state, path)
    for subsection in layout.subsections:
        without_unused(state, subsection, subsection.version_id)
    return state


def _structs(value: Any) -> Iterator[State]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _structs(element)


def _remove(state: State, path: str) -> None:
    """Take out a value, and what was there to hold it alone; elements behind it stay in their places."""
    *way, last = paths.parse(path)
    outer = paths.join(*way)
    within = paths.get(state, outer)
    if isinstance(within, dict):
        del within[last]
    elif last == len(within) - 1:
        within.pop()
    else:
        within[last] = 0
    if way and not within:
        _remove(state, outer)
