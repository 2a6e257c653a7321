"""Layouts made for a test, and the message with which an engine refuses what does not fit one."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from conftest import Engine

from qidl import WireError
from qidl.wire.vmstate import VMState


def layout(*fields: Any, **more: Any) -> VMState:
    return VMState("dev", version_id=1, fields=fields, **more)


def subsection(name: str, *fields: Any, version_id: int = 1, **more: Any) -> VMState:
    return VMState(name, version_id=version_id, fields=fields, **more)


def header(name: str, version_id: int = 1) -> bytes:
    """What a subsection begins with: 5, the name's length, the name, u32 version."""
    return bytes([5, len(name)]) + name.encode() + struct.pack(">I", version_id)


def refused(engine: Engine, wire: VMState, given: bytes | dict[str, Any], version_id: int | None = None) -> str:
    """The message with which an engine refuses a payload or a state; it is one line."""
    with pytest.raises(WireError) as caught:
        engine.decode(wire, given, version_id) if isinstance(given, bytes) else engine.encode(wire, given, version_id)
    assert 1 == len(str(caught.value).splitlines())
    return str(caught.value)
