"""Comparing layouts: the wire has no names, so what one writes is laid beside what the other reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import attrs

from qidl.check.finding import BACKWARD, BOTH, FORWARD, Direction, Finding, merged
from qidl.check.inputs import Layout, Layouts, WireField

_UNUSED = "unused"
_OF_FORM = ("removed", "added", "retyped", "resized", "condition")
"""Kinds of findings that mean another version."""

_OF_VERSION = re.compile(r"version ([<=]) (\d+)")
_RANGE = re.compile(r"(-?\d+)(?:\.\.(-?\d+))?")


def compare_layouts(old: Layouts, new: Layouts) -> list[Finding]:
    """Compare every section of two programs, or of two levels."""
    findings: list[Finding] = []
    for name, layout in old.sections.items():
        if name in new.sections:
            findings += _compare_section(name, layout, new.sections[name])
        else:
            findings.append(Finding(name, "section vanished", "new knows no such section", FORWARD))
    # Of two lists of all types, a new type of device says nothing about the machines that old had.
    if not (old.all_types and new.all_types):
        added = [name for name in new.sections if name not in old.sections]
        findings += [Finding(name, "section added", "old knows no such section", BACKWARD) for name in added]
    return findings


def _compare_section(path: str, old: Layout, new: Layout) -> Iterator[Finding]:
    if old.name != new.name:
        yield Finding(path, "renamed", f"section {old.name} → {new.name}", BOTH)
    yield from _compare_versioned(path, old, new)


def _compare_versioned(path: str, old: Layout, new: Layout) -> Iterator[Finding]:
    """Compare what carries its version on the wire: a section or a subsection."""
    fields: list[Finding] = []
    for direction, writer, reader in ((Direction.FORWARD, old, new), (Direction.BACKWARD, new, old)):
        side = "new" if direction is Direction.FORWARD else "old"
        version = writer.version_id
        if version > reader.version_id:
            message = f"version {version} is newer than the {reader.version_id} that {side} reads"
            yield Finding(path, "version", message, (direction,))
        elif version < reader.minimum_version_id:
            message = f"version {version} is older than the {reader.minimum_version_id} that {side} reads at least"
            yield Finding(path, "version", message, (direction,))
        else:
            fields += _compare_fields(path, _at(writer, version), _at(reader, version), direction)
            fields += (Finding(path, "rule", rule, (direction,)) for rule in reader.rules if rule not in writer.rules)
    found = merged(fields)
    yield from found
    if old.version_id == new.version_id and any(f.breaks for f in found if f.kind in _OF_FORM):
        yield Finding(
            path, "version not raised", f"the fields differ, the version is {new.version_id} all the same", BOTH
        )
    yield from _compare_subsections(path, old, new)


def _at(layout: Layout, version: int) -> list[WireField]:
    """The fields that are on the wire of a version, without the conditions that it settles."""
    found = []
    for field in layout.fields:
        conditions = field.condition.split(", and ") if field.condition else []
        settled = {one: match for one in conditions if (match := _OF_VERSION.fullmatch(one))}
        if field.since <= version and all(_holds(match[1], int(match[2]), version) for match in settled.values()):
            left = ", and ".join(one for one in conditions if one not in settled)
            found.append(attrs.evolve(field, condition=left))
    return found


def _holds(sign: str, bound: int, version: int) -> bool:
    return version < bound if sign == "<" else version == bound


def _compare_subsections(path: str, old: Layout, new: Layout) -> Iterator[Finding]:
    before = {section.name: section for section in old.subsections}
    after = {section.name: section for section in new.subsections}
    for name, section in before.items():
        here = name if name.startswith(f"{path}/") else f"{path}/{name}"
        if name in after:
            yield from _compare_versioned(here, section, after[name])
        else:
            yield Finding(here, "subsection vanished", "new refuses a section that holds it", FORWARD)
    for name in after:
        if name not in before:
            here = name if name.startswith(f"{path}/") else f"{path}/{name}"
            yield Finding(here, "subsection added", "old refuses a section that holds it", BACKWARD)


def _compare_fields(
    path: str, written: list[WireField], read: list[WireField], direction: Direction
) -> Iterator[Finding]:
    """Lay the fields that one side writes beside those that the other reads."""
    forward = direction is Direction.FORWARD
    matcher = SequenceMatcher(None, [f.path for f in written], [f.path for f in read], autojunk=False)
    for tag, w1, w2, r1, r2 in matcher.get_opcodes():
        left, right = written[w1:w2], read[r1:r2]
        old, new = (left, right) if forward else (right, left)
        if tag == "equal":
            for before, after in zip(old, new, strict=True):
                yield from _compare_field(f"{path}.{before.path}", before, after, direction)
        elif not _same_bytes(old, new):
            yield from (_odd(path, field, "removed", direction) for field in old)
            yield from (_odd(path, field, "added", direction) for field in new)
        else:
            yield from _renamings(path, old, new)


def _odd(path: str, field: WireField, kind: str, direction: Direction) -> Finding:
    size = f"{field.size} bytes" if field.size is not None and field.fields is None else field.kind or "a struct"
    when = ", when it is there" if field.condition else ""
    return Finding(f"{path}.{field.path}", kind, f"{size}{when}", (direction,))


def _same_bytes(old: list[WireField], new: list[WireField]) -> bool:
    """Whether two runs of fields take the same room: by all that is known, nothing moves."""
    sizes = [sum(_bytes(field) or 0 for field in fields) for fields in (old, new)]
    known = all(_bytes(field) is not None and not field.condition for field in (*old, *new))
    unused = any(fields and all(_is_unused(field) for field in fields) for fields in (old, new))
    paired = len(old) == len(new) and all(_alike(a, b) for a, b in zip(old, new, strict=False))
    return known and sizes[0] == sizes[1] and (unused or paired)


def _is_unused(field: WireField) -> bool:
    return field.path == _UNUSED or field.kind == "unused_buffer"


def _bytes(field: WireField) -> int | None:
    if field.size is None or field.fields is not None or (field.count and not field.count.isdigit()):
        return None
    return field.size * int(field.count or 1)


def _alike(old: WireField, new: WireField) -> bool:
    return (old.size, old.kind, old.count) == (new.size, new.kind, new.count)


def _renamings(path: str, old: list[WireField], new: list[WireField]) -> Iterator[Finding]:
    for before, after in zip(old, new, strict=False):
        if len(old) == len(new) and not _is_unused(before) and not _is_unused(after):
            yield Finding(f"{path}.{before.path}", "renamed", f"now {after.path}", ())


def _compare_field(path: str, old: WireField, new: WireField, direction: Direction) -> Iterator[Finding]:
    if old.condition != new.condition:
        message = f"there if {old.condition or 'always'} → {new.condition or 'always'}".replace("if always", "always")
        yield Finding(path, "condition", message, (direction,))
    if old.fields is not None and new.fields is not None:
        # A struct's version is not on the wire: each side goes by its own.
        left, right = (old.fields, new.fields) if direction is Direction.FORWARD else (new.fields, old.fields)
        yield from _compare_fields(path, _at(left, left.version_id), _at(right, right.version_id), direction)
        if direction is Direction.FORWARD:
            yield from _compare_subsections(path, old.fields, new.fields)
        sizes_differ = False
    else:
        sizes_differ = old.size != new.size
    if (old.fields is None) != (new.fields is None) or (old.kind != new.kind and not sizes_differ):
        yield Finding(path, "retyped", f"{_shown(old)} → {_shown(new)}", (direction,))
    elif sizes_differ or old.count != new.count:
        yield Finding(path, "resized", f"{_shown(old)} → {_shown(new)}", (direction,))
    else:
        writer, reader = (old, new) if direction is Direction.FORWARD else (new, old)
        if not _accepts(reader.accepted, writer.accepted):
            yield Finding(path, "accepted", f"{old.accepted or 'any'} → {new.accepted or 'any'}", (direction,))


def _accepts(accepted: str, written: str) -> bool:
    """Whether all that one side writes is among what the other reads, as far as the words tell."""
    if not accepted or accepted == written:
        return True
    ranges = [_RANGE.fullmatch(words) for words in (accepted, written)]
    bounds = [(int(one[1]), int(one[2] or one[1])) for one in ranges if one]
    if len(bounds) == 2:
        return bounds[0][0] <= bounds[1][0] and bounds[1][1] <= bounds[0][1]
    return _values(written) <= _values(accepted)


def _values(accepted: str) -> set[str]:
    return set(re.split(", | or ", accepted.removeprefix("one of ")))


def _shown(field: WireField) -> str:
    kind = "a struct" if field.fields is not None else field.kind or f"{field.size} bytes"
    size = f" ({field.size} bytes)" if field.kind and field.size is not None else ""
    return f"{kind}{size}" + (f" x {field.count}" if field.count else "")
