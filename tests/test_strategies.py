"""Strategies: what they draw fits, reaches the limits, and shrinks to what is simple."""

from __future__ import annotations

from typing import Any

import attrs
import captures
import pytest
from conftest import make
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

import qidl
from qidl import Mark, array, declaration, immutable, int8, is_declared, optional, string, to_qobject, uint8, uint16
from qidl.declaration import Array, Integer
from qidl.differences import diff
from qidl.errors import CompatError, DeclarationError, SchemaError
from qidl.levels import LEVELS
from qidl.strategies import declarations, objects, qobjects, register, snapshots, states, streams
from qidl.strategies.values import binary, counts, elements, integers, texts
from qidl.testing import power_on
from qidl.wire.primitives import Array as WireArray, Range, UInt8, UInt32
from qidl.wire.vmstate import VMState

few = settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
quick = settings(max_examples=3000, database=None, deadline=None, phases=[Phase.generate])

THING = make(
    "Thing",
    count=(uint8, 0),
    data=(bytearray, array(4, size="count")),
    more=(list[uint16], array(40, size="count")),
    level=(int8, 0),
    label=(str, string(4)),
    has_error=(bool, False),
    error=(uint8, optional(0)),
    note=(uint8 | None, optional()),
    registers=(list[uint8], array(300)),
)


def found(condition: Any) -> dict[str, Any]:
    """The simplest QObject of a thing that meets a condition."""
    qobject: dict[str, Any] = find(qobjects(THING), condition, settings=quick)
    return qobject


@pytest.mark.parametrize(
    "condition",
    [
        lambda q: q["count"] == 0,
        lambda q: q["count"] == 4,
        lambda q: q["level"] == -128,
        lambda q: q["level"] == 127,
        lambda q: q["label"] == "",
        lambda q: len(q["label"].encode()) == 3,
        lambda q: "error" in q and "note" not in q,
        lambda q: "error" not in q and "note" in q,
        lambda q: len(set(q["registers"])) > 1,
    ],
)
def test_limits_are_reached(condition: Any) -> None:
    """Both ends of a size, of an integer, of text, and both kinds of presence are drawn."""
    assert condition(found(condition))


def test_shrinks() -> None:
    """The simplest QObject is of zeros and nothing."""
    simplest = {
        "count": 0,
        "data": b"",
        "more": [],
        "level": 0,
        "label": "",
        "has_error": False,
        "registers": [0] * 300,
    }
    assert simplest == found(lambda q: True)


@given(qobjects(THING))
def test_qobjects_are_those_of_objects(qobject: dict[str, Any]) -> None:
    """What is drawn is what an object would be saved to: sizes and presence agree."""
    assert qobject["count"] == len(qobject["data"]) == len(qobject["more"])
    assert qobject["has_error"] == ("error" in qobject)
    assert qobject == to_qobject(qidl.from_qobject(THING, qobject))


def _odd(self: Any) -> None:
    if self.level % 2 == 0:
        raise SchemaError("level: expected an odd number")


def test_refused_objects_are_left_out() -> None:
    """Objects that post_load refuses are not drawn."""
    cls = make("Odd", level=(uint8, 1), post_load=_odd)
    assert 1 == find(objects(cls), lambda one: True).level
    with pytest.raises(NoSuchExample):
        find(objects(cls), lambda one: one.level == 2, settings=settings(max_examples=50, database=None))


VALIDATORS = {
    "in": (attrs.validators.in_([3, 200, 999]), {3, 200}),
    "bounds": (attrs.validators.and_(attrs.validators.ge(7), attrs.validators.lt(9)), {7, 8}),
    "other bounds": (attrs.validators.and_(attrs.validators.gt(7), attrs.validators.le(9)), {8, 9}),
    "something else": (attrs.validators.instance_of(int), None),
}


@pytest.mark.parametrize("name", VALIDATORS)
def test_validators_are_kept(name: str) -> None:
    """Choices and bounds of attrs validators are drawn from, not tried and thrown away."""
    validator, wanted = VALIDATORS[name]
    drawn: set[int] = set()
    cls = make("Checked", level=(uint8, attrs.field(default=7, validator=validator)))

    @settings(max_examples=60, database=None)
    @given(qobjects(cls))
    def collect(qobject: dict[str, Any]) -> None:
        drawn.add(qobject["level"])

    collect()
    assert wanted == drawn if wanted else len(drawn) > 10


