"""Objects to QObjects and JSON, and back."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from conftest import check_error, declarations, make, objects
from hypothesis import given, strategies as st

import qidl
from qidl import (
    IRQ,
    DeclarationError,
    QEMUTimer,
    SchemaError,
    array,
    declaration,
    derived,
    embedded,
    fill,
    from_json,
    from_qobject,
    immutable,
    int32,
    optional,
    string,
    to_json,
    to_qobject,
    uint8,
    uint32,
    uint64,
)
from qidl.annotations import Marks
from qidl.declaration import Array, Declaration, Field, Integer, Struct
from qidl.qobject import parse_json


@qidl.declare
class Timer:
    """A struct within others."""

    cmp: uint64 = 0
    qemu_timer: QEMUTimer = -1


@qidl.declare
class Device:
    """A device with every kind of member."""

    enabled: bool = False
    count: uint8 = 0
    data: list[uint8] = array(4, size="count")
    config: bytearray = array(3)
    label: str = string(6)
    timer: Timer = embedded(Timer)
    timers: list[Timer] = array(2)
    grid: list[list[int32]] = array(2, 2)
    waiters: list[uint32] = array()
    parent: Timer | None = optional()
    has_backlog: bool = False
    backlog: uint32 = optional(0)
    irq: IRQ | None = None
    reset_value: uint8 = immutable(7)
    total: uint32 = derived(0)

    def post_load(self) -> None:
        self.total = sum(self.data[: self.count])


def device() -> Device:
    return Device(
        enabled=True,
        count=2,
        data=[3, 4, 0, 0],
        config=bytearray(b"\1\2\3"),
        label="µs",
        timer=Timer(cmp=2**64 - 1),
        timers=[Timer(cmp=1), Timer(qemu_timer=-(2**63))],
        grid=[[1, -1], [2, -2]],
        waiters=[9],
        parent=Timer(),
        has_backlog=True,
        backlog=5,
        total=7,
    )


QOBJECT: dict[str, Any] = {
    "enabled": True,
    "count": 2,
    "data": [3, 4],
    "config": b"\1\2\3",
    "label": "µs",
    "timer": {"cmp": 2**64 - 1, "qemu_timer": -1},
    "timers": [{"cmp": 1, "qemu_timer": -1}, {"cmp": 0, "qemu_timer": -(2**63)}],
    "grid": [[1, -1], [2, -2]],
    "waiters": [9],
    "parent": {"cmp": 0, "qemu_timer": -1},
    "has_backlog": True,
    "backlog": 5,
}


def changed(**members: Any) -> dict[str, Any]:
    """The QObject of :func:`device` with some members changed."""
    return copy.deepcopy(QOBJECT) | members


def without(*names: str) -> dict[str, Any]:
    """The QObject of :func:`device` without some members."""
    return {name: value for name, value in changed().items() if name not in names}


def test_to_qobject() -> None:
    """An object becomes nested dicts, in the order of the struct."""
    found = to_qobject(device())
    assert QOBJECT == found
    assert list(QOBJECT) == list(found)


def test_from_qobject() -> None:
    """A QObject becomes an object, whose derived fields post_load computes."""
    assert device() == from_qobject(Device, QOBJECT)


def test_to_qobject_shares_nothing() -> None:
    """Changing a QObject does not change the object that it was made of."""
    original = device()
    found = to_qobject(original)
    found["timer"]["cmp"] = 0
    found["data"][0] = 0
    assert device() == original


def test_from_qobject_shares_nothing() -> None:
    """Changing an object does not change the QObject that it was made of."""
    qobject = changed()
    made = from_qobject(Device, qobject)
    made.grid[0][0] = 9
    made.config[0] = 9
    made.timers[0].cmp = 9
    assert QOBJECT == qobject


def test_absent_optionals_are_left_out() -> None:
    """An optional member that is absent is no member; reading it back gives absence."""
    absent = device()
    absent.parent, absent.has_backlog, absent.backlog = None, False, 0
    expected = without("parent", "backlog") | {"has_backlog": False}
    assert expected == to_qobject(absent)
    assert absent == from_qobject(Device, expected)


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("present", [True, False])
def test_presence_decides(said: bool, present: bool) -> None:
    """As in C, has_backlog becomes whether backlog is there, whatever the QObject says."""
    qobject = changed(has_backlog=said) if present else without("backlog") | {"has_backlog": said}
    assert present is from_qobject(Device, qobject).has_backlog


@pytest.mark.parametrize("config", [[1, 2, 3], (1, 2, 3), bytearray(b"\1\2\3"), b"\1\2\3"])
def test_bytes_in_any_form(config: object) -> None:
    """Bytes may come as bytes or as a list of integers."""
    assert device() == from_qobject(Device, changed(config=config))


@pytest.mark.parametrize("data", [[3, 4], (3, 4), b"\3\4"])
def test_lists_in_any_form(data: object) -> None:
    """A list may come as a list, a tuple, or bytes where they fit."""
    assert device() == from_qobject(Device, changed(data=data))


# Strict input.

TIMER = {"cmp": 0, "qemu_timer": -1}
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


# Filling.


def test_fill_keeps_what_does_not_travel() -> None:
    """Fields that are not serialised keep the values that they have."""
    present = Device(irq=IRQ(), reset_value=99)
    irq = present.irq
    fill(present, QOBJECT)
    assert (irq, 99, 7) == (present.irq, present.reset_value, present.total)
    assert QOBJECT == to_qobject(present)


def test_fill_fills_structs_where_they_are() -> None:
    """Embedded structs and those in arrays stay the same objects; a pointer that is None gets a new one."""
    present = Device()
    timer, timers = present.timer, list(present.timers)
    fill(present, QOBJECT)
    assert present.timer is timer
    assert all(now is before for now, before in zip(present.timers, timers, strict=True))
    assert Timer() == present.parent


def test_fill_keeps_what_lies_beyond_the_size() -> None:
    """Elements beyond an array's size do not travel, so they stay."""
    present = Device(data=[9, 8, 7, 6])
    fill(present, changed(count=1, data=[1]))
    assert [1, 8, 7, 6] == present.data


