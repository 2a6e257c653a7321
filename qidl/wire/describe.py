"""A layout as plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from qidl.wire.extent import extent, offsets
from qidl.wire.measures import in_words
from qidl.wire.primitives import (
    Again,
    Array,
    Buffer,
    Conditional,
    Listed,
    Only,
    Since,
    State,
    Validated,
    When,
)
from qidl.wire.vmstate import Member, VMState

Description = dict[str, Any]


def describe(layout: VMState) -> Description:
    """Describe a layout.

    ``name``, ``version_id``, ``minimum_version_id``, ``size`` (bytes at the least and at the most,
    None where there is no limit), ``fields``, ``subsections`` (descriptions in their turn); of some
    layouts ``rules``, each of ``paths`` and, in words, what is ``expected`` of them together; of
    others ``old_style``: true; of a subsection without fields ``marker``, the member that is True
    where the subsection is there. Each field has

    * ``path``: of its value in the state
    * ``kind``: ``uint8``, ``timer``, ``buffer``, ``struct``, ``list``, …
    * ``size``: bytes of one element, None if that varies
    * ``count``: of elements: 1, another number, the path of the field that holds it, or words
    * ``offset``: in what the newest version writes, where it is always the same
    * ``version``: the first that has the field
    * ``condition``: what else must hold for the field to be there, in words, if anything must
    * ``meaning``: in words, which may be none

    and, as its kind has it, ``struct``: the description of a nested struct; ``element``: kind,
    size and count of a nested array's; ``length``: of a buffer whose size varies, a path or
    words; ``accepted``: the values that are read and written; ``again``: true for the second of
    two places that hold the same value.
    """
    found: Description = {
        "name": layout.name,
        "version_id": layout.version_id,
        "minimum_version_id": layout.minimum_version_id,
        "size": list(extent(layout)),
        "fields": [_field(layout, member, offset) for member, offset in offsets(layout)],
        "subsections": [_subsection(subsection) for subsection in layout.subsections],
    }
    if layout.rules:
        found["rules"] = [{"paths": list(rule.paths), "expected": rule.expected} for rule in layout.rules]
    return {**found, "old_style": True} if layout.old_style else found


def _subsection(layout: VMState) -> Description:
    found = describe(layout)
    return found if layout.fields else {**found, "marker": layout.marker}


def _field(layout: VMState, member: Member, offset: int | None) -> Description:
    element = _element(member.subcon, layout)
    inner: Description = {key: element.pop(key) for key in ("struct", "element") if key in element}
    found: Description = {"path": member.path, **element}
    if offset is not None:
        found["offset"] = offset
    versions = [c.version_id for c in member.conditions if isinstance(c, Since | Only)]
    found["version"] = max([layout.minimum_version_id, *versions])
    if conditions := [_condition(c) for c in member.conditions if not isinstance(c, Since)]:
        found["condition"] = ", and ".join(conditions)
    found["meaning"] = member.meaning
    return {**found, **inner}


def _element(subcon: Any, within: VMState) -> Description:
    """What one construct is: kind, size, count, and what its kind adds."""
    found = _known(subcon, within)
    # A construct that a layout defines for itself may say what nothing else tells.
    own = getattr(subcon, "describe", None)
    return found if own is None else {**found, **own()}


def _known(subcon: Any, within: VMState) -> Description:
    match subcon:
        case VMState():
            return {"kind": "struct", "size": extent(subcon).fixed, "count": 1, "struct": describe(subcon)}
        case Array():
            return _array(_counted(subcon.count), subcon, within)
        case Listed():
            return _list(f"until a byte 0, a byte {subcon.marker} before each", subcon, within)
        case Buffer():
            size = extent(subcon, within).fixed
            found = {"kind": subcon.kind, "size": size, "count": 1}
            return found if isinstance(subcon.length, int) else {**found, "length": _counted(subcon.length)}
        case Validated():
            return {**_element(subcon.subcon, within), "accepted": subcon.accepted}
        case Again():
            return {**_element(subcon.subcon, within), "again": True}
        case construct.Subconstruct():
            return _list("as many as there are", subcon, within)
    kind = getattr(subcon, "kind", type(subcon).__name__)
    return {"kind": kind, "size": extent(subcon, within).fixed, "count": 1}


def _array(count: int | str, subcon: Any, within: VMState) -> Description:
    element = _element(subcon.subcon, within)
    if element["count"] == 1 and element["kind"] != "list":
        return {**element, "count": count}
    return {"kind": "array", "size": extent(subcon.subcon, within).fixed, "count": count, "element": element}


def _list(count: str, subcon: Any, within: VMState) -> Description:
    element = _element(subcon.subcon, within)
    inner = {"struct": element["struct"]} if "struct" in element else {"element": element}
    return {"kind": "list", "size": extent(subcon.subcon, within).fixed, "count": count, **inner}


def _counted(count: int | str | Callable[[State], int]) -> int | str:
    return in_words(count) if callable(count) else count


def _condition(condition: Conditional) -> str:
    match condition:
        case When(test=test, equals=None):
            return in_words(test) if callable(test) else f"{test} is not 0"
    return condition.condition
