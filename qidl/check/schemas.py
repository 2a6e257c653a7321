"""Comparing schemas: members are found by name, and loading is strict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qidl.annotations import CType
from qidl.check.finding import BACKWARD, BOTH, FORWARD, Direction, Finding
from qidl.check.inputs import Schemas

_WORDS = {"bool": "bool", "str": "str", "size": "uint64", "int": "int64", "QEMUTimer": "int64"}


def compare_schemas(old: Schemas, new: Schemas) -> list[Finding]:
    """Compare the schemas of one or more types."""
    findings: list[Finding] = []
    if len(old) == len(new) == 1 and old.keys() != new.keys():
        # Two schemas are compared even if the type has another name; the QObject does not show it.
        (before,), (after,) = old, new
        findings.append(Finding(before, "renamed", f"now {after}", ()))
        return findings + list(_compare(before, old[before], new[after]))
    for name, data in old.items():
        if name in new:
            findings += _compare(name, data, new[name])
        else:
            findings.append(Finding(name, "removed", "the type is gone", FORWARD))
    findings += [Finding(name, "added", "the type is new", BACKWARD) for name in new if name not in old]
    return findings


def _compare(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Finding]:
    before, after = _members(old), _members(new)
    renamed = dict(_renamed(before, after))
    for name, (optional, described) in before.items():
        here = f"{path}.{name}"
        if name in after:
            yield from _compare_member(here, optional, described, *after[name])
        elif name in renamed:
            yield Finding(here, "renamed", f"now {renamed[name]}", BOTH)
        else:
            breaks = FORWARD if optional else BOTH
            yield Finding(
                here, "removed", "new refuses it as unknown" + ("" if optional else ", and old asks for it"), breaks
            )
    for name, (optional, _) in after.items():
        if name not in before and name not in renamed.values():
            message = "old refuses it as unknown" if optional else "required, and old state has none"
            yield Finding(f"{path}.{name}", "added", message, BACKWARD if optional else BOTH)


def _members(data: dict[str, Any]) -> dict[str, tuple[bool, Any]]:
    return {name.removeprefix("*"): (name.startswith("*"), described) for name, described in data.items()}


def _renamed(before: dict[str, tuple[bool, Any]], after: dict[str, tuple[bool, Any]]) -> Iterator[tuple[str, str]]:
    """Guess renamings: a member in the same place between the same neighbours, of the same type."""
    gone, come = list(before), list(after)
    for index, name in enumerate(gone):
        if name in after:
            continue
        neighbour = gone[index - 1] if index else None
        if neighbour is not None and neighbour not in after:
            continue
        place = come.index(neighbour) + 1 if neighbour is not None else 0
        if place < len(come) and come[place] not in before and after[come[place]] == before[name]:
            yield name, come[place]


def _compare_member(path: str, was_optional: bool, old: Any, is_optional: bool, new: Any) -> Iterator[Finding]:
    if was_optional and not is_optional:
        yield Finding(path, "optional", "no longer, so state without it is refused", FORWARD)
    if is_optional and not was_optional:
        yield Finding(path, "optional", "now, and old refuses state without it", BACKWARD)
    before, after = _Shape(old), _Shape(new)
    if (before.is_list, before.is_text) != (after.is_list, after.is_text):
        yield Finding(path, "retyped", f"{before} → {after}", BOTH)
        return
    breaks = _range_breaks(before.type, after.type)
    if breaks:
        yield Finding(path, "retyped", f"{before} → {after}", breaks)
    breaks = _size_breaks(before, after)
    if breaks:
        yield Finding(path, "resized", f"{before.room} → {after.room}", breaks)


class _Shape:
    """What a description says: a type, and how many."""

    def __init__(self, described: Any) -> None:
        self.size: Any = None
        self.capacity: Any = None
        self.is_list = self.is_text = False
        if isinstance(described, dict):
            kind = described.get("type")
            self.is_text = described.get("is_string") == "true"
            self.is_list = isinstance(kind, list) and not self.is_text
            self.type = str(kind[0] if isinstance(kind, list) and kind else kind)
            self.size = described.get("array_size")
            self.capacity = described.get("array_capacity", self.size)
        else:
            self.type = str(described)
            self.is_text = self.type == "str"

    @property
    def room(self) -> str:
        fixed = self.capacity == self.size
        return str(self.size) if fixed else f"{self.size} of at most {self.capacity}"

    def __str__(self) -> str:
        return f"[{self.type} x {self.room}]" if self.is_list else "str" if self.is_text else self.type


def _range(name: str) -> tuple[int, int] | None:
    """The values of an integer type."""
    known = _WORDS.get(name, name)
    sign, _, bits = known.partition("int")
    if sign not in ("", "u") or bits not in ("8", "16", "32", "64"):
        return None
    ctype = CType(name, "", int(bits) // 8, signed=not sign)
    return ctype.minimum, ctype.maximum


def _range_breaks(old: str, new: str) -> tuple[Direction, ...]:
    """Which way values do not fit; both ways between types that are not both integers."""
    if old == new or {old, new} == {"str", "uint8"}:
        return ()
    before, after = _range(old), _range(new)
    if before is None or after is None:
        return BOTH
    forward = before[0] < after[0] or before[1] > after[1]
    backward = after[0] < before[0] or after[1] > before[1]
    return (FORWARD if forward else ()) + (BACKWARD if backward else ())


def _size_breaks(old: _Shape, new: _Shape) -> tuple[Direction, ...]:
    if old.is_text:
        before, after = old.capacity, new.capacity
    elif old.size != new.size:
        return BOTH
    else:
        # How much room a sized array has is no matter between versions, as long as what is in use fits.
        before, after = old.capacity, new.capacity
    if not isinstance(before, int | None) or not isinstance(after, int | None) or before == after:
        return ()
    forward = after is not None and (before is None or before > after)
    return FORWARD if forward else BACKWARD if old.is_text else ()
