"""VMStates: versions, nested structs, subsections, and the laws of decoding and encoding."""

from __future__ import annotations

import copy
import struct
from typing import Any

import construct
import pytest
from conftest import Engine, check_error, check_layout
from hypothesis import given, strategies as st

from qidl import QidlError, SchemaError, WireError
from qidl.rules import Rule, check
from qidl.wire import path as paths
from qidl.wire.layouts.hpet import HPET_RTC_IRQ_LEVEL, HPET_TIMER, HPET_V2
from qidl.wire.layouts.mc146818rtc import MC146818RTC_V2, MC146818RTC_V3
from qidl.wire.layouts.pci import PCI_DEVICE, PCIBUS
from qidl.wire.member import Member
from qidl.wire.primitives import (
    Again,
    Array,
    AtLeast,
    Before,
    Bits,
    Bool,
    Buffer,
    Check,
    Checked,
    Int8,
    Int16,
    Int32,
    Int64,
    Integer,
    Listed,
    OneOf,
    Only,
    Range,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Unused,
    When,
    measure,
)
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


# Members that are missing, unknown, or of another form.

NESTED = layout(
    "a" / UInt8,
    "inner" / VMState("inner", version_id=1, fields=["b" / UInt8, "l" / Listed(1, UInt8)]),
    "elements" / Array(2, VMState("element", version_id=1, fields=["c" / UInt8])),
    subsections=[subsection("dev/more", "d" / UInt8, "e" / UInt8)],
)
NESTED_STATE: dict[str, Any] = {
    "a": 1,
    "inner": {"b": 2, "l": [3]},
    "elements": [{"c": 4}, {"c": 5}],
    "d": 6,
    "e": 7,
}
NESTED_BYTES = b"\1\2\1\3\0\4\5" + header("dev/more") + b"\6\7"


def nested(change: Any) -> dict[str, Any]:
    state = copy.deepcopy(NESTED_STATE)
    change(state)
    return state


def test_nested(engine: Engine) -> None:
    """Structs, lists and subsections lie where their members say."""
    check_layout(engine, NESTED, NESTED_STATE, NESTED_BYTES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("a"), "a: expected a value, found no such member"),
        (lambda s: s.pop("inner"), "inner: expected a value, found no such member"),
        (lambda s: s["inner"].pop("l"), "inner.l: expected a value, found no such member"),
        (lambda s: s["elements"][1].pop("c"), "elements[1].c: expected a value, found no such member"),
        (lambda s: s.pop("d"), "d: expected a value, found no such member"),
        (lambda s: s.update(z=None), "z: expected no such member, found None"),
        (lambda s: s["inner"].update(z=[1]), "inner.z: expected no such member, found list of 1"),
        (lambda s: s["elements"][0].update(z={}), "elements[0].z: expected no such member, found dict"),
        (lambda s: s.update({7: "x"}), "[7]: expected no such member, found 'x'"),
        (lambda s: s.update(inner=[]), "inner: expected a dict (inner), found list of 0"),
        (lambda s: s.update(elements={}), "elements: expected a list, found dict"),
        (lambda s: s["elements"].append({"c": 6}), "elements: expected 2 elements, found 3"),
        (lambda s: s["elements"].insert(0, 3), "elements: expected 2 elements, found 3"),
        (lambda s: s.update(elements=[{"c": 1}, 2]), "elements[1]: expected a dict (element), found 2"),
        (lambda s: s["inner"]["l"].append(-1), "inner.l[1]: expected uint8 (0..255), found -1"),
    ],
)
def test_state_of_another_form(engine: Engine, change: Any, message: str) -> None:
    """A member missing, unknown or of the wrong form anywhere is refused by its path."""
    assert message == refused(engine, NESTED, nested(change))


