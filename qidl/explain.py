"""Why a stream does not load at a level, section by section, and what converting does about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import attrs

from qidl.compat.step import Loss
from qidl.errors import CompatError, WireError
from qidl.levels import Level, level as _level
from qidl.section import Section
from qidl.snapshot import Snapshot


@attrs.frozen
class Obstacle:
    """What stands in the way of one section.

    :ivar section: its idstr, with ``#`` and the instance where that is not 0; ``ram`` for guest memory
    :ivar reason: why the level does not load it, or would misread it
    :ivar remedies: what converting does about it, and loses
    """

    section: str
    reason: str
    remedies: tuple[str, ...]


def obstacles(snapshot: Snapshot, level: str) -> list[Obstacle]:
    """Return what keeps a level from loading a snapshot as it is; nothing if it loads.

    :raises CompatError: there is no level of that name
    """
    target = _level(level)
    try:
        converted: Snapshot | None = snapshot.convert(level)
        problem = ""
    except CompatError as error:
        converted, problem = None, f"it cannot be converted: {error}"
    found = list(_memory(snapshot, converted, target))
    after = {section.section_id: section for section in reversed(converted.sections)} if converted else {}
    losses: defaultdict[str, list[Loss]] = defaultdict(list)
    for loss in converted.losses if converted else ():
        losses[loss.section].append(loss)
    for section in snapshot.sections:
        if section.is_live:
            continue
        reason = _unreadable(section, target) or _misread(section, after.get(section.section_id))
        if reason:
            name = f"{section.idstr}#{section.instance_id}" if section.instance_id else section.idstr
            found.append(Obstacle(name, reason, (problem,) if problem else _remedies(losses[name])))
    return found


def _unreadable(section: Section, target: Level) -> str:
    layouts = target.layouts(section.idstr)
    if not layouts:
        return f"{target.name} does not know the device"
    layout = layouts[0]
    version_id, least, most = section.version_id, layout.minimum_version_id, layout.version_id
    if not least <= version_id <= most and layout.written(version_id) == most:
        reads = f"up to {most}" if version_id > most else f"from {least} on"
        return f"it is of version {version_id}, {target.name} reads {reads}"
    for layout in layouts:
        try:
            layout.decode(section.payload, section.version_id, section=section.idstr)
        except WireError as error:
            problem = error
        else:
            return ""
    return f"{target.name} refuses it: {problem}"


def _misread(section: Section, after: Section | None) -> str:
    """A section that would load, but mean something else: its name or its bytes change, its version does not.

    :param after: the section that converting makes of it, if it does
    """
    if after is None:
        return ""
    if after.idstr != section.idstr:
        return f"it is called {after.idstr} there"
    if after.version_id == section.version_id and after.payload != section.payload:
        return "it would be read, but not as it is meant"
    return ""


def _remedies(losses: list[Loss]) -> tuple[str, ...]:
    if not losses:
        return ("converting loses nothing",)
    return tuple(f"converting loses{', harmlessly,' if loss.harmless else ''} {loss}" for loss in losses)


def _memory(snapshot: Snapshot, converted: Snapshot | None, target: Level) -> Iterator[Obstacle]:
    if converted is None:
        return
    before = {idstr: block.length for idstr, block in snapshot.ram.items()}
    after = {idstr: block.length for idstr, block in converted.ram.items()}
    for idstr, length in before.items():
        if idstr not in after:
            yield Obstacle("ram", f"{target.name} has no block {idstr}", ("converting renames it or leaves it out",))
        elif after[idstr] != length:
            reason = f"{target.name} has a block {idstr} of {after[idstr]} bytes, not of {length}"
            yield Obstacle("ram", reason, ("converting cuts it off or extends it",))
