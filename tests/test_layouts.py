"""Laws that hold for every layout of every level, on every engine."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from conftest import Engine, check_layout
from hypothesis import HealthCheck, given, settings, strategies as st

import qidl.wire.layouts
from qidl.errors import WireError
from qidl.levels import LEVELS
from qidl.strategies import states
from qidl.wire.vmstate import VMState


def all_layouts() -> dict[str, VMState]:
    """Every layout that a section can have, by the name of its constant."""
    used = {
        layout: place
        for level in LEVELS.values()
        for key, places in level.table.items()
        for layout, place in zip(level.layouts(key), (places,) if isinstance(places, str) else places, strict=True)
    }
    return {place: layout for layout, place in used.items()}


LAYOUTS = all_layouts()
layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
few = settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@layouts
@few
@given(data=st.data())
def test_round_trip(engine: Engine, layout: VMState, data: st.DataObject) -> None:
    """decode(encode(state)) == state, and encode(decode(payload)) == payload."""
    state = data.draw(states(layout))
    check_layout(engine, layout, state, engine.encode(layout, state))


@layouts
@few
@given(data=st.data())
def test_older_versions(engine: Engine, layout: VMState, data: st.DataObject) -> None:
    """Versions from the minimum on read and write as well."""
    version_id = data.draw(st.integers(layout.minimum_version_id, layout.version_id))
    state = data.draw(states(layout, version_id))
    check_layout(engine, layout, state, engine.encode(layout, state, version_id), version_id)


@layouts
@few
@given(data=st.data())
def test_mutations(engine: Engine, layout: VMState, data: st.DataObject) -> None:
    """A payload that is cut or altered is refused with a WireError, or means what it says."""
    payload = bytearray(engine.encode(layout, data.draw(states(layout))))
    for _ in range(data.draw(st.integers(0, 3)) if payload else 0):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(payload[: data.draw(st.integers(0, len(payload)))] if data.draw(st.booleans()) else payload)
    try:
        state = engine.decode(layout, cut)
    except WireError as error:
        assert "\n" not in str(error)
        return
    assert cut == engine.encode(layout, state)


@layouts
def test_every_prefix_is_refused(engine: Engine, layout: VMState) -> None:
    """A payload cut short is never taken for a whole one, unless what is cut off is a subsection."""
    payload = _smallest(engine, layout)
    for length in {*range(min(len(payload), 300)), len(payload) - 1} - {-1}:
        with pytest.raises(WireError, match="expected"):
            engine.decode(layout, payload[:length])


def _smallest(engine: Engine, layout: VMState) -> bytes:
    """The shortest payload of zeros that a layout accepts, checked fields set to what they must be."""
    found: list[bytes] = []

    @settings(max_examples=1, database=None)
    @given(states(layout).filter(lambda state: not any(sub.is_in(state) for sub in layout.subsections)))
    def first(state: dict[str, Any]) -> None:
        found.append(engine.encode(layout, state))

    first()
    return found[0]


def test_modules_are_used() -> None:
    """Every layout module serves some level."""
    modules = {info.name for info in pkgutil.iter_modules(qidl.wire.layouts.__path__)}
    used = {place.partition(":")[0] for place in LAYOUTS}
    # What other layouts are made of.
    shared = {"host_order", "scsi_request", "virtio", "virtqueue"}
    assert set() == modules - used - shared
    for name in modules:
        assert importlib.import_module(f"qidl.wire.layouts.{name}").__doc__