@pytest.mark.parametrize(
    ("state", "found"), [(None, "None"), ([], "list of 0"), (3, "3"), ("dev", "'dev'"), (b"", "bytes of 0")]
)
def test_state_that_is_no_dict(engine: Engine, state: Any, found: str) -> None:
    """A state is a dict."""
    with pytest.raises(WireError) as caught:
        engine.encode(NESTED, state)
    assert f"expected a dict, found {found}" == str(caught.value)


def test_truncated_anywhere(engine: Engine) -> None:
    """A payload cut short anywhere is refused, unless it ends where its subsections begin."""
    whole = len(b"\1\2\1\3\0\4\5")
    for length in range(len(NESTED_BYTES)):
        if length == whole:
            assert {"a", "inner", "elements"} == set(engine.decode(NESTED, NESTED_BYTES[:length]))
        else:
            refused(engine, NESTED, NESTED_BYTES[:length])


# Subsections.

DEVICE = layout(
    "x" / UInt8,
    subsections=[
        subsection("dev/first", "a" / UInt8, "b" / UInt8, version_id=2),
        subsection("dev/flag"),
        subsection(
            "dev/deep",
            "c" / UInt8,
            subsections=[subsection("dev/deep/er", "d" / UInt8), subsection("dev/deep/flag2")],
        ),
        subsection("dev/only", subsections=[subsection("dev/only/child", "e" / UInt8)]),
        subsection("device", "f" / UInt8),
    ],
)

PRESENT: dict[str, tuple[dict[str, Any], bytes]] = {
    "none": ({}, b""),
    "first": ({"a": 1, "b": 2}, header("dev/first", 2) + b"\1\2"),
    "without fields": ({"flag": True}, header("dev/flag")),
    "parent alone": ({"c": 3}, header("dev/deep") + b"\3"),
    "child": ({"c": 3, "d": 4}, header("dev/deep") + b"\3" + header("dev/deep/er") + b"\4"),
    "children": (
        {"c": 3, "d": 4, "flag2": True},
        header("dev/deep") + b"\3" + header("dev/deep/er") + b"\4" + header("dev/deep/flag2"),
    ),
    "child of one without fields": (
        {"only": True, "e": 5},
        header("dev/only") + header("dev/only/child") + b"\5",
    ),
    "name without a slash": ({"f": 6}, header("device") + b"\6"),
    "all": (
        {"a": 1, "b": 2, "flag": True, "c": 3, "d": 4, "flag2": True, "only": True, "e": 5, "f": 6},
        header("dev/first", 2)
        + b"\1\2"
        + header("dev/flag")
        + header("dev/deep")
        + b"\3"
        + header("dev/deep/er")
        + b"\4"
        + header("dev/deep/flag2")
        + header("dev/only")
        + header("dev/only/child")
        + b"\5"
        + header("device")
        + b"\6",
    ),
}


@pytest.mark.parametrize("case", PRESENT)
def test_subsections(engine: Engine, case: str) -> None:
    """A subsection is there if the state has its members, and comes in the order of the layout."""
    state, data = PRESENT[case]
    check_layout(engine, DEVICE, {"x": 9} | state, b"\x09" + data)


def test_subsections_of_nested_structs(engine: Engine) -> None:
    """Every struct has its own subsections, after each element."""
    element = subsection("element", "a" / UInt8, subsections=[subsection("element/more", "b" / UInt8)])
    wire = layout("l" / Array(3, element), "z" / UInt8)
    state = {"l": [{"a": 1, "b": 2}, {"a": 3}, {"a": 4, "b": 5}], "z": 6}
    data = b"\1" + header("element/more") + b"\2\3\4" + header("element/more") + b"\5\6"
    check_layout(engine, wire, state, data)


def test_subsection_of_what_was_read_before(engine: Engine) -> None:
    """A subsection may take its count and its condition from the parent's members, and add to its structs."""
    more = subsection("dev/more", "y" / Array("n", UInt8), "w" / When("n", UInt8), "s.b" / UInt8)
    wire = layout("n" / UInt8, "s.a" / UInt8, subsections=[more])
    state = {"n": 2, "s": {"a": 1, "b": 6}, "y": [3, 4], "w": 5}
    check_layout(engine, wire, state, b"\2\1" + header("dev/more") + b"\3\4\5\6")


