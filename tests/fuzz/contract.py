"""The contract: whatever the bytes, a result or a QidlError; and a result that says what the bytes say."""

from __future__ import annotations

import warnings
from collections.abc import Container, Mapping
from typing import Any, Protocol

import qidl
from qidl import QidlError, UnknownSectionWarning, WireError
from qidl.levels import LEVELS, section_key
from qidl.section import Section
from qidl.snapshot import Snapshot


class Engine(Protocol):
    """What turns payloads into states, and back."""

    def decode(self, layout: Any, data: bytes, version_id: int | None = None) -> dict[str, Any]: ...

    def encode(self, layout: Any, state: dict[str, Any], version_id: int | None = None) -> bytes: ...


def hold(data: bytes, engines: Mapping[str, Engine], known: Container[bytes] = ()) -> Snapshot | QidlError:
    """Read a stream strictly and leniently, and each section by itself on every engine.

    :param known: payloads that are not compared
    :returns: what :func:`read` does
    :raises AssertionError: they do not come to the same
    """
    found = read(data)
    lenient = read_leniently(data)
    if lenient is None:
        assert isinstance(found, QidlError)
        return found
    assert isinstance(found, QidlError) == bool(lenient.problems)
    for section in lenient.sections:
        if not section.is_live and bytes(section.payload) not in known:
            agree(section, engines)
    return found


def read(data: bytes) -> Snapshot | QidlError:
    """Load a stream, and read every section; the result, or the error.

    :raises AssertionError: what was read is not written as it was
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownSectionWarning)
        try:
            snapshot = qidl.load(data)
        except QidlError as error:
            refused: QidlError | None = error
        else:
            refused = None
    if refused is not None:
        assert len(str(refused).splitlines()) == 1, repr(str(refused))
        return refused
    # What loaded has been decoded once: reading it cannot fail any more.
    for section in snapshot.sections:
        payload = bytes(section.payload)
        assert isinstance(section.state, dict)
        assert payload == section.encode(), section
    assert data == snapshot.to_bytes()
    for block in snapshot.ram.values():
        assert block.pages <= len(data) // 9
    return snapshot


def read_leniently(data: bytes) -> Snapshot | None:
    """Read what can be read of a stream; None of what is none.

    :raises AssertionError: it is not all there, or what is wrong is not said
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownSectionWarning)
        try:
            snapshot = qidl.load(data, strict=False)
        except WireError:
            assert data[:8] != b"QEVM\0\0\0\3"
            return None
    assert data == snapshot.to_bytes()
    assert all(isinstance(section.state, dict) for section in snapshot.sections)
    assert all(len(str(problem).splitlines()) == 1 for problem in snapshot.problems)
    assert snapshot.is_complete or snapshot.problems
    return snapshot


def agree(section: Section, engines: Mapping[str, Engine]) -> None:
    """Hold the engines together on a payload, by each layout that a section of its name has at any level.

    :raises AssertionError: they come to different states or errors
    """
    layouts = {layout: None for level in LEVELS.values() for layout in level.layouts(section_key(section.idstr))}
    for layout in layouts:
        found = [outcome(engine, layout, bytes(section.payload), section.version_id) for engine in engines.values()]
        assert all(one == found[0] for one in found), (layout, found)


def use(snapshot: Snapshot) -> list[QidlError]:
    """Make every device, and convert the machine to every level; what was refused, all of it as QidlErrors."""
    refused: list[QidlError] = []
    for section in snapshot.sections:
        try:
            if not section.is_live:
                section.device()
        except QidlError as error:
            refused.append(error)
    for level in LEVELS:
        try:
            converted = snapshot.convert(level)
        except QidlError as error:
            refused.append(error)
        else:
            converted.to_bytes()
    return refused


def outcome(engine: Engine, layout: Any, payload: bytes, version_id: int) -> tuple[str, Any]:
    """What an engine makes of a payload, in a form that can be compared with another's."""
    try:
        return "state", engine.decode(layout, payload, version_id)
    except QidlError as error:
        return "error", (type(error), str(error))
