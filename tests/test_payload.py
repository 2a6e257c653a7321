"""Payloads as objects, and back: the short way makes what the way by the QObject makes."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import captures
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from test_compiled_classes import odd, spelled

import qidl
from qidl import (
    DeclarationError,
    SchemaError,
    WireError,
    array,
    declaration,
    derived,
    embedded,
    immutable,
    optional,
    uint8,
    uint16,
    uint32,
)
from qidl.compiled.payloads import reader, writer
from qidl.devices import device_class
from qidl.levels import LEVELS, section_key
from qidl.limits import LIMITS
from qidl.payload import from_payload, to_payload
from qidl.qobject import from_qobject, to_qobject
from qidl.strategies import objects, states
from qidl.unused import without_unused
from qidl.wire.primitives import (
    Again,
    Array as WireArray,
    Bool,
    Buffer,
    Int32,
    Listed,
    Only,
    Since,
    UInt8,
    UInt16,
    UInt32,
    Unused,
    When,
)
from qidl.wire.vmstate import VMState

slow = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)


def pairs() -> dict[str, tuple[Any, VMState]]:
    """Every layout of the newest level with the class of its section, and some of older ones."""
    found = {}
    for name in ("pc-1.3", "pc-1.1"):
        for key in LEVELS[name].table:
            idstr = f"0{key}" if key.startswith("/") else key
            for number, layout in enumerate(LEVELS[name].layouts(idstr)):
                found.setdefault(f"{key} {layout} {number}", (device_class(idstr), layout))
    return found


PAIRS = pairs()
every_pair = pytest.mark.parametrize(("cls", "layout"), PAIRS.values(), ids=PAIRS.keys())


def by_qobject(cls: Any, layout: VMState, payload: bytes, version_id: int | None = None) -> Any:
    version_id = layout.accept(version_id)
    return from_qobject(cls, without_unused(layout.decode(payload, version_id), layout, version_id))


def outcome(action: Callable[..., Any], *arguments: Any) -> tuple[str, str]:
    """What comes out; or the error, whosever it is."""
    try:
        return "result", spelled(action(*arguments))
    except Exception as error:
        return type(error).__name__, str(error)


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a generated function makes without help; None where it refuses."""
    try:
        return function(*arguments)
    except Exception:
        return None


def assert_agreed_on_payload(cls: Any, layout: VMState, payload: bytes, version_id: int | None = None) -> bool:
    """Whether the short way was taken."""
    expected = outcome(by_qobject, cls, layout, payload, version_id)
    for _ in range(5):
        found = outcome(from_payload, cls, layout, payload, version_id)
        assert expected == found
    made = alone(reader(declaration(cls), layout, layout.accept(version_id)), payload, LIMITS)
    if made is not None:
        assert ("result", spelled(made)) == expected
    return made is not None


def assert_agreed_on_object(obj: Any, layout: VMState) -> bool:
    """Whether the short way was taken."""
    expected = outcome(lambda: layout.encode(to_qobject(copy.deepcopy(obj))))
    for _ in range(5):
        assert expected == outcome(to_payload, copy.deepcopy(obj), layout)
    write = writer(declaration(type(obj)), layout, layout.version_id)
    pre_save = declaration(type(obj)).functions.generate("pre_save")
    saved = copy.deepcopy(obj)
    pre_save(saved)
    made = alone(write, saved)
    assert made is None or ("result", repr(made)) == expected
    return made is not None


@every_pair
@settings(slow, max_examples=3)
@given(data=st.data())
def test_states_of_every_layout(cls: Any, layout: VMState, data: st.DataObject) -> None:
    """Of what a layout allows, the same object is made, or the same error; and of that, the same payload."""
    version_id = data.draw(st.integers(layout.minimum_version_id, layout.version_id))
    payload = layout.encode(data.draw(states(layout, version_id)), version_id)
    assert_agreed_on_payload(cls, layout, payload, version_id)
    changed = bytearray(payload)
    if changed:
        changed[data.draw(st.integers(0, min(len(changed), 2000) - 1))] = data.draw(st.integers(0, 255))
    assert_agreed_on_payload(cls, layout, bytes(changed), version_id)
    assert_agreed_on_payload(cls, layout, payload[: data.draw(st.integers(0, len(payload)))], version_id)