SUBSECTIONS_REFUSED: dict[str, tuple[bytes, str]] = {
    "unknown": (
        header("dev/none") + b"\1",
        "offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev/none'",
    ),
    "unknown without a slash": (
        header("dev2"),
        "offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev2'",
    ),
    "unknown and not ASCII": (
        b"\5\4dev\xff",
        r"offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev\xff'",
    ),
    "child of another": (
        header("dev/deep/er") + b"\4",
        "offset 1: expected dev/first, dev/flag, dev/deep, dev/only, device, found 'dev/deep/er'",
    ),
    "unknown child": (
        header("dev/deep") + b"\3" + header("dev/deep/no"),
        "offset 16: expected dev/deep/er, dev/deep/flag2, found 'dev/deep/no'",
    ),
    "child of one without children": (
        header("dev/flag") + header("dev/flag/x"),
        "offset 15: expected no subsection, found 'dev/flag/x'",
    ),
    "twice": (
        header("dev/flag") * 2,
        "offset 15: expected subsections once each and in order, found dev/flag",
    ),
    "twice with fields": (
        (header("device") + b"\1") * 2,
        "offset 14: expected subsections once each and in order, found device",
    ),
    "out of order": (
        header("dev/flag") + header("dev/first", 2) + b"\1\2",
        "offset 15: expected subsections once each and in order, found dev/first",
    ),
    "child twice": (
        header("dev/deep") + b"\3" + (header("dev/deep/er") + b"\4") * 2,
        "offset 34: expected subsections once each and in order, found dev/deep/er",
    ),
    "newer version": (header("dev/flag", 2), "offset 1: expected dev/flag version 1, found 2"),
    "older version": (header("dev/first", 1) + b"\1\2", "offset 1: expected dev/first version 2, found 1"),
    "cut in the version": (
        header("dev/flag")[:-1],
        "offset 11: expected 4 bytes (subsection version), found 3",
    ),
    "cut in the fields": (
        header("dev/first", 2) + b"\1",
        "b: offset 17: expected 1 bytes (uint8), found 0",
    ),
    "rest": (header("dev/flag") + b"\5", "offset 15: expected the end after 15 bytes, found 16 bytes"),
}


@pytest.mark.parametrize("case", SUBSECTIONS_REFUSED)
def test_refused_subsection(engine: Engine, case: str) -> None:
    """A subsection unknown, repeated, out of order, of another version or cut short is refused."""
    data, message = SUBSECTIONS_REFUSED[case]
    assert message == refused(engine, DEVICE, b"\x09" + data)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a": 1}, "b: expected a value, found no such member"),
        ({"flag": False}, "flag: expected True or no member, found False"),
        ({"flag": 1}, "flag: expected True or no member, found 1"),
        ({"d": 4}, "d: expected no such member, found 4"),
        ({"e": 4}, "e: expected no such member, found 4"),
        ({"only": None, "e": 4}, "only: expected True or no member, found None"),
    ],
)
def test_subsection_members_refused(engine: Engine, members: dict[str, Any], message: str) -> None:
    """A subsection comes whole, and its children with it."""
    assert message == refused(engine, DEVICE, {"x": 9} | members)


# Look-ahead: ordinary data that looks like a subsection.

INNER = subsection("inner", "a" / UInt8, subsections=[subsection("inner/sub", "s" / UInt8)])

IMITATIONS: dict[str, bytes] = {
    "no marker": b"\4\x09inner/sub\0\0\0\1",
    "shorter name": b"\5\4inne\0\0\0\1",
    "parent's own name": b"\5\5inner\0\0\0\1",
    "other prefix": b"\5\x0aouter/more\0\0\0\1",
    "another case": b"\5\x09Inner/sub\0\0\0\1",
    "no name": b"\5\0\0\0\0\0",
    "marker alone": b"\5",
    "marker and length alone": b"\5\x09",
    "name beyond the end": b"\5\x0finner/sub",
    "longest name beyond the end": b"\5\xffinner/sub\0\0\0\1",
}