def test_fill_keeps_bytes_beyond_the_size() -> None:
    """So do bytes."""
    cls = make(n=(uint8, 0), x=(bytearray, array(4, size="n")))
    present = cls(x=bytearray(b"abcd"))
    fill(present, {"n": 2, "x": b"xy"})
    assert bytearray(b"xycd") == present.x


@pytest.mark.parametrize("annotation", [list[uint8], bytearray])
def test_fill_replaces_an_array_without_capacity(annotation: Any) -> None:
    """An array that nothing bounds is as long as its size says."""
    cls = make(n=(uint8, 0), x=(annotation, array(size="n")))
    present = cls(n=3, x=annotation(b"abc"))
    fill(present, {"n": 1, "x": [1]})
    assert [1] == list(present.x)


def test_fill_removes_an_absent_pointer() -> None:
    """An optional pointer that does not come becomes None; a field behind has_ keeps its value."""
    present = device()
    fill(present, without("parent", "backlog"))
    assert (None, False, 5) == (present.parent, present.has_backlog, present.backlog)


def test_loading_restores_capacity() -> None:
    """A list that had lost its room gets it back, zeroed."""
    present = Device(data=[])
    fill(present, changed(count=1, data=[1]))
    assert [1, 0, 0, 0] == present.data


def test_required_fields() -> None:
    """Fields without default are set like any other."""
    cls = make(timer=Timer, x=uint8, grid=(list[Timer], array(1)))
    qobject = {"timer": TIMER, "x": 3, "grid": [TIMER]}
    assert cls(timer=Timer(), x=3) == from_qobject(cls, qobject)


def test_required_field_with_a_validator() -> None:
    """A required field's validator sees the value that came, not None."""
    cls = make(x=(uint8, attrs.field(validator=attrs.validators.instance_of(int))))
    assert 1 == from_qobject(cls, {"x": 1}).x


def test_required_fields_may_be_absent() -> None:
    """A required field that is optional and absent is passed None."""
    cls = make(has_x=bool, x=(uint8, attrs.field(metadata={qidl.METADATA: Marks(optional=True)})))
    assert cls(has_x=False, x=None) == from_qobject(cls, {"has_x": True})
    assert cls(has_x=True, x=3) == from_qobject(cls, {"has_x": False, "x": 3})


def test_optional_bytes_get_their_capacity() -> None:
    """Bytes are filled up to the capacity, as a list is."""
    cls = make(n=(uint8, 0), x=(bytearray | None, optional(array(8, size="n"))))
    assert bytearray(b"ab\0\0\0\0\0\0") == from_qobject(cls, {"n": 2, "x": b"ab"}).x


def test_loading_restores_capacity_of_bytes() -> None:
    """Bytes that had lost their room get it back, zeroed."""
    cls = make(n=(uint8, 0), x=(bytearray, array(4, size="n")))
    present = cls(x=bytearray(b"abc"))
    fill(present, {"n": 1, "x": b"x"})
    assert bytearray(b"xbc\0") == present.x


# Sized text, and classes that point to themselves.


def test_sized_text() -> None:
    """Text has at most as many bytes as its size says."""
    cls = make("Port", n=(uint8, 0), x=(str, string(4, size="n")))
    qobject = {"n": 2, "x": "ab"}
    assert cls(n=2, x="ab") == from_qobject(cls, qobject)
    assert qobject == to_qobject(cls(n=2, x="ab"))


