"""Objects that do not hold what they declare."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import make
from tapes import Channel, Device, Tape, recorded

import qidl
from qidl import OutputVisitor, SchemaError, array, embedded, int32, optional, string, uint8, visit

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "too great": ({"count": 256}, "Device.count: expected uint8 (0..255), found 256"),
    "bool for int": ({"count": True}, "Device.count: expected uint8 (0..255), found True"),
    "None": ({"count": None}, "Device.count: expected uint8 (0..255), found None"),
    "int for bool": ({"enabled": 0}, "Device.enabled: expected bool, found 0"),
    "int for text": ({"label": 3}, "Device.label: expected str, found 3"),
    "bytes for text": ({"label": b"a"}, "Device.label: expected str, found bytes of 1"),
    "text too long": ({"label": "abcdef"}, "Device.label: expected at most 5 bytes of text, found 6"),
    "text with NUL": ({"label": "\0"}, r"Device.label: expected text without NUL, found '\x00'"),
    "other struct": ({"channel": object()}, "Device.channel: expected Channel, found object"),
    "no struct": ({"channel": None}, "Device.channel: expected Channel, found None"),
    "element": ({"channels": [Channel(), 3]}, "Device.channels[1]: expected Channel, found 3"),
    "within": (
        {"channel": Channel(timer=2**63)},
        "Device.channel.timer: expected QEMUTimer (-9223372036854775808..9223372036854775807), "
        "found 9223372036854775808",
    ),
    "within an element": (
        {"channels": [Channel(), Channel(latch=-1)]},
        "Device.channels[1].latch: expected uint8 (0..255), found -1",
    ),
    "element of a list": ({"count": 1, "data": [300]}, "Device.data[0]: expected uint8 (0..255), found 300"),
    "tuple for a list": ({"data": (1, 2)}, "Device.data: expected list, found tuple of 2"),
    "list for bytes": ({"config": [1, 2]}, "Device.config: expected bytearray, found list of 2"),
    "too few elements": ({"channels": [Channel()]}, "Device.channels: expected 2 elements, found 1"),
    "too few for the size": ({"count": 3, "data": [0, 0]}, "Device.data: expected 3 elements, found 2"),
    "too few bytes": ({"config": bytearray(1)}, "Device.config: expected 2 elements, found 1"),
    "long value": (
        {"label": "x" * 5 + "é" * 99},
        "Device.label: expected at most 5 bytes of text, found 203",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_object(case: str) -> None:
    """An object that does not hold what it declares is refused, with the whole path."""
    values, message = WRONG[case]
    with pytest.raises(SchemaError) as caught:
        visit(Device(**values), Tape())
    assert message == str(caught.value)


def test_negative_size() -> None:
    """A size below zero is not that of any array."""
    cls = make("Queue", n=(int32, -1), x=(list[uint8], array(4, size="n")))
    with pytest.raises(SchemaError, match=r"^Queue\.x: expected -1 elements, found 4$"):
        visit(cls(), Tape())


def test_size_beyond_the_capacity() -> None:
    """What is longer than its capacity could not be loaded."""
    cls = make("Queue", n=(uint8, 5), x=(list[uint8], array(4, size="n")))
    with pytest.raises(SchemaError, match=r"^Queue\.x: expected at most 4 elements, found n = 5$"):
        visit(cls(x=[0] * 5), Tape())


@pytest.mark.parametrize(
    ("n", "x", "message"),
    [
        (2, "abc", "at most 2 bytes of text, found 3"),
        (4, "abcd", "at most 3 bytes of text, found 4"),
        (0, "a", "at most 0 bytes of text, found 1"),
        (2, "é!", "at most 2 bytes of text, found 3"),
        (5, "abc", "at most 4 bytes, found n = 5"),
        (-1, "", "at most 4 bytes, found n = -1"),
        (3, None, "str, found None"),
    ],
)
def test_sized_text(n: int, x: Any, message: str) -> None:
    """Text has no more bytes than its size says, and leaves room for its NUL."""
    cls = make("Port", n=(int32, 0), x=(str, string(4, size="n")))
    with pytest.raises(SchemaError) as caught:
        visit(cls(n=n, x=x), Tape())
    assert f"Port.x: expected {message}" == str(caught.value)


def test_struct_of_a_subclass() -> None:
    """A struct field holds the struct itself: one of a subclass would be saved so that it cannot be loaded."""
    base = make("Base", x=(uint8, 0))
    derived = make("Derived", bases=(base,), y=(uint8, 0))
    cls = make(b=(base, embedded(base)))
    with pytest.raises(SchemaError, match=r"^C\.b: expected Base, found Derived$"):
        visit(cls(b=derived()), Tape())


def test_circle() -> None:
    """A struct that points to itself in the end cannot be saved."""
    cls = make("Node", next=("Node | None", optional()))
    node = cls()
    node.next = cls(next=node)
    with pytest.raises(SchemaError, match=r"^Node: expected at most 100 structs within one another, found another$"):
        visit(node, Tape())


@pytest.mark.parametrize("visitor", [OutputVisitor()])
def test_undeclared_object(visitor: OutputVisitor) -> None:
    """Only objects of declared classes can be visited."""
    with pytest.raises(qidl.DeclarationError, match=r"^int: expected a class declared with @qidl.declare$"):
        visit(3, visitor)


def test_bytes_in_a_bytearray_field() -> None:
    """A bytearray field may hold bytes."""
    device = Device()
    device.config = b"ab"
    assert ("buffer", "config", b"ab") in recorded(device)