@pytest.mark.parametrize("case", IMITATIONS)
def test_imitation(engine: Engine, case: str) -> None:
    """What only looks like a subsection is ordinary data of the enclosing struct."""
    data = IMITATIONS[case]
    wire = layout("i" / INNER, "rest" / Buffer(len(data)))
    check_layout(engine, wire, {"i": {"a": 1}, "rest": data}, b"\1" + data)


@pytest.mark.parametrize("case", IMITATIONS)
def test_imitation_at_the_end(engine: Engine, case: str) -> None:
    """At the end of a payload it is what should not be there."""
    data = b"\1" + IMITATIONS[case]
    found = refused(engine, VMState("inner", version_id=1, fields=INNER.fields, subsections=INNER.subsections), data)
    assert f"offset 1: expected the end after 1 bytes, found {len(data)} bytes" == found


def test_matching_prefix_is_no_data(engine: Engine) -> None:
    """As in QEMU, data that spells the parent's name and more is taken for a subsection, and refused if unknown."""
    data = b"\5\x0binner/other"
    wire = layout("i" / INNER, "rest" / Buffer(len(data)))
    assert "i: offset 1: expected inner/sub, found 'inner/other'" == refused(engine, wire, b"\1" + data)


def test_subsection_before_data(engine: Engine) -> None:
    """A subsection of a nested struct ends where its fields do; data follows."""
    wire = layout("i" / INNER, "rest" / Buffer(2))
    check_layout(engine, wire, {"i": {"a": 1, "s": 2}, "rest": b"\5\5"}, b"\1" + header("inner/sub") + b"\2\5\5")


def test_outer_subsection_after_an_inner_struct(engine: Engine) -> None:
    """The enclosing struct's subsection is not the inner one's, for its name begins otherwise."""
    wire = layout("i" / INNER, subsections=[subsection("dev/more", "m" / UInt8)])
    both = b"\1" + header("inner/sub") + b"\2" + header("dev/more") + b"\3"
    check_layout(engine, wire, {"i": {"a": 1}, "m": 3}, b"\1" + header("dev/more") + b"\3")
    check_layout(engine, wire, {"i": {"a": 1, "s": 2}, "m": 3}, both)


def test_inner_struct_named_as_the_outer_one_begins(engine: Engine) -> None:
    """Where the inner name is how the outer one's subsection begins, the inner struct claims it, as in QEMU."""
    wire = layout("i" / subsection("d", "a" / UInt8), subsections=[subsection("dev/more", "m" / UInt8)])
    found = refused(engine, wire, b"\1" + header("dev/more") + b"\3")
    assert "i: offset 1: expected no subsection, found 'dev/more'" == found


def test_old_style_struct_looks_for_no_subsections(engine: Engine) -> None:
    """A struct that C reads by hand leaves the subsection to the struct around it."""
    inner = subsection("d", "a" / UInt8, old_style=True)
    wire = layout("i" / inner, subsections=[subsection("dev/more", "m" / UInt8)])
    check_layout(engine, wire, {"i": {"a": 1}, "m": 3}, b"\1" + header("dev/more") + b"\3")


# Constructs of others.


class Nibbles(construct.Adapter):  # type: ignore[misc]
    """Two halves of a byte, as a list."""

    def _decode(self, obj: Any, context: Any, path: str) -> list[int]:
        return [obj.high, obj.low]

    def _encode(self, obj: Any, context: Any, path: str) -> dict[str, int]:
        return {"high": obj[0], "low": obj[1]}


HALVES = construct.BitStruct("high" / construct.Nibble, "low" / construct.Nibble)