@pytest.mark.parametrize(
    ("qobject", "message"),
    [
        ({"n": 2, "x": "abc"}, "at most 2 bytes of text, found 3"),
        ({"n": 4, "x": "abcd"}, "at most 3 bytes of text, found 4"),
        ({"n": 5, "x": "abc"}, "at most 4 bytes, found n = 5"),
    ],
)
def test_refused_sized_text(qobject: Any, message: str) -> None:
    """Longer text is refused, and a size for which there is no room."""
    cls = make("Port", n=(uint8, 0), x=(str, string(4, size="n")))
    with pytest.raises(SchemaError) as caught:
        from_qobject(cls, qobject)
    assert f"Port.x: expected {message}" == str(caught.value)


def node_class() -> Any:
    return make("Node", next=("Node | None", optional()), children=("list[Node]", array()), x=(uint8, 0))


def test_structs_of_their_own_type() -> None:
    """A struct that points to its own type becomes as deep as the QObject is."""
    cls = node_class()
    node = cls(x=1, next=cls(x=2), children=[cls(x=3, children=[cls(x=4)]), cls(x=5)])
    leaf: dict[str, Any] = {"children": [], "x": 2}
    qobject = to_qobject(node)
    assert (leaf, [3, 5]) == (qobject["next"], [child["x"] for child in qobject["children"]])
    assert node == from_qobject(cls, qobject)


@pytest.mark.parametrize("form", ["next", "children"])
def test_deepest_structs(form: str) -> None:
    """A QObject may be deep, but not so deep that it would exhaust the stack; the error stays one short line."""
    leaf: dict[str, Any] = {"children": [], "x": 0}
    deepest: dict[str, Any] = leaf
    for _ in range(100):
        deepest = leaf | ({"next": deepest} if form == "next" else {"children": [deepest]})
    cls = node_class()
    assert deepest == to_qobject(from_qobject(cls, deepest))
    with pytest.raises(SchemaError, match="expected at most 100 structs within one another, found another") as caught:
        from_qobject(cls, leaf | {"next": deepest})
    check_error(caught.value)
    assert 300 > len(str(caught.value))


# JSON.


def test_to_json() -> None:
    """JSON text has the QObject's members; bytes are lists of integers, uint64 is exact."""
    expected = QOBJECT | {"config": [1, 2, 3]}
    assert expected == json.loads(to_json(device()))
    assert '"cmp": 18446744073709551615' in to_json(device())


def test_to_json_indent() -> None:
    """JSON text is on one line unless indented."""
    assert '{"cmp": 0, "qemu_timer": -1}' == to_json(Timer())
    assert '{\n  "cmp": 0,\n  "qemu_timer": -1\n}' == to_json(Timer(), indent=2)


def test_json_expands_bytes_unless_they_are_overridden() -> None:
    """Bytes within lists become lists within lists."""
    cls = make(x=(list[bytearray], array(2, 2)))
    assert '{"x": [[0, 0], [0, 0]]}' == to_json(cls())


@pytest.mark.parametrize("text", ['{"cmp": 1, "qemu_timer": 2}', b'{"qemu_timer": 2, "cmp": 1}'])
def test_from_json(text: str | bytes) -> None:
    """JSON comes as text or bytes, in any order of members."""
    assert Timer(cmp=1, qemu_timer=2) == from_json(Timer, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "JSON: Expecting value: line 1 column 1 (char 0)"),
        ("{", "JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"a": 1, "a": 1}', "JSON: expected each member once, found one twice"),
        ('{"a": NaN}', "JSON: expected a number, found NaN"),
        ("[-Infinity]", "JSON: expected a number, found -Infinity"),
        (b"\xff", "JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_refused_json(text: str | bytes, message: str) -> None:
    """Text that is not strictly JSON is refused."""
    with pytest.raises(SchemaError) as caught:
        parse_json(text)
    assert message == str(caught.value)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5000], ids=["deep", "long"])
def test_json_that_python_will_not_parse(text: str) -> None:
    """Nesting and numbers beyond Python's limits are refused, too."""
    with pytest.raises(SchemaError, match=r"^JSON: "):
        parse_json(text)


@given(st.binary() | st.text())
def test_any_text_as_json(text: str | bytes) -> None:
    """Any text is JSON or refused with an error of one line."""
    try:
        parse_json(text)
    except SchemaError as error:
        check_error(error)


# Laws, on random classes.


@given(st.data())
def test_round_trip(data: st.DataObject) -> None:
    """An object comes back from its QObject and from its JSON text, and is not changed by going there."""
    cls = data.draw(declarations(rich=True))
    obj = data.draw(objects(cls))
    before = copy.deepcopy(obj)
    qobject = to_qobject(obj)
    assert obj == from_qobject(cls, qobject)
    assert obj == from_json(cls, to_json(obj))
    assert obj == from_qobject(cls, json.loads(json.dumps(qobject, default=list)))
    assert before == obj
    assert qobject == to_qobject(from_qobject(cls, qobject))


