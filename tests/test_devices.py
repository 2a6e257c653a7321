"""Every device class against the layouts, the captures, and its own declaration."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import captures
import pytest
from conftest import Engine
from hypothesis import HealthCheck, given, settings, strategies as st

import qidl
import qidl.devices
from qidl import Mark, declaration, fill, from_json, from_qobject, is_declared, to_json, to_qobject
from qidl.compat.chain import from_device, to_device
from qidl.differences import diff_states
from qidl.errors import SchemaError
from qidl.levels import LEVELS, NEWEST
from qidl.strategies import objects, states
from qidl.unused import without_unused

KEYS = sorted(key for key in qidl.devices.SECTIONS if LEVELS[NEWEST].layouts(key))
keys = pytest.mark.parametrize("key", KEYS)
few = settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def device_classes() -> list[Any]:
    """Every declared class under qidl.devices."""
    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(qidl.devices.__path__):
        module = importlib.import_module(f"qidl.devices.{info.name}")
        for _, cls in inspect.getmembers(module, is_declared):
            found[f"{cls.__module__}.{cls.__name__}"] = cls
    return list(found.values())


CLASSES = device_classes()
classes = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@keys
@few
@given(data=st.data())
def test_state_to_device_and_back(engine: Engine, key: str, data: st.DataObject) -> None:
    """Payload → state → device → JSON → device → state → payload loses nothing."""
    layout = LEVELS[NEWEST].layouts(key)[0]
    state = data.draw(states(layout).filter(_is_current))
    payload = engine.encode(layout, without_unused(state, layout, layout.version_id))
    state = engine.decode(layout, payload)
    device = to_device(key, state, NEWEST)
    again, lost = from_device(key, from_json(type(device), to_json(device)), NEWEST)
    assert (state, ()) == (again, lost)
    assert payload == engine.encode(layout, again)


def _is_current(state: dict[str, Any]) -> bool:
    """Whether no member is of a form that only older writers used."""
    return not state.get("fpregs_format_vmstate")


@classes
@few
@given(data=st.data())
def test_object_to_qobject_and_back(cls: Any, data: st.DataObject) -> None:
    """Object → QObject → object, and the same through JSON, gives an equal object."""
    device = data.draw(objects(cls))
    assert device == from_qobject(cls, to_qobject(device))
    assert device == from_json(cls, to_json(device))


@classes
@few
@given(data=st.data())
def test_fill_leaves_the_rest(cls: Any, data: st.DataObject) -> None:
    """Filling an object sets what travels, and leaves what does not, but for what post_load derives."""
    device, other = data.draw(objects(cls)), data.draw(objects(cls))
    kept = {
        field.name: getattr(device, field.name)
        for field in declaration(cls).fields
        if not field.serialised and field.mark is not Mark.DERIVED
    }
    fill(device, to_qobject(other))
    assert to_qobject(other) == to_qobject(device)
    assert kept == {name: getattr(device, name) for name in kept}


@classes
def test_declaration_is_documented(cls: Any) -> None:
    """A class says what it is, and why a field that ought to travel does not."""
    assert cls.__doc__
    assert not cls.__doc__.startswith("Method generated")
    if declaration(cls).serialised:
        for field in declaration(cls).fields:
            assert field.mark is not Mark.BROKEN or field.reason, field.name


@pytest.mark.parametrize("level", list(LEVELS))
@pytest.mark.parametrize("scenario", ["reset", "reset-usb-all", "reset-virtio-all", "reset-drives", "reset-vgastd"])
def test_captured_devices(level: str, scenario: str) -> None:
    """Every captured section becomes a device, and the device the same state again."""
    for section in qidl.load(captures.own(level, scenario), level=level):
        if not section.is_live:
            state, lost = from_device(section.idstr, section.device(), level)
            differences = [path for path, *_ in diff_states(section.state, state)]
            assert [] == [path for path in differences if path not in _not_in_the_device(section.name, level)], section
            assert () == tuple(loss for loss in lost if not loss.harmless)


def _not_in_the_device(name: str, level: str) -> set[str]:
    """Where the way to the newest level and back leads to another form of the same."""
    if name == "mc146818rtc" and level != NEWEST:
        # Half-way through an update: the newer form begins with the second that follows.
        return {"next_second_time", "second_timer", "second_timer2"}
    return {"state.drives[0].media_rate", "state.drives[1].media_rate"} if name == "fdc" else set()


HOST = {
    # The date and the time are the host's, and what follows from them.
    "mc146818rtc": {"cmos_data", "base_rtc", "last_update", "update_timer", "next_alarm_time"},
}
"""Members of power-on states that depend on the host."""

ARGUMENTS: dict[str, dict[str, Any]] = {
    "i8259#1": {"master": False},
    "dma#1": {"dshift": 1},
    "cpu_common#1": {"index": 1},
    "apic#1": {"index": 1},
}
"""What tells the second of two alike from the first."""


@pytest.mark.parametrize("scenario", ["reset", "reset-smp2", "reset-vgastd"])
def test_reset(scenario: str) -> None:
    """``reset()`` gives the captured power-on state of the default machine."""
    for section in qidl.load(captures.own(NEWEST, scenario), level=NEWEST):
        if section.is_live:
            continue
        name = f"{section.idstr}#{section.instance_id}" if section.instance_id else section.idstr
        if (scenario, section.name) in {("reset-smp2", "mc146818rtc")}:
            # The firmware's registers say how many processors there are, among the host's clock.
            continue
        cls = qidl.devices.device_class(section.idstr)
        state, _ = from_device(section.idstr, cls.reset(**ARGUMENTS.get(name, {})), NEWEST)
        differences = {path.partition("[")[0] for path, *_ in diff_states(section.state, state)}
        assert set() == differences - HOST.get(section.name, set()), name


@pytest.mark.parametrize(("level", "skipped"), [("pc-1.0", {"piix4_pm", "e1000", "fdc"}), ("pc-1.1", {"e1000", "fdc"})])
def test_reset_of_older_levels(level: str, skipped: set[str]) -> None:
    """Taken down the chain, ``reset()`` is what older releases captured, but for what they set to other values."""
    for section in qidl.load(captures.own(level), level=level):
        if section.is_live or section.name in {*skipped, "mc146818rtc"} or section.instance_id:
            continue
        cls = qidl.devices.device_class(section.idstr)
        state, _ = from_device(section.idstr, cls.reset(), level)
        assert [] == list(diff_states(section.state, state)), section.idstr


def test_find_class() -> None:
    """A class is found by its name and by its section's."""
    from qidl.devices.ide import PCIIDEState
    from qidl.devices.mc146818rtc import RTCState

    assert PCIIDEState is qidl.devices.find_class("0000:00:01.1/ide") is qidl.devices.find_class("ide")
    assert RTCState is qidl.devices.find_class("RTCState") is qidl.devices.find_class("mc146818rtc")
    with pytest.raises(SchemaError, match="expected a section or one of"):
        qidl.devices.find_class("nothing")
