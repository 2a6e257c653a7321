"""Real streams of QEMU 1.0.1, 1.1.2, 1.2.2 and 1.3.1, held against what QEMU said it wrote."""

from __future__ import annotations

import captures
import pytest
from conftest import Engine

import qidl
from qidl.wire import path as paths

TRACED = [name for name in captures.names() if (captures.DATA / f"{name}.trace.gz").exists()]
INTEGERS = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "timer"}


@pytest.mark.parametrize("name", captures.names())
def test_stream_round_trips(name: str) -> None:
    """A stream is read without a warning and written back byte for byte, each section from its state alone."""
    raw = captures.capture(name)
    snapshot = qidl.load(raw)
    assert raw == snapshot.to_bytes()
    for section in snapshot.sections:
        assert not section.is_opaque
        assert bytes(section.payload) == section.encode()
    assert raw == snapshot.to_bytes()


@pytest.mark.parametrize("name", captures.names())
def test_level(name: str) -> None:
    """The level is deduced: that of the release, or an older one that writes the same."""
    snapshot = qidl.load(captures.capture(name))
    assert captures.level_of(name) in snapshot.possible_levels
    assert snapshot.possible_levels[0] == snapshot.level


@pytest.mark.parametrize("name", captures.names())
def test_engines_agree(name: str, engine: Engine) -> None:
    """Every captured section decodes and encodes the same on every engine."""
    for section in qidl.load(captures.capture(name)).sections:
        if section.layout is not None:
            payload = bytes(section.payload)
            state = engine.decode(section.layout, payload, section.version_id)
            assert section.state == state
            assert payload == engine.encode(section.layout, state, section.version_id)


@pytest.mark.parametrize("name", TRACED)
def test_walk(name: str) -> None:
    """The sections are those that QEMU wrote, at the places where it wrote them."""
    expected = [
        (s["idstr"], s["instance_id"], s["version_id"], s["section_id"], s["payload_offset"], s["payload_length"])
        for s in captures.sections(name)
    ]
    found = [
        (s.idstr, s.instance_id, s.version_id, s.section_id, s.offset, len(s.payload))
        for s in qidl.load(captures.capture(name)).sections
        if not s.is_live
    ]
    assert expected == found


@pytest.mark.parametrize("name", TRACED)
def test_values(name: str) -> None:
    """Every field that QEMU wrote is in the state, at its C path, with its value."""
    devices = [section for section in qidl.load(captures.capture(name)).sections if not section.is_live]
    for section, fields in zip(devices, captures.traces(name), strict=True):
        for field in fields:
            raw = bytes(section.payload[field.offset : field.offset + field.size])
            value = section.get(field.path)
            if isinstance(value, int):
                assert int.from_bytes(raw, "big") == value % (1 << 8 * field.size), f"{section.idstr} {field.path}"
            elif isinstance(value, bytes):
                assert raw == value, f"{section.idstr} {field.path}"


@pytest.mark.parametrize("name", ["1.0.1-isapc-reset", "1.1.2-pc-1.1-linux-live", "1.3.1-pc-1.3-reset"])
def test_set_changes_the_field_alone(name: str) -> None:
    """Setting an integer changes exactly the bytes that QEMU wrote for it, and setting it back restores them."""
    devices = [section for section in qidl.load(captures.capture(name)).sections if not section.is_live]
    for section, fields in zip(devices, captures.traces(name), strict=True):
        payload = bytes(section.payload)
        for field in [field for field in fields if field.kind in INTEGERS][:40]:
            before = section.get(field.path)
            try:
                section.set(field.path, before ^ 1)
            except qidl.WireError:
                # A field that a loading QEMU checks.
                continue
            expected = bytearray(payload)
            expected[field.offset + field.size - 1] ^= 1
            assert bytes(expected) == bytes(section.payload), f"{section.idstr} {field.path}"
            section.set(field.path, before)
        assert payload == bytes(section.payload)


def test_paths_of_c() -> None:
    """A path may spell an index as C does, with the name of a constant."""
    section = qidl.load(captures.own("pc-1.1"))["e1000"]
    assert section.get("mac_reg.CTRL") == section.get("mac_reg[CTRL]")
    assert ("mac_reg", "CTRL") == paths.parse("mac_reg[CTRL]")
