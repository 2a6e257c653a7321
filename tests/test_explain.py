"""What keeps a level from loading a snapshot."""

from __future__ import annotations

import captures
import pytest

import qidl
from qidl.explain import obstacles


@pytest.mark.parametrize(
    ("source", "target", "reads"),
    [
        ("pc-1.0", "pc-1.1", "of version 1336, pc-1.1 reads up to 1264"),
        ("pc-1.1", "pc-1.2", "of version 1264, pc-1.2 reads from 1616 on"),
        ("pc-1.2", "pc-1.1", "of version 1616, pc-1.1 reads up to 1264"),
    ],
)
def test_version_that_is_a_size(source: str, target: str, reads: str) -> None:
    """A watchdog is loaded by the build that wrote it, and no other."""
    snapshot = qidl.load(captures.own(source, "reset-wdt"))
    found = {one.section.rpartition("/")[2]: one.reason for one in obstacles(snapshot, target)}
    assert f"it is {reads}" == found["i6300esb_wdt"]
    assert not any("wdt" in one.section for one in obstacles(snapshot, source))
