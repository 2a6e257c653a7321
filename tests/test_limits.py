"""Limits: each is kept, whatever leads there, and is said in one line."""

from __future__ import annotations

import struct
from typing import Any

import captures
import construct
import pytest
from conftest import Engine
from test_hostile import section, u64

import qidl
from qidl import Limits, WireError, from_payload
from qidl.limits import LIMITS
from qidl.rules import at_most
from qidl.walk import walk
from qidl.wire.primitives import Array, Buffer, Listed, UInt8, UInt16
from qidl.wire.ram_records import block_list, ram_sections
from qidl.wire.vmstate import VMState

START = b"QEVM\0\0\0\3"


def refusal(data: bytes, limits: Limits) -> str:
    """What is said of a stream that is within the limits, but not within these."""
    qidl.load(data)
    with pytest.raises(WireError) as caught:
        qidl.load(data, limits=limits)
    message = str(caught.value)
    assert 1 == len(message.splitlines())
    return message


def test_limits_are_values() -> None:
    """They cannot be changed, only replaced."""
    with pytest.raises(AttributeError):
        LIMITS.sections = 3  # type: ignore[misc]
    assert LIMITS == Limits()


@pytest.mark.parametrize("level", ["pc-1.0", "pc-1.3"])
def test_no_machine_is_near_them(level: str) -> None:
    """What a machine writes takes a small part of each."""
    data = captures.own(level)
    small = Limits(sections=100, name_length=60, nesting=8, elements=70_000, decoded=20 * len(data))
    for one in qidl.load(data, limits=small).sections:
        assert one.state is not None


def test_sections() -> None:
    """Headers are counted, those of live sections and of unknown ones too."""
    data = START + b"".join(section(number, "timer", bytes(24), 2) for number in range(5))
    assert (
        refusal(data + b"\0", Limits(sections=4))
        == "after timer: offset 180: expected at most 4 sections, found another"
    )
    live = b"".join(section(number, "block", u64(2), kind=1) for number in range(5))
    assert "at most 4 sections" in refusal(START + live + b"\0", Limits(sections=4))


def test_names() -> None:
    """The name of a section, of a block of memory, and of a drive."""
    data = START + section(1, "timer", bytes(24), 2) + b"\0"
    assert "a name of at most 4 bytes, found 5" in refusal(data, Limits(name_length=4))
    memory = START + b"".join(ram_sections([block_list({"pc.ram": 4096})])) + b"\0"
    assert "a name of at most 5 bytes, found 6" in refusal(memory, Limits(name_length=5))
    drive = u64(1) + b"\6drive0" + bytes(1 << 20) + u64(2)
    block = START + section(1, "block", drive, kind=1) + b"\0"
    assert "a name of at most 5 bytes, found 6" in refusal(block, Limits(name_length=5))


def test_elements_of_live_sections() -> None:
    """Blocks of memory, and chunks of drives, are elements too."""
    memory = START + b"".join(ram_sections([block_list({"a": 4096, "b": 4096, "c": 4096})])) + b"\0"
    assert "at most 2 blocks" in refusal(memory, Limits(elements=2))
    chunks = (u64(1) + b"\1d" + bytes(1 << 20)) * 3 + u64(2)
    block = START + section(1, "block", chunks, kind=1) + b"\0"
    assert "at most 2 chunks" in refusal(block, Limits(elements=2))


INNER = VMState("inner", version_id=1, fields=["x" / UInt8])
LISTS = {
    "integers": (VMState("l", version_id=1, fields=["n" / UInt16, "x" / Array("n", UInt16)]), 2),
    "bytes": (VMState("l", version_id=1, fields=["n" / UInt16, "x" / Array("n", UInt8)]), 1),
    "structs": (VMState("l", version_id=1, fields=["n" / UInt16, "x" / Array("n", INNER)]), 1),
    "counted by a function": (
        VMState("l", version_id=1, fields=["n" / UInt16, "x" / Array(lambda state: int(state["n"]), UInt8)]),
        1,
    ),
    "within a struct": (
        VMState(
            "o", version_id=1, fields=["s" / VMState("l", version_id=1, fields=["n" / UInt16, "x" / Array("n", INNER)])]
        ),
        1,
    ),
}


@pytest.mark.parametrize("form", LISTS)
def test_elements(engine: Engine, form: str) -> None:
    """A list whose length the stream says has so many elements at the most, on every way that it is read."""
    layout, size = LISTS[form]
    payload = struct.pack(">H", 5) + bytes(5 * size)
    assert engine.decode(layout, payload, None)
    for limits, is_read in ((Limits(elements=5), True), (Limits(elements=4), False)):
        for action in (
            lambda limits: engine.decode(layout, payload, None, limits=limits),
            lambda limits: layout.decode_at(memoryview(payload), 0, limits=limits),
            lambda limits: layout.find_end(memoryview(payload), 0, limits=limits),
        ):
            if is_read:
                assert action(limits)
            else:
                with pytest.raises(WireError, match=r"x: offset 2: expected at most 4 elements, found 5$"):
                    action(limits)


def test_listed_elements(engine: Engine) -> None:
    """So has one whose elements are announced one by one."""
    layout = VMState("l", version_id=1, fields=["x" / Listed(7, INNER)])
    payload = b"\7\0" * 5 + b"\0"
    assert 5 == len(engine.decode(layout, payload, None, limits=Limits(elements=5))["x"])
    with pytest.raises(WireError, match=r"x: offset 9: expected at most 4 elements, found 5$"):
        engine.decode(layout, payload, None, limits=Limits(elements=4))
    assert layout.find_end(memoryview(payload), 0, limits=Limits(elements=5)) == len(payload)
    with pytest.raises(WireError, match="at most 4 elements"):
        layout.find_end(memoryview(payload), 0, limits=Limits(elements=4))