@every_pair
@settings(slow, max_examples=3)
@given(data=st.data())
def test_objects_of_every_class(cls: Any, layout: VMState, data: st.DataObject) -> None:
    """Of any device, the same payload is made, or the same error."""
    obj = data.draw(objects(cls))
    assert_agreed_on_object(obj, layout)
    for field in declaration(cls).serialised[:1]:
        setattr(obj, field.name, data.draw(odd(getattr(obj, field.name))))
        assert_agreed_on_object(obj, layout)


FROM_THE_STATE = {
    # Whether there is an MSI-X table, and how long it is, takes a look at the list of capabilities.
    *("/virtio-net", "/virtio-blk", "/virtio-balloon", "/virtio-console", "/virtio-scsi", "/virtio-rng"),
    # What a request holds hangs on its command.
    *("/scsi-disk", "/SCSIDevice"),
    # How much room there is for errors, or for a hot-plug controller's registers, hangs on other fields.
    *("/ioh-3240-express-root-port", "/xio3130-express-upstream-port", "/xio3130-express-downstream-port"),
    "/pci_bridge",
}
"""Sections that are read by way of the QObject."""


@pytest.mark.parametrize("name", ["everything12", "reset-virtio-all", "reset-wdt"])
def test_captures_take_the_short_way(name: str) -> None:
    """What QEMU wrote is read and written without the QObject, but for those that ask for the state."""
    for section in qidl.load(captures.capture(f"1.3.1-pc-1.3-{name}")).sections:
        key = section_key(section.idstr)
        if section.layout is None or key.endswith("vga"):
            continue
        cls = device_class(section.idstr)
        is_short = assert_agreed_on_payload(cls, section.layout, bytes(section.payload), section.version_id)
        assert (key not in FROM_THE_STATE) == is_short, key
        device = by_qobject(cls, section.layout, bytes(section.payload), section.version_id)
        assert assert_agreed_on_object(device, section.layout) == is_short, key


# Classes and layouts of one's own.


@qidl.declare
class Inner:
    """A struct within others."""

    a: uint8 = 0
    b: uint8 | None = optional()


@qidl.declare
class Outer:
    """Forms that no device of a PC has."""

    n: uint8 = 0
    words: list[uint16] = array(4, size="n")
    raw: bytearray = array(6, size="n")
    inner: Inner = embedded(Inner)
    many: list[Inner] = array(3, size="n")
    pair: list[Inner] = array(2)
    grid: list[uint16] = array(3)
    has_more: bool = False
    more: uint32 = optional(7)
    late: uint16 | None = optional()
    flag: bool | None = optional()
    total: uint32 = derived(0)

    def pre_save(self) -> None:
        self.words[0] = self.total & 0xFFFF

    def post_load(self) -> None:
        self.total = sum(self.words)


INNER = VMState(
    "inner",
    version_id=1,
    fields=["a" / UInt8],
    subsections=[VMState("inner/b", version_id=1, fields=["b" / UInt8])],
)
OUTER = VMState(
    "outer",
    version_id=3,
    minimum_version_id=1,
    fields=[
        "n" / UInt8,
        "words" / WireArray("n", UInt16),
        "raw" / Buffer("n"),
        "n" / Again("n", UInt32),
        "inner" / INNER,
        "many" / WireArray("n", INNER),
        "pair" / WireArray(2, INNER),
        "unused" / Unused(2),
        "grid[0]" / UInt16,
        "grid[2]" / UInt16,
        "has_more" / Bool,
        "more" / When("has_more", UInt32),
        "late" / Since(2, UInt16),
    ],
    subsections=[VMState("outer/flag", version_id=1)],
)