@given(st.data())
def test_fill_law(data: st.DataObject) -> None:
    """Whatever an object held, after filling it holds the QObject, and what does not travel as before."""
    cls = data.draw(declarations(rich=True))
    qobject = to_qobject(data.draw(objects(cls)))
    obj = data.draw(objects(cls))
    kept = {field.name: object() for field in declaration(cls).fields if not field.serialised}
    for name, value in kept.items():
        setattr(obj, name, value)
    fill(obj, qobject)
    assert qobject == to_qobject(obj)
    assert kept == {name: getattr(obj, name) for name in kept}


@given(st.data())
def test_members_in_struct_order(data: st.DataObject) -> None:
    """Members come in the order of the struct, absent ones left out."""
    cls = data.draw(declarations(rich=True))
    found = list(to_qobject(data.draw(objects(cls))))
    assert [field.name for field in declaration(cls).serialised if field.name in found] == found


def members(described: Declaration, qobject: Any, path: str) -> Iterator[tuple[Any, str | int, Any, str]]:
    """Every member and element of a QObject, as (where it lies, its name or index, its field or type, its path)."""
    for field in described.serialised:
        if field.name in qobject:
            yield qobject, field.name, field, f"{path}.{field.name}"
            yield from _within(field.type, qobject[field.name], f"{path}.{field.name}")


def _within(kind: Any, value: Any, path: str) -> Iterator[tuple[Any, str | int, Any, str]]:
    if isinstance(kind, Struct):
        yield from members(kind.declaration, value, path)
    elif isinstance(kind, Array) and not kind.is_buffer:
        for index, element in enumerate(value):
            yield value, index, kind.element, f"{path}[{index}]"
            yield from _within(kind.element, element, f"{path}[{index}]")


@given(st.data())
def test_wrong_values(data: st.DataObject) -> None:
    """A value of a wrong type or out of range anywhere is refused by its path, and a fill of it changes nothing."""
    cls = data.draw(declarations(rich=True))
    qobject = to_qobject(data.draw(objects(cls)))
    places = list(members(declaration(cls), qobject, cls.__name__))
    if not places:
        return
    within, name, what, path = data.draw(st.sampled_from(places))
    kind = what.type if isinstance(what, Field) else what
    wrong: list[Any] = [None, object(), 1.5]
    if isinstance(kind, Integer):
        wrong += [kind.ctype.minimum - 1, kind.ctype.maximum + 1, False, ""]
    within[name] = data.draw(st.sampled_from(wrong))
    obj = data.draw(objects(cls))
    before = copy.deepcopy(obj)
    with pytest.raises(SchemaError) as caught:
        fill(obj, qobject)
    assert str(caught.value).startswith(f"{path}: expected ")
    assert before == obj


@given(st.data())
def test_missing_and_unknown_members(data: st.DataObject) -> None:
    """A member too many or too few anywhere is refused by its path; an optional one may be missing."""
    cls = data.draw(declarations(rich=True))
    qobject = to_qobject(data.draw(objects(cls)))
    places = [(qobject, cls.__name__)]
    places += [
        (within[name], path)
        for within, name, _, path in members(declaration(cls), qobject, cls.__name__)
        if isinstance(within[name], dict)
    ]
    struct, path = data.draw(st.sampled_from(places))
    struct["no such"] = 0
    with pytest.raises(SchemaError) as caught:
        from_qobject(cls, qobject)
    assert f"{path}.no such: expected no such member, found 0" == str(caught.value)
    del struct["no such"]
    whole = list(members(declaration(cls), qobject, cls.__name__))
    required = [(w, n, p) for w, n, f, p in whole if isinstance(f, Field) and not f.optional]
    if required:
        struct, name, path = data.draw(st.sampled_from(required))
        del struct[name]
        with pytest.raises(SchemaError) as caught:
            from_qobject(cls, qobject)
        assert f"{path}: expected a value, found no such member" == str(caught.value)


@given(st.data())
def test_any_qobject(data: st.DataObject) -> None:
    """Any JSON value at all is read or refused; nothing but SchemaError comes out."""
    cls = data.draw(declarations(rich=True))
    names = st.sampled_from([field.name for field in declaration(cls).fields]) | st.text(max_size=3)
    values = st.recursive(
        st.none() | st.booleans() | st.integers(-2, 300) | st.floats() | st.text(max_size=3) | st.binary(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    )
    qobject = data.draw(values)
    try:
        made = from_qobject(cls, qobject)
    except SchemaError:
        return
    assert made == from_qobject(cls, to_qobject(made))
