"""The contract: whatever the bytes, a result or a QidlError; and a result that says what the bytes say."""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import qidl
from qidl import QidlError, UnknownSectionWarning
from qidl.levels import LEVELS
from qidl.snapshot import Snapshot


class Engine(Protocol):
    """What turns payloads into states, and back."""

    def decode(self, layout: Any, data: bytes, version_id: int | None = None) -> dict[str, Any]: ...

    def encode(self, layout: Any, state: dict[str, Any], version_id: int | None = None) -> bytes: ...


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