def test_struct_of_construct(engine: Engine) -> None:
    """A struct of construct's own serves within an adapter; it may look at the members before it."""
    wire = layout("n" / UInt8, "x" / Nibbles(HALVES), "y" / construct.Array(construct.this.n, construct.Byte))
    check_layout(engine, wire, {"n": 2, "x": [3, 5], "y": [1, 2]}, b"\2\x35\1\2")


def test_bare_struct_of_construct() -> None:
    """By itself it gives what is no QObject."""
    for bare in (HALVES, construct.Struct("a" / construct.Byte), Array(2, construct.Struct("a" / construct.Byte))):
        with pytest.raises(
            SchemaError, match="x: expected a VMState, or an adapter around it, found a construct.Struct"
        ):
            layout("x" / bare)


# Errors.


def test_error_has_its_parts() -> None:
    """An error can be asked for each of its parts, and says them all on one line."""
    wire = layout("l" / Array(2, subsection("e", "f" / Bool)))
    with pytest.raises(WireError) as caught:
        wire.decode(b"\0\7", section="0000:00:01.1/dev")
    error = caught.value
    found = (error.section, error.path, error.offset, error.expected, error.found)
    assert ("0000:00:01.1/dev", "l[1].f", 1, "0 or 1", "7") == found
    assert "0000:00:01.1/dev: l[1].f: offset 1: expected 0 or 1, found 7" == str(error)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, "expected a, found b"),
        ({"section": "dev"}, "dev: expected a, found b"),
        ({"path": "x"}, "x: expected a, found b"),
        ({"offset": 0}, "offset 0: expected a, found b"),
        ({"section": "dev", "offset": 7}, "dev: offset 7: expected a, found b"),
        ({"section": "dev", "path": "x", "offset": 7}, "dev: x: offset 7: expected a, found b"),
    ],
)
def test_error_message(parts: dict[str, Any], expected: str) -> None:
    """An error says as much of the place as is known."""
    assert expected == str(WireError("a", "b", **parts))


def test_section_in_every_error() -> None:
    """The section is named whether reading or writing fails, the version, the end or a member."""
    for data, version in ((b"", None), (b"\1\2", None), (b"\1", 7)):
        with pytest.raises(WireError, match=r"^rtc: "):
            layout("x" / UInt8).decode(data, version, section="rtc")
    for state in ({}, {"x": 256}, {"x": 1, "y": 2}, []):
        with pytest.raises(WireError, match=r"^rtc: "):
            layout("x" / UInt8).encode(state, section="rtc")
    with pytest.raises(SchemaError, match=r"^rtc: n: expected one of x, found 'n'"):
        layout("x" / When("n", UInt8)).encode({"x": 1}, section="rtc")
    with pytest.raises(SchemaError, match=r"^n: expected one of x, found 'n'"):
        layout("x" / When("n", UInt8)).encode({"x": 1})


def test_decode_at() -> None:
    """A payload may begin anywhere, and says where it ends; offsets are then those of the whole."""
    wire = layout("a" / UInt8, "b" / Bool)
    view = memoryview(b"..\7\1..")
    assert ({"a": 7, "b": True}, 4) == wire.decode_at(view, 2)
    with pytest.raises(WireError, match=r"^b: offset 4: expected 0 or 1, found 46$"):
        wire.decode_at(view, 3)


@pytest.mark.parametrize("data", [b"\7", bytearray(b"\7"), memoryview(b"\7")])
def test_payload_in_any_form(data: Any) -> None:
    """A payload is bytes, or a view of some."""
    assert {"a": 7} == layout("a" / UInt8).decode(data)


def test_decoded_state_is_plain() -> None:
    """What comes out is dict, list, int, bool and bytes, and nothing of construct's."""

    def plain(value: object) -> bool:
        if type(value) is dict:
            return all(type(name) is str and plain(member) for name, member in value.items())
        if type(value) is list:
            return all(map(plain, value))
        return type(value) in (int, bool, bytes)

    assert plain(NESTED.decode(NESTED_BYTES))


