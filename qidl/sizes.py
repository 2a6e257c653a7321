"""How many elements or bytes a declaration says are in use, and whether there is room for them."""

from __future__ import annotations

from typing import Any

from qidl.kinds import Array, Misfit, String


def length_of(kind: Array | String, owner: Any) -> Any:
    """The size, which another field of the object may hold; None where there is none."""
    return getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size


def size_misfit(kind: Array | String, length: int | None) -> Misfit:
    """Whether there is room for as much as a size says."""
    if kind.capacity is None or length is None or 0 <= length <= kind.capacity:
        return None
    what = "elements" if isinstance(kind, Array) else "bytes"
    return f"at most {kind.capacity} {what}", f"{kind.size} = {length}"


def room_for(kind: String, length: int | None) -> int | None:
    """Bytes for text and its NUL, no more than a size allows."""
    if kind.capacity is None or length is None:
        return kind.capacity
    return min(kind.capacity, length + 1)
