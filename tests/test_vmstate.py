"""VMStates: real layouts, versions, conditions, and where members lie."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from conftest import Engine, check_layout
from vmstates import header, layout, refused

from qidl.wire.layouts.hpet import HPET_V2
from qidl.wire.layouts.mc146818rtc import MC146818RTC_V2, MC146818RTC_V3
from qidl.wire.layouts.pci import PCI_DEVICE, PCIBUS
from qidl.wire.primitives import Again, Array, Before, Bool, Only, Since, UInt8, UInt16, UInt32, When
from qidl.wire.vmstate import VMState

# Real layouts, with payloads put together by hand.

IRQ_STATE = b"\0\0\0\1" + bytes(12)
PCI_BYTES = b"\0\0\0\2" + bytes(range(256)) + IRQ_STATE


def test_pci_device(engine: Engine) -> None:
    """A PCI device begins with its version, the configuration space and four levels."""
    state = {"version_id": 2, "config": bytes(range(256)), "irq_state": [1, 0, 0, 0]}
    check_layout(engine, PCI_DEVICE, state, PCI_BYTES)
    del state["irq_state"]
    check_layout(engine, PCI_DEVICE, state, PCI_BYTES[:-16], 1)


def test_pci_bus(engine: Engine) -> None:
    """The bus has a count for each of its four lines: 20 bytes, as in every stream of a PC."""
    data = struct.pack(">5i", 4, 0, 0, 1, -1)
    check_layout(engine, PCIBUS, {"nirq": 4, "irq_count": [0, 0, 1, -1]}, data)


def test_rtc_before_and_after(engine: Engine) -> None:
    """The RTC's payload has 205 bytes up to QEMU 1.2; version 3 reads the fields that it gave up as unused."""
    state: dict[str, Any] = {
        "cmos_data": bytes(128),
        "cmos_index": 0x8A,
        "current_tm": {
            "tm_sec": 59,
            "tm_min": 58,
            "tm_hour": 23,
            "tm_wday": 6,
            "tm_mday": 31,
            "tm_mon": 11,
            "tm_year": 112,
        },
        "periodic_timer": -1,
        "next_periodic_time": 0,
        "next_second_time": 10**9,
        "second_timer": 10**9,
        "second_timer2": -1,
        "irq_coalesced": 2,
        "period": 32,
    }
    tm = struct.pack(">7i", 59, 58, 23, 6, 31, 11, 112)
    seconds = struct.pack(">3q", 10**9, 10**9, -1)
    data = bytes(128) + b"\x8a" + tm + struct.pack(">2q", -1, 0) + seconds + struct.pack(">2I", 2, 32)
    assert 205 == len(data)
    check_layout(engine, MC146818RTC_V2, state, data)
    newer = {name: state[name] for name in ("cmos_data", "cmos_index", "periodic_timer", "next_periodic_time")}
    newer |= {"unused_current_tm": tm, "unused_second_timers": seconds, "irq_coalesced": 2, "period": 32}
    check_layout(engine, MC146818RTC_V3, newer, data, 2)


def test_hpet(engine: Engine) -> None:
    """An HPET of three timers has 151 bytes, and one of version 1 is taken to have three."""
    timer = {"tn": 0, "config": 1, "cmp": 2**64 - 1, "fsb": 0, "period": 0, "wrap_flag": 0, "qemu_timer": -1}
    state = {"config": 3, "isr": 0, "hpet_counter": 7, "num_timers": 3, "timer": [timer | {"tn": n} for n in range(3)]}
    timers = b"".join(struct.pack(">BQQQQBq", n, 1, 2**64 - 1, 0, 0, 0, -1) for n in range(3))
    data = struct.pack(">QQQB", 3, 0, 7, 3) + timers
    assert 151 == len(data)
    check_layout(engine, HPET_V2, state, data)
    check_layout(engine, HPET_V2, state | {"rtc_irq_level": 1}, data + header("hpet/rtc_irq_level") + b"\1")
    del state["num_timers"]
    check_layout(engine, HPET_V2, state, data[:24] + data[25:], 1)


# Versions.

VERSIONED = VMState(
    "dev",
    version_id=4,
    minimum_version_id=2,
    fields=[
        "always" / UInt8,
        "since" / Since(3, UInt8),
        "before" / Before(3, UInt8),
        "only" / Only(3, UInt8),
        "between" / Since(3, Before(4, UInt8)),
        "never" / Only(9, UInt8),
    ],
)


@pytest.mark.parametrize(
    ("version_id", "state", "data"),
    [
        (2, {"always": 1, "before": 2}, b"\1\2"),
        (3, {"always": 1, "since": 2, "only": 3, "between": 4}, b"\1\2\3\4"),
        (4, {"always": 1, "since": 2}, b"\1\2"),
        (None, {"always": 1, "since": 2}, b"\1\2"),
    ],
)
def test_versions(engine: Engine, version_id: int | None, state: dict[str, Any], data: bytes) -> None:
    """A field is there from a version, up to one, or in one alone; the newest is meant unless one is given."""
    check_layout(engine, VERSIONED, state, data, version_id)


@pytest.mark.parametrize("version_id", [-1, 0, 1, 5, 1 << 32])
def test_version_out_of_range(engine: Engine, version_id: int) -> None:
    """A version that the layout does not read is refused, both ways."""
    message = f"expected version 2..4, found {version_id}"
    assert message == refused(engine, VERSIONED, b"\1\2", version_id)
    assert message == refused(engine, VERSIONED, {"always": 1}, version_id)


def test_single_version(engine: Engine) -> None:
    """A layout reads its own version alone unless it says since when."""
    assert "expected version 1, found 2" == refused(engine, layout(), b"", 2)


