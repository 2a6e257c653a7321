"""What the benchmarks time does the same work: every peer agrees with qidl before a clock is looked at."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from captures import capture, names

import captured
import devices
import growth
import peers
import qidl
import ram
import timing
from handwritten import DEVICES
from handwritten.common import Wrong
from qidl import WireError
from qidl.kinds import declaration
from qidl.levels import LEVELS, NEWEST
from qidl.section import Section
from qidl.wire.layouts.pcie_ports import PCIE_AER_LOG
from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState

_NEEDS = {"cstruct": "dissect.cstruct"}


def sections(name: str) -> list[Section]:
    return captured.devices(captured.machine(name))


@pytest.mark.parametrize("peer", peers.PEERS)
@pytest.mark.parametrize("name", [captured.DEFAULT, captured.NEWEST])
def test_peers_agree(name: str, peer: str) -> None:
    """Every peer finds in each section of a machine what qidl finds, and writes the payload again."""
    pytest.importorskip(_NEEDS.get(peer, "construct"), reason="a peer of the benchmarks that is not installed")
    for section in sections(name):
        peers.check(peer, section, peers.PEERS[peer](section))


def test_peers_take_turns() -> None:
    """What is timed decodes and encodes every section that it is given."""
    found = sections(captured.NEWEST)
    decode, encode = peers.calls(found, [peers.qidl(section) for section in found])
    assert [section.state for section in found] == decode()
    assert [bytes(section.payload) for section in found] == encode()


@pytest.mark.parametrize("device", DEVICES)
def test_by_hand_agrees(device: str) -> None:
    """What is written by hand agrees with the engine on every captured section that pc-1.3 would write so."""
    found = 0
    for name in names():
        for section in written_by_newest(name, device):
            state = DEVICES[device].decode(bytes(section.payload))
            assert section.state == state
            assert bytes(section.payload) == DEVICES[device].encode(state)
            found += 1
    assert found


def written_by_newest(name: str, device: str) -> Iterator[Section]:
    """The sections of a device in a captured machine that pc-1.3 would write so."""
    for section in qidl.load(capture(name)).sections:
        if section.name == device and section.layout in LEVELS[NEWEST].layouts(section.idstr):
            yield section


@pytest.mark.parametrize("device", DEVICES)
def test_devices_agree(device: str) -> None:
    """State, device object and what is written by hand are the same in the machine that is measured."""
    devices.check(captured.machine(captured.NEWEST)[device])


@pytest.mark.parametrize("device", DEVICES)
def test_by_hand_refuses(device: str) -> None:
    """What is written by hand refuses what is cut short, and what goes on, as qidl does."""
    section = captured.machine(captured.NEWEST)[device]
    payload = bytes(section.payload)
    for wrong in (payload[:-1], payload[: len(payload) // 2], b"", payload + b"\0"):
        with pytest.raises((Wrong, struct.error, IndexError)):
            DEVICES[device].decode(wrong)
        with pytest.raises(WireError):
            captured.layout(section).decode(wrong)


@pytest.mark.parametrize("device", DEVICES)
def test_by_hand_refuses_states(device: str) -> None:
    """What is written by hand refuses to write what qidl refuses: what lacks, is too much, or of another type."""
    section = max(
        (section for name in names() for section in written_by_newest(name, device) if len(section.payload) < 100_000),
        key=lambda section: len(section.payload),
    )
    refused = 0
    for changed in changes(section.state):
        try:
            payload = DEVICES[device].encode(changed)
        except (Wrong, struct.error, LookupError, TypeError, ValueError):
            refused += 1
        else:
            # What lacks is an optional subsection.
            assert payload == captured.layout(section).encode(changed, section.version_id)
    assert refused > 20


def changes(value: Any) -> Iterator[Any]:
    """Values with one thing changed: members that lack or that nobody knows, lengths, types, ranges."""
    match value:
        case dict():
            yield {**value, "unknown": 0}
            for name, member in value.items():
                yield {other: value[other] for other in value if other != name}
                yield from ({**value, name: changed} for changed in changes(member))
        case list():
            yield value[:-1]
            yield [*value, value[-1]]
            for index in {0, len(value) - 1}:
                yield from ([*value[:index], changed, *value[index + 1 :]] for changed in changes(value[index]))
            if isinstance(value[0], dict) and "_q" in value[0]:
                yield [{"_q": [0]}, {"_q": [0] * 3}, *value[2:]]
        case bytes():
            yield value[:-1]
            yield value + b"\0"
        case bool():
            yield int(value)
        case int():
            yield bool(value)
            yield 1 << 64


def test_visitors_agree() -> None:
    """attrs and cattrs make of a device what qidl makes of it, and cattrs makes the device again."""
    pytest.importorskip("cattrs", reason="a peer of the benchmarks that is not installed")
    import visitors

    snapshot = captured.machine(captured.NEWEST)
    for name in visitors.DEVICES:
        visitors.check(visitors.used(snapshot, name))


def test_turns_are_of_what_is_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first calls, which may be slow and generate code, are in no turn, nor do they tell how long it is."""
    clock, calls = 0.0, 0

    def slow_at_first() -> None:
        nonlocal clock, calls
        calls += 1
        clock += 1.0 if calls <= 4 else 1e-4

    monkeypatch.setattr(timing, "_work", lambda: clock)
    (times,) = timing.take_turns([slow_at_first], rounds=3)
    assert [pytest.approx(1e-4)] * 3 == times
    assert calls > 3 * 30


def test_turns_are_of_what_is_generated() -> None:
    """Whatever qidl generates, for a class or for a class and a layout, is there before the first turn."""

    @qidl.declare
    class Port:
        level: qidl.uint8 = 0

    layout, port = VMState("port", version_id=1, fields=["level" / UInt8]), Port(level=5)
    ways: list[tuple[Callable[[], object], Callable[[], Any]]] = [
        (partial(layout.decode, b"\5", 1), lambda: layout._decode[1]),
        (partial(layout.encode, {"level": 5}, 1), lambda: layout._encode[1]),
        (partial(qidl.to_qobject, port), lambda: declaration(Port).functions["to_qobject"]),
        (partial(qidl.from_qobject, Port, {"level": 5}), lambda: declaration(Port).functions["from_qobject"]),
        (partial(qidl.from_payload, Port, layout, b"\5", 1), lambda: layout.uses[Port].reading[1]),
        (partial(qidl.to_payload, port, layout, 1), lambda: layout.uses[Port].writing[1]),
    ]
    for function, generated in ways:
        timing.take_turns([function], rounds=0)
        assert callable(generated())


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["e1000", "cpu"])
def test_growth(name: str, count: int) -> None:
    """A machine of so many devices loads, each with the state of the one."""
    section = captured.machine(captured.NEWEST)[name]
    found = qidl.load(growth.several(section, count), NEWEST).sections
    assert [section.state] * count == [one.state for one in found]
    assert growth.log(count) == PCIE_AER_LOG.decode(PCIE_AER_LOG.encode(growth.log(count)))


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_ram(tmp_path: Path, chance: float) -> None:
    """A load finds every page that was written."""
    path = tmp_path / "stream"
    assert ram.write(path, chance, 1 << 12, size=1 << 20) == ram.pages_of(path)
