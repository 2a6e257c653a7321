"""QObjects that are not what a declaration says: each is refused with the whole path."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import check_error, make
from qobjects import TIMER, Device, changed, device, without

from qidl import DeclarationError, SchemaError, array, fill, from_qobject, int32, to_qobject, uint8

REFUSED: dict[str, tuple[Any, str]] = {
    "not a struct": ([], "Device: expected Device, found a list"),
    "None": (None, "Device: expected Device, found None"),
    "missing": (without("count"), "Device.count: expected a value, found no such member"),
    "unknown": (changed(colour="red"), "Device.colour: expected no such member, found 'red'"),
    "unserialised": (changed(total=3), "Device.total: expected no such member, found 3"),
    "unknown, no text": (changed() | {7: 0}, "Device.7: expected no such member, found 0"),
    "missing within": (changed(timer={"cmp": 0}), "Device.timer.qemu_timer: expected a value, found no such member"),
    "unknown within": (
        changed(timers=[TIMER, TIMER | {"x": None}]),
        "Device.timers[1].x: expected no such member, found None",
    ),
    "not a struct within": (changed(timers=[TIMER, 3]), "Device.timers[1]: expected Timer, found 3"),
    "struct that is None": (changed(timer=None), "Device.timer: expected Timer, found None"),
    "optional that is None": (changed(parent=None), "Device.parent: expected Timer, found None"),
    "too great": (changed(count=256), "Device.count: expected uint8 (0..255), found 256"),
    "too small": (changed(count=-1), "Device.count: expected uint8 (0..255), found -1"),
    "too great within": (
        changed(grid=[[0, 0], [0, 1 << 31]]),
        "Device.grid[1][1]: expected int32 (-2147483648..2147483647), found 2147483648",
    ),
    "uint64": (
        changed(timer=TIMER | {"cmp": 1 << 64}),
        "Device.timer.cmp: expected uint64 (0..18446744073709551615), found 18446744073709551616",
    ),
    "bool for int": (changed(count=True), "Device.count: expected uint8 (0..255), found True"),
    "int for bool": (changed(enabled=1), "Device.enabled: expected bool, found 1"),
    "float for int": (changed(count=2.0), "Device.count: expected uint8 (0..255), found 2.0"),
    "text for int": (changed(count="2"), "Device.count: expected uint8 (0..255), found '2'"),
    "int for text": (changed(label=2), "Device.label: expected str, found 2"),
    "long value": (
        changed(count="2" * 100),
        "Device.count: expected uint8 (0..255), found '222222222222222222222222222222222222...",
    ),
    "text too long": (changed(label="ticks!"), "Device.label: expected at most 5 bytes of text, found 6"),
    "text too long in UTF-8": (changed(label="µµµ"), "Device.label: expected at most 5 bytes of text, found 6"),
    "text with NUL": (changed(label="a\0b"), r"Device.label: expected text without NUL, found 'a\x00b'"),
    "text that is none": (changed(label="\udc80"), r"Device.label: expected text, found '\udc80'"),
    "text for a list": (changed(data="ab"), "Device.data: expected a list, found 'ab'"),
    "dict for a list": (changed(data={}), "Device.data: expected a list, found a dict"),
    "list too long": (changed(data=[1, 2, 3]), "Device.data: expected 2 elements, found 3"),
    "list too short": (changed(timers=[TIMER]), "Device.timers: expected 2 elements, found 1"),
    "inner list too short": (changed(grid=[[0, 0], []]), "Device.grid[1]: expected 2 elements, found 0"),
    "over capacity": (changed(count=5, data=[0] * 5), "Device.data: expected at most 4 elements, found count = 5"),
    "element": (changed(data=[1, None]), "Device.data[1]: expected uint8 (0..255), found None"),
    "element of any length": (
        changed(waiters=[1, -1]),
        "Device.waiters[1]: expected uint32 (0..4294967295), found -1",
    ),
    "text for bytes": (changed(config="abc"), "Device.config: expected bytes, found 'abc'"),
    "bytes too long": (changed(config=b"abcd"), "Device.config: expected 3 bytes, found 4"),
    "no byte": (changed(config=[1, 2, 256]), "Device.config[2]: expected uint8 (0..255), found 256"),
    "no integer for a byte": (changed(config=[1, True, 2]), "Device.config[1]: expected uint8 (0..255), found True"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """A QObject that is not the declaration's is refused, with the whole path."""
    qobject, message = REFUSED[case]
    with pytest.raises(SchemaError) as caught:
        from_qobject(Device, qobject)
    assert message == str(caught.value)


@pytest.mark.parametrize("case", REFUSED)
def test_refused_fill_leaves_the_object_untouched(case: str) -> None:
    """What is refused has changed nothing."""
    present = device()
    with pytest.raises(SchemaError):
        fill(present, REFUSED[case][0])
    assert device() == present


def test_negative_size() -> None:
    """A size that is negative fits no array."""
    cls = make("Queue", n=(int32, 0), x=(list[uint8], array(4, size="n")))
    with pytest.raises(SchemaError, match=r"^Queue\.x: expected at most 4 elements, found n = -1$"):
        from_qobject(cls, {"n": -1, "x": []})


def test_negative_size_without_capacity() -> None:
    """Nor does it where nothing bounds the array."""
    cls = make("Queue", n=(int32, 0), x=(list[uint8], array(size="n")))
    with pytest.raises(SchemaError, match=r"^Queue\.x: expected -1 elements, found 0$"):
        from_qobject(cls, {"n": -1, "x": []})


def test_path_of_a_byte_in_a_list_of_bytes() -> None:
    """An element's index stands in brackets."""
    cls = make(x=(list[bytearray], array(2, 3)))
    with pytest.raises(SchemaError, match=r"^C\.x\[1\]\[1\]: expected uint8"):
        from_qobject(cls, {"x": [[0, 0, 0], [0, 300, 0]]})


@pytest.mark.parametrize(
    "name",
    ["a\nb", "\x1b[2J", "a\u2028b", "x" * 5000, "\n" * 5000, (0,) * 5000],
    ids=["line", "escape", "separator", "long", "lines", "tuple"],
)
def test_unknown_member_of_a_strange_name(name: Any) -> None:
    """An error stays one short line, whatever the member is called."""
    with pytest.raises(SchemaError) as caught:
        from_qobject(make(), {name: 0})
    check_error(caught.value)
    assert str(caught.value).isprintable()
    assert 300 > len(str(caught.value))


def test_integer_that_python_will_not_print() -> None:
    """Of an integer that is too long to be printed, an error tells the length."""
    cls = make(x=(uint8, 0))
    expected = "C.x: expected uint8 (0..255), found an integer of 16610 bits"
    for call in (lambda: from_qobject(cls, {"x": 10**5000}), lambda: to_qobject(cls(x=10**5000))):
        with pytest.raises(SchemaError) as caught:
            call()
        assert expected == str(caught.value)


def test_undeclared_class() -> None:
    """Only declared classes can be made of a QObject."""
    with pytest.raises(DeclarationError, match=r"^an object of int: expected a class declared"):
        from_qobject(3, {})  # type: ignore[type-var]