@settings(slow, max_examples=200)
@given(data=st.data())
def test_forms(data: st.DataObject) -> None:
    """Sizes, optional members, subsections, elements that do not travel, bytes that are skipped, hooks."""
    version_id = data.draw(st.sampled_from([1, 2, 3]))
    state = data.draw(states(OUTER, version_id))
    payload = OUTER.encode(state, version_id)
    is_short = assert_agreed_on_payload(Outer, OUTER, payload, version_id)
    assert is_short == (state["n"] <= 3)
    if is_short:
        assert_agreed_on_object(by_qobject(Outer, OUTER, payload, version_id), OUTER)
    obj = data.draw(objects(Outer))
    assert_agreed_on_object(obj, OUTER)


def test_nothing_is_shared() -> None:
    """Elements that are zero, arrays that do not travel and long buffers are each object's own."""

    @qidl.declare
    class Holder:
        n: uint8 = 1
        some: list[Inner] = array(4, size="n")
        long: bytearray = array(2048)
        apart: list[uint8] = immutable(array(3))
        bytes_apart: bytearray = immutable(array(3))

    layout = VMState(
        "holder", version_id=1, fields=["n" / UInt8, "some" / WireArray("n", INNER), "long" / Buffer(2048)]
    )
    given_ = bytearray(b"\1\7" + bytes(2048))
    for payload in (bytes(given_), given_, memoryview(given_)):
        assert assert_agreed_on_payload(Holder, layout, payload)
    one, other = (from_payload(Holder, layout, memoryview(given_)) for _ in range(2))
    given_[2:] = b"\xff" * 2048
    assert 4 == len({id(element) for element in one.some})
    one.some[3].a, one.long[0], one.apart[0], one.bytes_apart[0] = 1, 1, 1, 1
    assert [0, 0, 0, 0] == [one.some[2].a, other.long[0], other.apart[0], other.bytes_apart[0]]
    assert from_payload(Holder, layout, bytes([1, 7]) + bytes(2048)) == other


def test_array_longer_than_the_class_has() -> None:
    """A list of more elements than the class says is refused, although the layout has as many."""
    layout = narrow(["x" / UInt8, "y" / WireArray(2, UInt8), "z" / WireArray(3, UInt32)])
    assert not assert_agreed_on_object(Narrow(z=[1, 2, 3]), layout)


@qidl.declare
class Flagged:
    """Members of which others say whether they are there."""

    flag: uint8 = 0
    has_y: bool = immutable(False)
    y: uint8 = qidl.optional(7)
    has_x: bool = immutable(False)
    x: uint32 = qidl.optional(5)
    has_z: bool = immutable(False)
    z: list[uint8] = qidl.optional(array(3))


@pytest.mark.parametrize("there", [0, 1])
def test_members_of_a_subsection_that_are_absent(there: int) -> None:
    """What is not there keeps its default, although the subsection that has it is there."""
    more = VMState(
        "flagged/more",
        version_id=1,
        fields=["y" / UInt8, "x" / When("y", UInt32), "z" / When("y", WireArray(3, UInt8))],
    )
    layout = VMState("flagged", version_id=1, fields=["flag" / UInt8], subsections=[more])
    payload = layout.encode({"flag": 1, "y": there} | ({"x": 9, "z": [1, 2, 3]} if there else {}))
    assert assert_agreed_on_payload(Flagged, layout, payload)
    for _ in range(5):
        found = from_payload(Flagged, layout, payload)
        assert (found.x, [*found.z]) == ((9, [1, 2, 3]) if there else (5, [0, 0, 0]))


def test_classes_are_not_kept_without_end() -> None:
    """A layout forgets classes that it was used with long ago."""
    layout = narrow(["x" / UInt8])

    def used() -> Any:
        @qidl.declare
        class Local:
            x: uint8 = 0

        for _ in range(5):
            assert 1 == from_payload(Local, layout, b"\1").x
        return weakref.ref(Local)

    classes = [used() for _ in range(200)]
    gc.collect()
    assert sum(one() is not None for one in classes) < 100


def narrow(fields: list[Any]) -> VMState:
    return VMState("narrow", version_id=1, fields=fields)