def test_elements_of_an_object() -> None:
    """So have those of an object that is made without a QObject."""

    @qidl.declare
    class Counted:
        n: qidl.uint16 = 0
        x: list[qidl.uint8] = qidl.array(size="n")

    layout, _ = LISTS["bytes"]
    payload = b"\0\5abcde"
    for _ in range(5):
        assert [97, 98, 99, 100, 101] == from_payload(Counted, layout, payload, limits=Limits(elements=5)).x
        with pytest.raises(WireError, match="expected at most 4 elements, found 5"):
            from_payload(Counted, layout, payload, limits=Limits(elements=4))


def nested(depth: int) -> VMState:
    layout = VMState("s", version_id=1, fields=["x" / UInt8])
    for _ in range(depth - 1):
        layout = VMState("s", version_id=1, fields=["s" / layout])
    return layout


def test_nesting(engine: Engine) -> None:
    """Structs within one another, which a layout says, or a construct that refers to itself."""
    for depth, limits in ((64, LIMITS), (3, Limits(nesting=3)), (1, Limits(nesting=1))):
        assert engine.decode(nested(depth), b"\1", None, limits=limits)
        with pytest.raises(WireError, match=f"expected at most {depth} structs within one another, found another"):
            engine.decode(nested(depth + 1), b"\1", None, limits=limits)
    with pytest.raises(WireError, match="expected at most 0 structs within one another, found another"):
        engine.decode(nested(1), b"\1", None, limits=Limits(nesting=0))
    with pytest.raises(WireError, match="expected at most 0 structs within one another, found another"):
        nested(1).decode_at(memoryview(b"\1"), 0, limits=Limits(nesting=0))
    again = VMState(
        "again",
        version_id=1,
        fields=["more" / UInt8, "next" / construct.If(construct.this.more, construct.LazyBound(lambda: again))],
    )
    assert 64 == str(engine.decode(again, b"\1" * 63 + b"\0", None)).count("more")
    with pytest.raises(WireError, match="expected at most 64 structs within one another"):
        engine.decode(again, b"\1" * 64 + b"\0", None)


def test_bytes_that_are_gone_through() -> None:
    """Finding where payloads end counts, reading a state counts once, and the two together."""
    payload = bytes(24)
    data = START + b"".join(section(number, "timer", payload, 2) for number in range(5)) + b"\0"
    assert "at most 100 bytes of payloads to go through, found more" in refusal(data, Limits(decoded=100))
    snapshot = qidl.load(data, limits=Limits(decoded=5 * 24 + 2 * 24))
    first, second, third, *_ = snapshot.sections
    for one in (first, second, first, first):
        assert one.state
        assert one.device()
    with pytest.raises(WireError, match=r"^timer: expected at most 168 bytes of payloads to go through, found more$"):
        third.device()


@pytest.mark.parametrize("irq", [0, 1, 2])
def test_bytes_of_what_is_not_read(irq: int) -> None:
    """What has been gone through counts, whatever is wrong then, and before: where values are noted as well."""
    queues = 1000
    before = struct.pack(">i256x4IBBHIII", 2, irq, *[0] * 8, queues)
    data = memoryview(START + section(1, "0000:00:03.0/virtio-net", before + bytes(14 * queues) + b"\xff" * 400, 11))
    found = walk(data, strict=False)
    assert not found.sections
    assert found.budget.decoded > 14 * queues


def test_bytes_before_a_broken_rule(engine: Engine) -> None:
    """A rule that is broken names its first field, but the bytes behind that have been gone through."""
    layout = VMState(
        "r", version_id=1, fields=["a" / UInt8, "x" / Buffer(1000), "b" / UInt8], rules=[at_most("a", "b")]
    )
    with pytest.raises(WireError) as caught:
        engine.decode(layout, b"\1" + bytes(1001), None)
    assert (0, 1002) == (caught.value.offset, caught.value.reached)


def test_bytes_of_what_is_not_known() -> None:
    """Looking for the end of an unknown section counts."""
    data = START + section(1, "stranger", bytes(500)) + section(2, "timer", bytes(24), 2) + b"\0"
    with pytest.warns(qidl.UnknownSectionWarning):
        qidl.load(data)
    with pytest.raises(WireError, match="at most 400 bytes"):
        qidl.load(data, limits=Limits(decoded=400))


def test_long_buffers_are_not_read_beyond_the_limit() -> None:
    """A payload that goes on beyond what may be gone through is left at once."""
    layout = VMState("b", version_id=1, fields=["n" / UInt16, "x" / Buffer("n")])
    assert layout.decode(b"\0\3abc", limits=Limits(decoded=1))
    data: Any = captures.own("pc-1.1")
    assert "bytes of payloads to go through" in refusal(data, Limits(decoded=1000))


def test_elements_of_no_bytes(engine: Engine) -> None:
    """Elements that may be empty are no more than there are bytes, however they lie within one another."""
    layout = VMState(
        "n",
        version_id=1,
        fields=[
            "n" / UInt16,
            "m" / UInt16,
            "x" / Array("n", Array(lambda state: state["m"], construct.Computed(0))),
            "rest" / Buffer(100),
        ],
    )
    assert [[0] * 9] * 10 == engine.decode(layout, struct.pack(">HH", 10, 9) + bytes(100), None)["x"]
    with pytest.raises(WireError, match="x.* expected at most 104 elements of no bytes, found more"):
        engine.decode(layout, struct.pack(">HH", 100, 100) + bytes(100), None)
