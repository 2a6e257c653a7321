"""The captured machines that are measured."""

from __future__ import annotations

import gzip
from pathlib import Path

import qidl
from qidl.section import Section
from qidl.wire.vmstate import VMState

_DATA = Path(__file__).parent.parent / "tests" / "data"

DEFAULT = "1.1.2-pc-1.1-reset"
"""A default machine of pc-1.1."""

NEWEST = "1.3.1-pc-1.3-reset"
"""A default machine of pc-1.3, whose states are those of the device objects."""


def stream(name: str) -> bytes:
    """The bytes of a captured stream."""
    return gzip.decompress((_DATA / f"{name}.qevm.gz").read_bytes())


def machine(name: str) -> qidl.Snapshot:
    """A captured machine, every layout of it compiled."""
    snapshot = qidl.load(stream(name))
    for section in devices(snapshot):
        layout(section).compile_now(section.version_id)
    return snapshot


def devices(snapshot: qidl.Snapshot) -> list[Section]:
    """The sections that have a layout: all but guest memory."""
    return [section for section in snapshot.sections if section.layout is not None]


def layout(section: Section) -> VMState:
    """The layout of a section that has one."""
    assert section.layout is not None
    return section.layout
