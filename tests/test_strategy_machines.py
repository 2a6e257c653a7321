"""Strategies of whole machines, and of their streams."""

from __future__ import annotations

import re
from typing import Any

import pytest
from examples import few, quick
from hypothesis import HealthCheck, find, given, settings, strategies as st

import qidl
from qidl.differences import diff
from qidl.levels import LEVELS
from qidl.strategies import snapshots, streams
from qidl.testing import power_on


@pytest.mark.parametrize("level", LEVELS)
@few
@given(st.data())
def test_snapshots(level: str, data: st.DataObject) -> None:
    """A drawn machine is written and read again, section by section."""
    snapshot = data.draw(snapshots(level))
    again = qidl.load(snapshot.to_bytes(), level=level)
    assert level == snapshot.level
    assert [] == list(diff(snapshot, again))


def test_simplest_snapshot() -> None:
    """The simplest machine is the one at power-on."""
    assert power_on("pc-1.2").to_bytes() == find(snapshots("pc-1.2"), lambda one: True, settings=quick).to_bytes()


@pytest.mark.parametrize("level", LEVELS)
@few
@given(st.data())
def test_streams(level: str, data: st.DataObject) -> None:
    """A drawn stream is read, and written as it was."""
    stream = data.draw(streams(level))
    snapshot = qidl.load(stream, level=level)
    assert level in snapshot.possible_levels
    assert stream == snapshot.to_bytes()


def test_machines_are_told_in_words() -> None:
    """Hypothesis reports what of a machine differs from power-on, and does not fill the screen with a stream."""
    first = settings(quick, max_examples=500, suppress_health_check=list(HealthCheck))

    @first
    @given(snapshots("pc-1.2"))
    def changed(snapshot: qidl.Snapshot) -> None:
        assert snapshot.to_bytes() == power_on("pc-1.2").to_bytes()

    @first
    @given(streams("pc-1.2"))
    def trailed(stream: bytes) -> None:
        assert not qidl.load(stream).trailer

    assert re.search(r"(?m)^pc-1\.2 at power-on, but\n    \S+: .+ -> .+$", notes(changed))
    assert re.search(r"(?m)^after its end: [0-9a-f]{2}", notes(trailed))
    assert re.search(r"stream=<stream of \d+ bytes>", notes(trailed))


def notes(test: Any) -> str:
    """What Hypothesis adds to the error of a test that fails."""
    with pytest.raises(AssertionError) as caught:
        test()
    return "\n".join(caught.value.__notes__)


def test_streams_of_every_kind() -> None:
    """Pages, whole and of one byte, in several parts, and bytes after the end are drawn."""
    seen: set[str] = set()

    @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(streams())
    def collect(stream: bytes) -> None:
        snapshot = qidl.load(stream)
        parts = [section.state for section in snapshot if section.idstr == "ram"]
        seen.update(name for name in ("full", "filled") if any(part[name] for part in parts))
        seen.update(["parts"] if len(parts) > 2 else [])
        seen.update(["trailer"] if snapshot.trailer else [])

    collect()
    assert {"full", "filled", "parts", "trailer"} == seen
