"""The forms that a layout has for its members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState


class Form(NamedTuple):
    """The form of a member, or of the elements of one.

    :ivar path: with the indexes left out
    :ivar form: the construct
    :ivar holder: the layout that has the field
    :ivar is_written: the version that is written has the field
    :ivar is_in_subsection: the holder is a subsection
    :ivar conditions: on the state, all of which must hold for the field to be there, in words
    """

    path: str
    form: Any
    holder: VMState
    is_written: bool
    is_in_subsection: bool
    conditions: tuple[str, ...]

    @property
    def is_leaf(self) -> bool:
        """Whether no path of the layout leads further."""
        return not isinstance(self.form, wire.Array | wire.Listed | VMState)


def forms(layout: VMState, prefix: str = "", *, is_subsection: bool = False) -> Iterator[Form]:
    """The forms of the fields of a layout, of arrays' elements, and of the fields of structs."""
    for member in layout.members:
        on_version = [one for one in member.conditions if isinstance(one, wire.Since | wire.Before | wire.Only)]
        found = Form(
            path=any_index(paths.join(prefix, member.path)),
            form=member.subcon,
            holder=layout,
            is_written=all(one.present(layout.version_id, {}) for one in on_version),
            is_in_subsection=is_subsection,
            conditions=tuple(one.condition for one in member.conditions if one not in on_version),
        )
        yield found
        while isinstance(found.form, wire.Array | wire.Listed):
            found = found._replace(path=f"{found.path}[]", form=found.form.subcon)
            yield found
        if isinstance(found.form, VMState):
            yield from forms(found.form, found.path)
    for subsection in layout.subsections:
        yield from forms(subsection, prefix, is_subsection=True)


def leaves(layout: VMState) -> Iterator[tuple[str, Any]]:
    """The forms at the end of a layout's paths."""
    for one in forms(layout):
        if one.is_leaf:
            yield one.path, one.form


def any_index(path: str) -> str:
    """A path of all elements of an array: with its indexes left out."""
    return re.sub(r"\[\d+\]", "[]", path)