def test_member_of_another_version(engine: Engine) -> None:
    """A member that its version does not have is refused."""
    state = {"always": 1, "before": 2, "since": 3}
    assert "since: expected no such member, found 3" == refused(engine, VERSIONED, state, 2)


def test_nested_struct_is_of_its_own_version(engine: Engine) -> None:
    """Whatever the section's version, a struct within it is written and read at its compiled-in one."""
    inner = VMState("inner", version_id=3, minimum_version_id=1, fields=["a" / Before(3, UInt8), "b" / Since(2, UInt8)])
    wire = VMState(
        "dev", version_id=2, minimum_version_id=1, fields=["c" / Since(2, UInt8), "i" / inner, "l" / Array(1, inner)]
    )
    check_layout(engine, wire, {"i": {"b": 7}, "l": [{"b": 8}]}, b"\7\x08", 1)
    check_layout(engine, wire, {"c": 1, "i": {"b": 7}, "l": [{"b": 8}]}, b"\1\7\x08", 2)


def test_written_version() -> None:
    """A release writes its newest version, whatever it read."""
    assert 4 == VERSIONED.written(2)


# Conditions.


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        (lambda field: When("n", field), {0: False, 1: True, 7: True}),
        (lambda field: When("n", field, equals=7), {0: False, 1: False, 7: True}),
        (lambda field: When("n", field, equals=0), {0: True, 1: False}),
        (lambda field: When(lambda state: state["n"] & 2, field), {1: False, 2: True, 7: True}),
        (lambda field: When("n", When(lambda state: state["n"] > 1, field)), {0: False, 1: False, 2: True}),
        (lambda field: Since(1, When("n", field)), {0: False, 1: True}),
    ],
)
def test_when(engine: Engine, condition: Any, values: dict[int, bool]) -> None:
    """A field may depend on an earlier one: on its being set, its value, or what a function makes of it."""
    wire = layout("n" / UInt8, "x" / condition(UInt16), "z" / UInt8)
    for n, present in values.items():
        state = {"n": n} | ({"x": 5} if present else {}) | {"z": 9}
        check_layout(engine, wire, state, bytes([n]) + (b"\0\5" if present else b"") + b"\x09")


def test_when_depends_on_a_bool(engine: Engine) -> None:
    """A bool says whether a struct follows."""
    wire = layout("has_x" / Bool, "x" / When("has_x", VMState("x", version_id=1, fields=["y" / UInt8])))
    check_layout(engine, wire, {"has_x": True, "x": {"y": 3}}, b"\1\3")
    check_layout(engine, wire, {"has_x": False}, b"\0")


def test_one_member_in_two_forms(engine: Engine) -> None:
    """The same member may have one form in one version and another in the next."""
    wire = VMState(
        "dev", version_id=2, minimum_version_id=1, fields=["x" / Before(2, UInt8), "x" / Since(2, UInt32), "y" / UInt8]
    )
    check_layout(engine, wire, {"x": 5, "y": 1}, b"\5\1", 1)
    check_layout(engine, wire, {"x": 5, "y": 1}, b"\0\0\0\5\1", 2)


def test_absent_member_is_refused(engine: Engine) -> None:
    """A member whose condition does not hold must not be there."""
    wire = layout("n" / UInt8, "x" / When("n", UInt8))
    assert "x: expected no such member, found 3" == refused(engine, wire, {"n": 0, "x": 3})


# Again.

AGAIN = layout("a" / UInt16, "b" / UInt8, "a" / Again("a", UInt32), "c" / UInt8)


def test_again(engine: Engine) -> None:
    """A field that is written twice is one member."""
    check_layout(engine, AGAIN, {"a": 3, "b": 4, "c": 5}, b"\0\3\4\0\0\0\3\5")


def test_again_differs(engine: Engine) -> None:
    """Two values that differ are refused at the second."""
    message = "a: offset 3: expected 3, the value of a again, found 4"
    assert message == refused(engine, AGAIN, b"\0\3\4\0\0\0\4\5")


# Scattered members.

SCATTERED = layout(
    "channels[0].a" / UInt8,
    "channels[1].a" / UInt8,
    "irq[1]" / UInt8,
    "irq[3]" / UInt8,
    "grid[1][0]" / UInt8,
    "channels" / Array(2, VMState("channel", version_id=1, fields=["b" / UInt8])),
    "channels[0].c" / UInt8,
)


def test_scattered_members(engine: Engine) -> None:
    """Members of one struct may lie apart; elements that do not travel are 0."""
    state = {
        "channels": [{"a": 1, "b": 6, "c": 8}, {"a": 2, "b": 7}],
        "irq": [0, 3, 0, 4],
        "grid": [[], [5]],
    }
    check_layout(engine, SCATTERED, state, bytes(range(1, 9)))


def test_element_that_does_not_travel(engine: Engine) -> None:
    """An element that no field writes has to be 0."""
    wire = layout("irq[1]" / UInt8)
    check_layout(engine, wire, {"irq": [0, 3]}, b"\3")
    assert "irq[0]: expected 0, since it does not travel, found 2" == refused(engine, wire, {"irq": [2, 3]})
    for beyond in (4, 0):
        message = f"irq[2]: expected no such element, found {beyond}"
        assert message == refused(engine, wire, {"irq": [0, 3, beyond]})


@pytest.mark.parametrize("state", [{}, {"irq": []}, {"irq": [0]}, {"irq": 3}, {"irq": {}}])
def test_missing_element(engine: Engine, state: dict[str, Any]) -> None:
    """An element that is not there is missing by its path."""
    assert "irq[1]: expected a value, found no such member" == refused(engine, layout("irq[1]" / UInt8), state)