# Constructs of construct's own.

FOREIGN = layout("a" / construct.Int16ub, "b" / construct.Const(b"ok"), "c" / construct.Bytes(1))


def test_constructs_own_fields(engine: Engine) -> None:
    """A layout may use what construct brings."""
    check_layout(engine, FOREIGN, {"a": 1, "b": b"ok", "c": b"z"}, b"\0\1okz")


@pytest.mark.parametrize("given", [b"\0\1noz", b"\0", {"a": 1, "b": b"no", "c": b"z"}, {"a": -1, "b": b"", "c": b""}])
def test_errors_of_constructs_own(engine: Engine, given: Any) -> None:
    """Its errors come out as any other."""
    assert "expected what its construct says, found " in refused(engine, FOREIGN, given)


def test_sizeof() -> None:
    """A VMState is a construct: it has a size if its fields have."""
    assert 33 + 9 == HPET_TIMER.sizeof()
    with pytest.raises(construct.SizeofError):
        HPET_V2.sizeof()


# Layouts that are none.


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([UInt8], "expected a field named with /, found <uint8>"),
        ([Since(2, UInt8)], "expected a field named with /"),
        (["a b" / UInt8], "a b: expected a field path such as bus[0].ifs[1].status, found ' b'"),
    ],
)
def test_field_without_a_path(fields: list[Any], message: str) -> None:
    """A field has to be named by a path."""
    with pytest.raises(SchemaError) as caught:
        VMState("dev", version_id=1, fields=fields)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", ["dev", "other/sub", "de", ""])
def test_subsection_of_another_name(name: str) -> None:
    """A subsection's name has to begin with its parent's, and go on."""
    with pytest.raises(SchemaError, match=rf"^dev: expected a subsection whose name begins so, found {name!r}$"):
        layout(subsections=[subsection(name)])


def test_field_named_inside_its_condition() -> None:
    """A name may stand inside a condition as well as around it."""
    (member,) = layout(Since(1, "x" / UInt8)).members
    assert ("x", UInt8, 1) == (member.path, member.subcon, len(member.conditions))


def test_member_knows_its_meaning() -> None:
    """What follows the star is what the field means."""
    (member,) = layout("x" / Since(1, UInt8) * "what it is").members
    assert "what it is" == member.meaning


def test_description() -> None:
    """A VMState shows its name and version, and yields every description within it."""
    assert "<VMState hpet v2>" == repr(HPET_V2)
    assert [HPET_V2, HPET_TIMER, HPET_TIMER, HPET_RTC_IRQ_LEVEL] == list(HPET_V2.walk())
    assert ["dev", "dev/first", "dev/flag", "dev/deep", "dev/deep/er", "dev/deep/flag2"] == [
        description.name for description in DEVICE.walk()
    ][:6]
    assert "rtc_irq_level" == HPET_RTC_IRQ_LEVEL.marker


# Laws, on random layouts and on real ones.


def _is_odd(value: int) -> bool:
    return value % 2 == 1


SCALARS = [
    *(Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Timer, Bool),
    *(Range(UInt8, 0, 1), AtLeast(Int32, 2), OneOf(Int16, -1, 7), Bits(UInt32, 0x8001), Check(UInt8, _is_odd)),
]
COUNTS = [UInt8, UInt16, UInt32, UInt64]


@st.composite
def layouts(draw: st.DrawFn, name: str = "dev", depth: int = 2, version_id: int = 3) -> VMState:
    """A layout with fields of every kind, structs and subsections."""
    fields = draw(_fields(name, "f", depth))
    subsections = []
    for number in range(draw(st.integers(0, 2))):
        child = f"{name}/{name.rpartition('/')[2]}{number}"
        own = draw(_fields(child, f"s{number}f", depth - 1)) if depth and draw(st.booleans()) else ()
        subsections.append(VMState(child, version_id=draw(st.integers(0, 3)), fields=own))
    return VMState(
        name,
        version_id=version_id,
        minimum_version_id=1,
        fields=fields,
        subsections=subsections,
        rules=draw(_rules(fields)),
    )


