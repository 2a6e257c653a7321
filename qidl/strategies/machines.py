"""Whole machines, and whole streams."""

from __future__ import annotations

from hypothesis import strategies as st

from qidl.levels import NEWEST
from qidl.snapshot import Snapshot
from qidl.strategies import values
from qidl.strategies.layouts import states
from qidl.testing import machine
from qidl.wire.ram import PAGE_SIZE

_CHANGED = 4
"""Sections of a machine whose states are drawn, at the most."""


@st.composite
def snapshots(draw: st.DrawFn, level: str = NEWEST) -> Snapshot:
    """Snapshots of the default PC of a level: as it is switched on, but for a few sections whose states are drawn.

    :param level: name of the level
    """
    snapshot = machine.power_on(level)
    editable = [section for section in snapshot.sections if section.layout is not None]
    chosen = st.lists(st.integers(0, len(editable) - 1), max_size=_CHANGED, unique=True)
    for place in draw(chosen):
        section = editable[place]
        assert section.layout is not None
        section.state = draw(states(section.layout, section.version_id))
    return snapshot


@st.composite
def streams(draw: st.DrawFn, level: str = NEWEST) -> bytes:
    """Streams of a level: a machine of :func:`snapshots`, with pages of guest memory, and bytes after the end.

    :param level: name of the level
    """
    snapshot = draw(snapshots(level))
    blocks = {name: block.length for name, block in snapshot.ram.items()}
    first, *more = draw(st.lists(_parts(blocks), min_size=1, max_size=3))
    memory = machine.ram_sections([machine.memory_list(blocks) + first, *more])
    preamble = snapshot.to_bytes()[: snapshot.sections[0].header.offset]
    rest = [piece for section in snapshot.sections if not section.is_live for piece in section.pieces()]
    trailer = draw(st.just(b"") | st.binary(max_size=8))
    return b"".join([preamble, *memory, *rest, b"\0", trailer])


@st.composite
def _parts(draw: st.DrawFn, blocks: dict[str, int]) -> bytes:
    """Pages, as one part of the section brings them."""
    records = []
    for name in draw(st.lists(st.sampled_from(sorted(blocks)), max_size=3)):
        address = draw(values.integers(0, blocks[name] // PAGE_SIZE - 1)) * PAGE_SIZE
        content = draw(st.integers(0, 255) | values.binary(PAGE_SIZE))
        records.append(machine.page(name, address, content))
    return b"".join(records)
