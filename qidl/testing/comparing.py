"""Where two devices or two states differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from qidl.declaration import is_declared


def differences(left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield path and both values wherever two devices, or two states, differ.

    Of devices, the fields that ``==`` compares, whether they travel or not.
    """
    from qidl.differences import diff_states

    sides = _plain(left), _plain(right)
    if sides[0] != sides[1]:
        yield from diff_states(*sides)


def _plain(value: Any) -> Any:
    """Dicts and lists that hold what a device does."""
    if is_declared(type(value)):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value)) if field.eq}
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        simple = set(map(type, value)) <= {int, bool, str, bytes}
        return list(value) if simple else [_plain(element) for element in value]
    return bytes(value) if isinstance(value, bytearray) else value