@st.composite
def _rules(draw: st.DrawFn, fields: list[Any]) -> list[Rule]:
    """Rules on counts and what they count, which all states keep."""
    named = sorted({member.path for member in map(Member.of, fields)})
    counts = [path for path in named if path.endswith("_n")]
    if not counts or draw(st.booleans()):
        return []
    count, *others = draw(st.permutations(counts))[:2]
    return [
        check(lambda value: 0 <= value < 4, count, expected="a few"),
        *(check(lambda one, two: one + two < 7, count, other, expected="a few together") for other in others),
    ]


@st.composite
def _fields(draw: st.DrawFn, name: str, prefix: str, depth: int) -> list[Any]:
    # The first field is always there, so that neither an element nor a subsection can be empty.
    fields = [f"{prefix}first" / draw(st.sampled_from(SCALARS))]
    kinds = ["scalar", "buffer", "array", "counted", "counted buffer", "unused", "again", "list", "when"]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(kinds + ["struct"] * bool(depth)), max_size=4))):
        places = [f"{prefix}{number}", f"{prefix}_in.x{number}"]
        if kind != "unused":
            places.append(f"{prefix}_at[{number}].x")
        path = draw(st.sampled_from(places))
        fields += draw(_field(kind, path, f"{name}_{number}", depth))
    return fields


@st.composite
def _field(draw: st.DrawFn, kind: str, path: str, struct_name: str, depth: int) -> list[Any]:
    scalar, count = draw(st.sampled_from(SCALARS)), draw(st.sampled_from(COUNTS))
    element = draw(layouts(struct_name, depth - 1)) if depth else scalar
    length = draw(st.integers(1, 3))
    match kind:
        case "scalar":
            return [path / draw(_conditional(scalar))]
        case "buffer":
            return [path / draw(_conditional(Buffer(length)))]
        case "array":
            return [path / draw(_conditional(Array(length, element)))]
        case "counted":
            return [f"{path}_n" / count, path / draw(_conditional(Array(f"{path}_n", element)))]
        case "counted buffer":
            return [f"{path}_n" / count, path / Buffer(f"{path}_n")]
        case "unused":
            return [path / draw(_conditional(Unused(length)))]
        case "again":
            return [path / scalar, path / Again(path, scalar)]
        case "list":
            return [path / Listed(draw(st.integers(1, 255)), element)]
        case "when":
            return [f"{path}_n" / count, path / When(f"{path}_n", element)]
    return [path / draw(_conditional(element))]


