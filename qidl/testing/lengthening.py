"""Arrays that are longer than a layout can count.

Strategies draw no such long ones where nothing but the type of the count bounds them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from qidl.declaration import Array, Declaration, Integer, Struct, declaration, zero
from qidl.qobject import to_qobject
from qidl.testing.forms import forms
from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState

_MOST = 1 << 16
"""Elements up to which arrays are made longer: what 16 bits count no more."""

QObject = dict[str, Any]


def lengthened(cls: type[Any], layout: VMState, saved: QObject) -> Iterator[QObject]:
    """Yield a QObject with each of its counts one beyond what the layout's plain integer for it can be."""
    integers = (one for one in forms(layout) if one.is_written and isinstance(one.form, wire.Integer))
    most = {one.path: one.form.maximum for one in integers}
    for way, name, described in _counts(declaration(cls), saved):
        count = most.get(paths.join(".".join(way), name), _MOST) + 1
        if count <= _MOST:
            longer = copy.deepcopy(saved)
            struct = longer
            for step in way:
                struct = struct[step]
            struct[name] = count
            _lengthen(struct, name, described)
            yield longer


def _counts(described: Declaration, qobject: QObject, way: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield each integer that says how long an array is: the way to its struct, its name, and the declaration."""
    counts = {field.type.size for field in described.serialised if isinstance(field.type, Array)}
    for field in described.serialised:
        if isinstance(field.type, Integer) and field.name in counts and field.name in qobject:
            yield way, field.name, described
        elif isinstance(field.type, Struct) and field.name in qobject:
            yield from _counts(field.type.declaration, qobject[field.name], (*way, field.name))


def _lengthen(struct: QObject, name: str, described: Declaration) -> None:
    for field in described.serialised:
        kind = field.type
        if isinstance(kind, Array) and kind.size == name and field.name in struct:
            more = struct[name] - len(struct[field.name])
            struct[field.name] += bytes(more) if kind.is_buffer else [_zero(kind) for _ in range(more)]


def _zero(kind: Array) -> Any:
    return to_qobject(zero(kind.element)) if isinstance(kind.element, Struct) else zero(kind.element)