@given(st.data())
def test_values(data: st.DataObject) -> None:
    """The parts are within what they are asked for."""
    least, most = sorted((data.draw(st.integers(-300, 300)), data.draw(st.integers(-300, 300))))
    assert least <= data.draw(integers(least, most)) <= most
    assert least <= data.draw(counts(least, most)) <= most
    length = data.draw(st.integers(0, 100))
    assert length == len(data.draw(binary(length)))
    assert len(data.draw(texts(length + 1)).encode()) <= length
    drawn = elements(data.draw, length, lambda: {"x": [0]})
    assert length == len(drawn)
    assert length == len({id(one["x"]) for one in drawn})


def test_register() -> None:
    """Declared classes are drawn by their type once they are registered: one, or all that there are."""
    cls = make("Lamp", level=(uint8, 0), colours=(list[uint8], array(2)))
    other = make("Other", level=(uint8, 0), colours=(list[uint8], array(2)))

    def shine(lamp: cls) -> Any:  # type: ignore[valid-type]
        return lamp

    shine.__annotations__["lamp"] = cls
    register(cls)
    for strategy in (st.from_type(cls), st.builds(shine)):
        assert [0, 0] == find(strategy, lambda lamp: True).colours
    register()
    assert [0, 0] == find(st.from_type(other), lambda lamp: True).colours
    with pytest.raises(DeclarationError, match="int: expected a class declared"):
        register(int)


COUNTED = VMState("counted", version_id=1, fields=["count" / Range(UInt32, 1, 20), "data" / WireArray("count", UInt8)])


@pytest.mark.parametrize("count", [1, 20])
def test_counts_of_layouts(count: int) -> None:
    """A count that a layout bounds is drawn at both its bounds."""
    state = find(states(COUNTED), lambda one: one["count"] == count)
    assert {"count": count, "data": [0] * count} == state


@few
@given(declarations())
def test_declarations(cls: Any) -> None:
    """Drawn classes are declared, can be made, and give objects that round-trip."""
    assert is_declared(cls)
    assert qidl.from_qobject(cls, to_qobject(cls())) is not None


@pytest.mark.parametrize(
    "condition",
    [
        *(lambda field, mark=mark: field.mark is mark for mark in Mark),
        lambda field: field.has is not None,
        lambda field: field.optional and field.has is None,
        lambda field: isinstance(field.type, Array) and isinstance(field.type.size, str),
        lambda field: isinstance(field.type, Array) and isinstance(field.type.element, Array),
        lambda field: isinstance(field.type, Integer) and field.type.ctype.name == "QEMUTimer",
    ],
)
def test_declarations_of_every_kind(condition: Any) -> None:
    """Every mark, both kinds of optional, sized and nested arrays are drawn."""
    cls: Any = find(
        declarations(depth=0), lambda one: any(condition(f) for f in declaration(one).fields), settings=quick
    )
    assert is_declared(cls)


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


def test_immutable_has() -> None:
    """Where the has_ bool does not travel, presence is drawn by itself."""
    cls = make("Silent", has_x=(bool, immutable(False)), x=(uint8, optional(0)))
    assert {"x": 0} == find(qobjects(cls), lambda one: "x" in one)


# The machine.

# What the releases captured otherwise: the host's clock, and what a release sets to other values.
_DIFFERENT = {
    *("mc146818rtc.*", "ram.*", "fdc.state.drives[1].sect", "e1000.phy_reg[1]", "e1000.mac_reg.RA[0]"),
    *("e1000.mac_reg.RA[1]", "piix4_pm.pci0_status.up"),
}


@pytest.mark.parametrize("level", LEVELS)
def test_power_on(level: str) -> None:
    """The machine at power-on is what the release of its level captured, and its stream loads."""
    snapshot = power_on(level)
    assert level == snapshot.level
    assert level in qidl.load(snapshot.to_bytes()).possible_levels
    captured = qidl.load(captures.own(level), level=level)
    assert {name: block.length for name, block in captured.ram.items()} == {
        name: block.length for name, block in snapshot.ram.items()
    }
    found = {(one.section.rpartition("/")[2], one.path) for one in diff(snapshot, captured)}
    assert set() == {f"{name}.{'*' if f'{name}.*' in _DIFFERENT else path}" for name, path in found} - _DIFFERENT


def test_power_on_with_more_memory() -> None:
    """The size of memory is in its block and in CMOS RAM; a machine is one's own."""
    snapshot = power_on("pc-1.2", ram_size=64 << 20)
    assert 64 << 20 == snapshot.ram["pc.ram"].length
    assert bytes([0, 63 * 4]) == snapshot["mc146818rtc"].state["cmos_data"][0x17:0x19]
    assert bytes(8) == snapshot.ram["pc.ram"].read(0, 8, missing=0)
    snapshot["timer"].state["dummy"] = 1
    assert 0 == power_on("pc-1.2", ram_size=64 << 20)["timer"].state["dummy"]
    with pytest.raises(CompatError, match="found 'pc-9'"):
        power_on("pc-9")