def _conditional(subcon: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([subcon, Since(2, subcon), Before(3, subcon), Only(2, subcon)])


@st.composite
def states(draw: st.DrawFn, wire: VMState, version_id: int) -> dict[str, Any]:
    """A state that a layout can write."""
    state: dict[str, Any] = {}
    _draw_members(draw, wire, version_id, state)
    return state


def _draw_members(draw: st.DrawFn, wire: VMState, version_id: int, state: dict[str, Any]) -> None:
    for member in wire.members:
        if member.present(version_id, state):
            is_count = member.path.endswith("_n")
            is_timers = member.path == "num_timers"
            value = 3 if is_timers else draw(st.integers(0, 3)) if is_count else draw(_values(member.subcon, state))
            if value is not None:
                paths.put(state, member.path, value)
    for child in wire.subsections:
        if draw(st.booleans()):
            if not child.fields:
                state[child.marker] = True
            _draw_members(draw, child, child.version_id, state)


@st.composite
def _values(draw: st.DrawFn, subcon: Any, state: dict[str, Any]) -> Any:
    match subcon:
        case Checked():
            return draw(st.integers(subcon.least, subcon.most))
        case OneOf():
            return draw(st.sampled_from(subcon.values))
        case Bits():
            return draw(st.integers(0, subcon.subcon.maximum)) & subcon.mask
        case Check():
            return draw(st.integers(0, subcon.subcon.maximum).filter(subcon.holds))
        case Integer():
            return draw(st.integers(subcon.minimum, subcon.maximum))
        case VMState():
            return draw(states(subcon, subcon.version_id))
        case Buffer():
            length = measure(subcon.length, construct.Container(state=state))
            return draw(st.binary(min_size=length, max_size=length))
        case Unused():
            stray = st.binary(min_size=subcon.length, max_size=subcon.length).filter(any)
            return draw(st.none() | stray)
        case Array():
            count = measure(subcon.count, construct.Container(state=state))
            return [draw(_values(subcon.subcon, state)) for _ in range(count)]
        case Listed():
            return [draw(_values(subcon.subcon, state)) for _ in range(draw(st.integers(0, 2)))]
        case Again():
            return None
    return draw(st.booleans())


REAL = [PCI_DEVICE, PCIBUS, MC146818RTC_V2, MC146818RTC_V3, HPET_V2]
ANY_LAYOUT = layouts() | st.sampled_from(REAL)


@st.composite
def cases(draw: st.DrawFn) -> tuple[VMState, int, dict[str, Any]]:
    """A layout, a version of it, and a state."""
    wire = draw(ANY_LAYOUT)
    version_id = draw(st.integers(wire.minimum_version_id, wire.version_id))
    return wire, version_id, draw(states(wire, version_id))


@given(case=cases())
def test_round_trip(engine: Engine, case: tuple[VMState, int, dict[str, Any]]) -> None:
    """Reading gives back the state that was written, and writing the payload that was read."""
    wire, version_id, state = case
    before = copy.deepcopy(state)
    data = engine.encode(wire, state, version_id)
    assert state == engine.decode(wire, data, version_id)
    assert data == engine.encode(wire, engine.decode(wire, data, version_id), version_id)
    assert before == state


@given(case=cases(), data=st.data())
def test_changed_payload(engine: Engine, case: tuple[VMState, int, dict[str, Any]], data: st.DataObject) -> None:
    """A payload changed anywhere is refused, or read so that writing gives the same bytes."""
    wire, version_id, state = case
    payload = bytearray(engine.encode(wire, state, version_id))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(payload)))
        removed = data.draw(st.integers(0, 2))
        payload[place : place + removed] = data.draw(st.binary(max_size=3) | st.sampled_from([b"\5", b"\xff"]))
    check_any(engine, wire, bytes(payload), version_id)


@given(wire=ANY_LAYOUT, payload=st.binary(max_size=300))
def test_any_payload(engine: Engine, wire: VMState, payload: bytes) -> None:
    """Any bytes at all are read or refused."""
    for version_id in range(wire.minimum_version_id, wire.version_id + 1):
        check_any(engine, wire, payload, version_id)


def check_any(engine: Engine, wire: VMState, payload: bytes, version_id: int) -> None:
    try:
        state = engine.decode(wire, payload, version_id)
    except WireError as error:
        check_error(error, len(payload))
    else:
        assert payload == engine.encode(wire, state, version_id)


@given(wire=ANY_LAYOUT, data=st.data())
def test_any_state(engine: Engine, wire: VMState, data: st.DataObject) -> None:
    """Any state at all is written, so that reading gives the same, or is refused by qidl's own errors."""
    values = st.none() | st.booleans() | st.integers(-2, 300) | st.binary(max_size=2) | st.text(max_size=2)
    names = st.sampled_from([member.path for member in wire.members]) | st.text("abf.[]0 ", max_size=3)
    state = data.draw(states(wire, wire.version_id))
    state |= data.draw(st.dictionaries(names, values | st.lists(values, max_size=3), max_size=2))
    try:
        payload = engine.encode(wire, state)
    except QidlError as error:
        check_error(error)
    else:
        assert payload == engine.encode(wire, engine.decode(wire, payload))
