"""Tests of a user's own: laws, strategies, machines and golden files."""

# pyright: strict

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_type

import pytest
from hypothesis import given, strategies as st

import qidl
from qidl import uint8
from qidl.strategies import declarations, objects, qobjects, register, snapshots, states, streams
from qidl.testing import check_device, check_layout, power_on
from qidl.wire.primitives import UInt8
from qidl.wire.vmstate import VMState


@qidl.declare
class Lamp:
    """A lamp."""

    level: uint8 = 0


LAMP_V1 = VMState("lamp", version_id=1, fields=["level" / UInt8])

register(Lamp)
assert_type(objects(Lamp), st.SearchStrategy[Lamp])
assert_type(snapshots("pc-1.1"), st.SearchStrategy[qidl.Snapshot])
assert_type(streams("pc-1.1"), st.SearchStrategy[bytes])
assert_type(states(LAMP_V1), st.SearchStrategy[dict[str, Any]])
assert_type(qobjects(Lamp), st.SearchStrategy[dict[str, Any]])
assert_type(declarations(), st.SearchStrategy[type[Any]])
assert_type(power_on("pc-1.1"), qidl.Snapshot)


def test_laws() -> None:
    check_device(Lamp)
    check_device(Lamp, LAMP_V1)
    check_layout(LAMP_V1)


@given(objects(Lamp))
def test_level(lamp: Lamp) -> None:
    assert lamp.level <= 255


@pytest.mark.qidl_snapshot("pc-1.1")
def test_golden(qidl_snapshot: qidl.Snapshot, assert_golden: Callable[[Any, str], None]) -> None:
    assert_golden(qidl_snapshot["serial"], "serial")