@qidl.declare
class Narrow:
    """Fields of which the wire can say more than they hold, or less."""

    x: uint8 = 0
    y: list[uint8] = array(2)
    z: list[uint32] = array(2)


@pytest.mark.parametrize("value", [0, 1, 255, 256, 65535, -1])
def test_ranges_of_both_sides(value: int) -> None:
    """An integer has to be one of the field's type and of the wire's form."""
    layout = narrow(["x" / Int32, "y" / WireArray(2, Int32), "z" / WireArray(2, UInt8)])
    payload = value.to_bytes(4, "big", signed=True) + bytes(10)
    assert_agreed_on_payload(Narrow, layout, payload)
    assert_agreed_on_payload(Narrow, layout, payload[4:8] + payload[:4] + bytes(6))
    for member in ("x", "y", "z"):
        obj = Narrow()
        setattr(obj, member, value if member == "x" else [0, value])
        assert_agreed_on_object(obj, layout)


@pytest.mark.parametrize(
    "fields",
    [
        ["x" / UInt8, "y" / WireArray(2, UInt8)],
        ["x" / UInt8, "y" / WireArray(2, UInt8), "z" / WireArray(2, UInt32), "q" / UInt8],
        ["x" / Bool, "y" / WireArray(2, UInt8), "z" / WireArray(2, UInt32)],
        ["x" / UInt8, "y" / Buffer(3), "z" / WireArray(2, UInt32)],
        ["x" / UInt8, "y" / WireArray(3, UInt8), "z" / WireArray(2, UInt32)],
        ["x" / UInt8, "y" / Listed(1, narrow(["x" / UInt8])), "z" / WireArray(2, UInt32)],
        ["x" / Only(2, UInt8), "y" / WireArray(2, UInt8), "z" / WireArray(2, UInt32)],
        ["x" / UInt8, "y.x" / UInt8, "z" / WireArray(2, UInt32)],
    ],
)
def test_layouts_that_are_not_of_the_class(fields: list[Any]) -> None:
    """What the class does not hold, or the layout does not bring, is an error, and the same as by the QObject."""
    layout = narrow(fields)
    payload = layout.encode(_zeros(layout))
    assert not assert_agreed_on_payload(Narrow, layout, payload)
    assert not assert_agreed_on_object(Narrow(), layout)
    with pytest.raises((SchemaError, WireError)):
        from_payload(Narrow, layout, payload)


def _zeros(layout: VMState) -> Any:
    return layout.decode(bytes(_size(layout)))


def _size(layout: VMState) -> int:
    for length in range(40):
        try:
            layout.decode(bytes(length))
        except WireError:
            continue
        return length
    raise AssertionError(layout)


def test_buffers_and_lists_of_bytes() -> None:
    """Bytes may be a buffer on the wire and a list in the class, or the other way round."""

    @qidl.declare
    class Mixed:
        x: list[uint8] = array(3)
        y: bytearray = array(3)

    layout = VMState("mixed", version_id=1, fields=["x" / Buffer(3), "y" / WireArray(3, UInt8)])
    assert assert_agreed_on_payload(Mixed, layout, b"abcdef")
    assert Mixed(x=[97, 98, 99], y=bytearray(b"def")) == from_payload(Mixed, layout, b"abcdef")
    assert b"abcdef" == to_payload(Mixed(x=[97, 98, 99], y=bytearray(b"def")), layout)


def test_what_is_not_declared() -> None:
    """A class that is not declared is refused, and said to be."""
    with pytest.raises(DeclarationError):
        from_payload(int, OUTER, b"")
    with pytest.raises(DeclarationError):
        to_payload(3, OUTER)


def test_layout_with_generated_functions_can_be_copied() -> None:
    """What is generated for a layout and a class stays behind when the layout is copied."""
    layout = narrow(["x" / UInt8, "y" / WireArray(2, UInt8), "z" / WireArray(2, UInt32)])
    assert_agreed_on_payload(Narrow, layout, bytes(11))
    assert not copy.deepcopy(layout).programs
    assert not pickle.loads(pickle.dumps(layout)).programs
