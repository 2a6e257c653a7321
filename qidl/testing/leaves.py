"""The forms at the end of a layout's paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qidl.wire import path as paths, primitives as wire
from qidl.wire.vmstate import VMState


def leaves(layout: VMState, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The forms of a layout's fields, by path with the indexes left out."""
    for member in layout.members:
        path = any_index(paths.join(prefix, member.path))
        form = member.subcon
        while isinstance(form, wire.Array | wire.Listed):
            path, form = f"{path}[]", form.subcon
        if isinstance(form, VMState):
            yield from leaves(form, path)
        else:
            yield path, form
    for subsection in layout.subsections:
        yield from leaves(subsection, prefix)


def any_index(path: str) -> str:
    """A path of all elements of an array: with its indexes left out."""
    return re.sub(r"\[\d+\]", "[]", path)
