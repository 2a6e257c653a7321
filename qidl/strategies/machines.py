"""Whole machines, and whole streams."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import note, strategies as st

from qidl.default_pc import power_on
from qidl.differences import diff
from qidl.errors import QidlError
from qidl.levels import NEWEST
from qidl.section import Section
from qidl.sentences import brief
from qidl.snapshot import Snapshot
from qidl.strategies import values
from qidl.strategies.layouts import draw_state, states
from qidl.strategies.values import SIMPLEST, NoSimplest
from qidl.wire.ram import PAGE_SIZE
from qidl.wire.ram_records import block_list, page, ram_sections
from qidl.wire.vmstate import VMState

State = dict[str, Any]

_CHANGED = 4
"""Sections of a machine whose states are drawn, at the most."""

_NOTED = 20
"""Values of a drawn machine that Hypothesis reports, at the most."""


@st.composite
def snapshots(draw: st.DrawFn, level: str = NEWEST) -> Snapshot:
    """Snapshots of the default PC of a level: as it is switched on, but for a few sections whose states are drawn.

    When a test fails, Hypothesis reports what differs from power-on.

    :param level: name of the level
    :raises CompatError: there is none of that name; raised when the first snapshot is drawn
    """
    snapshot = power_on(level)
    editable = [section for section in snapshot.sections if section.layout is not None]
    for section, state in draw(st.lists(_changes(editable), max_size=_CHANGED)):
        section.state = state
    note(_Changes(snapshot))
    return snapshot


@st.composite
def _changes(draw: st.DrawFn, editable: list[Section]) -> tuple[Section, State]:
    """One of the sections, and a state for it."""
    section = editable[draw(st.integers(0, len(editable) - 1))]
    assert section.layout is not None
    whole = draw(values.BOOLEANS.strategy)
    drawn = draw(states(section.layout, section.version_id))
    return section, drawn if whole else _laid_over(section, section.layout, drawn)


def _laid_over(section: Section, layout: VMState, drawn: State) -> State:
    """The state at power-on with what was drawn other than the simplest; what was drawn, where that does not fit."""
    try:
        laid: State = _merged(section.state, drawn, draw_state(SIMPLEST, layout, section.version_id))
        layout.encode(laid, section.version_id)
    except (NoSimplest, QidlError):
        return drawn
    return laid


def _merged(under: Any, drawn: Any, simplest: Any) -> Any:
    if isinstance(drawn, dict) and isinstance(under, dict) and isinstance(simplest, dict):
        names = [*under, *(name for name in drawn if name not in under)]
        return {
            name: _merged(under.get(name), drawn[name], simplest.get(name)) if name in drawn else under[name]
            for name in names
        }
    sides = (under, drawn, simplest)
    if {type(side) for side in sides} in ({list}, {bytes}) and len({len(side) for side in sides}) == 1:
        return type(drawn)(itertools.starmap(_merged, zip(*sides, strict=True)))
    return drawn if drawn != simplest or under is None else under


class _Changes:
    """What differs from power-on, in words, should Hypothesis ask."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __repr__(self) -> str:
        level = self.snapshot.level
        found = list(diff(power_on(level), self.snapshot))
        lines = [f"{one.section}.{one.path}: {brief(one.left)} -> {brief(one.right)}" for one in found[:_NOTED]]
        more = [f"and {len(found) - _NOTED} more"] if len(found) > _NOTED else []
        return "\n    ".join([f"{level} at power-on{', but' if found else ''}", *lines, *more])


class Stream(bytes):
    """A stream that does not fill the screen when Hypothesis reports it."""

    def __repr__(self) -> str:
        return f"<stream of {len(self)} bytes>"


@st.composite
def streams(draw: st.DrawFn, level: str = NEWEST) -> bytes:
    """Streams of a level: a machine of :func:`snapshots`, with pages of guest memory, and bytes after the end.

    :param level: name of the level
    :raises CompatError: there is none of that name; raised when the first stream is drawn
    """
    snapshot = draw(snapshots(level))
    blocks = {name: block.length for name, block in snapshot.ram.items()}
    first, *more = draw(st.lists(_parts(blocks), min_size=1, max_size=3))
    memory = ram_sections([block_list(blocks) + first, *more])
    preamble = snapshot.to_bytes()[: snapshot.sections[0].header.offset]
    rest = [piece for section in snapshot.sections if not section.is_live for piece in section.pieces()]
    trailer: bytes = draw(st.just(b"") | st.binary(max_size=8))
    if trailer:
        note(f"after its end: {trailer.hex(' ')}")
    return Stream(b"".join([preamble, *memory, *rest, b"\0", trailer]))


@st.composite
def _parts(draw: st.DrawFn, blocks: dict[str, int]) -> bytes:
    """Pages, as one part of the section brings them."""
    records = []
    for name in draw(st.lists(st.sampled_from(sorted(blocks)), max_size=3)):
        address = draw(values.integers(0, blocks[name] // PAGE_SIZE - 1).strategy) * PAGE_SIZE
        content = draw(st.integers(0, 255) | values.binary(PAGE_SIZE).strategy)
        records.append(page(name, address, content))
    return b"".join(records)
