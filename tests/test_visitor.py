"""The visitor core, through visitors as a user would write them."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from conftest import declarations, make, objects
from hypothesis import given, strategies as st

import qidl
from qidl import (
    Declaration,
    InputVisitor,
    OutputVisitor,
    QEMUTimer,
    SchemaError,
    array,
    declaration,
    derived,
    embedded,
    immutable,
    int32,
    optional,
    string,
    uint8,
    uint32,
    visit,
)
from qidl.annotations import CType
from qidl.declaration import Array, Struct
from qidl.visitor import Name, build, fill


@qidl.declare
class Channel:
    """A struct within others."""

    latch: uint8 = 0
    timer: QEMUTimer = -1


@qidl.declare
class Device:
    """A device with every kind of member."""

    enabled: bool = False
    count: uint8 = 0
    data: list[uint8] = array(4, size="count")
    config: bytearray = array(2)
    label: str = string(6)
    channel: Channel = embedded(Channel)
    channels: list[Channel] = array(2)
    parent: Channel | None = optional()
    has_limit: bool = False
    limit: uint32 = optional(0)
    scratch: uint8 = immutable(0)


class Paths(OutputVisitor):
    """A flat list of every value with its path."""

    def __init__(self) -> None:
        self.values: list[tuple[str, object]] = []
        self._open: list[str] = []

    def _path(self, name: Name) -> str:
        prefix = self._open[-1] if self._open else ""
        if isinstance(name, int):
            return f"{prefix}[{name}]"
        return f"{prefix}.{name}" if prefix else name or ""

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self._open.append(self._path(name))

    def end_struct(self) -> None:
        self._open.pop()

    def start_list(self, name: Name, length: int) -> None:
        self._open.append(self._path(name))

    def end_list(self) -> None:
        self._open.pop()

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        self.values.append((self._path(name), value))

    def type_bool(self, name: Name, value: bool) -> None:
        self.values.append((self._path(name), value))

    def type_str(self, name: Name, value: str) -> None:
        self.values.append((self._path(name), value))


class Hash(OutputVisitor):
    """A digest of an object's state; lists and structs need no marks, since their names tell them apart."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def _add(self, name: Name, value: object) -> None:
        self.hash.update(repr((name, value)).encode())

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self._add(name, declaration.name)

    def start_list(self, name: Name, length: int) -> None:
        self._add(name, length)

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        self._add(name, (ctype.name, value))

    def type_bool(self, name: Name, value: bool) -> None:
        self._add(name, value)

    def type_str(self, name: Name, value: str) -> None:
        self._add(name, value)


class Tape(OutputVisitor):
    """Everything that a visitor is told, one call after the other."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self.calls.append(("start_struct", name, declaration.name))

    def end_struct(self) -> None:
        self.calls.append(("end_struct",))

    def start_list(self, name: Name, length: int) -> None:
        self.calls.append(("start_list", name, length))

    def end_list(self) -> None:
        self.calls.append(("end_list",))

    def optional(self, name: Name, present: bool) -> None:
        self.calls.append(("optional", name, present))

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        self.calls.append((ctype.name, name, value))

    def type_bool(self, name: Name, value: bool) -> None:
        self.calls.append(("bool", name, value))

    def type_str(self, name: Name, value: str) -> None:
        self.calls.append(("str", name, value))

    def type_buffer(self, name: Name, value: bytes) -> None:
        self.calls.append(("buffer", name, value))


class Replay(InputVisitor):
    """Gives back what a :class:`Tape` recorded, and insists on being asked the same."""

    def __init__(self, calls: list[tuple[Any, ...]]) -> None:
        self._calls: Iterator[tuple[Any, ...]] = iter(calls)

    def _next(self, *asked: object) -> Any:
        call = next(self._calls)
        assert asked == call[: len(asked)]
        return call[-1]

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self._next("start_struct", name, declaration.name)

    def end_struct(self) -> None:
        self._next("end_struct")

    def start_list(self, name: Name) -> int:
        length: int = self._next("start_list", name)
        return length

    def end_list(self) -> None:
        self._next("end_list")

    def optional(self, name: Name) -> bool:
        present: bool = self._next("optional", name)
        return present

    def type_int(self, name: Name, ctype: CType) -> int:
        value: int = self._next(ctype.name, name)
        return value

    def type_bool(self, name: Name) -> bool:
        value: bool = self._next("bool", name)
        return value

    def type_str(self, name: Name, capacity: int | None) -> str:
        value: str = self._next("str", name)
        return value

    def type_buffer(self, name: Name) -> bytes:
        value: bytes = self._next("buffer", name)
        return value


def recorded(obj: object) -> list[tuple[Any, ...]]:
    tape = Tape()
    visit(obj, tape)
    return tape.calls


def test_flat_list_of_paths() -> None:
    """A visitor that keeps a stack of names sees every value under its C path."""
    paths = Paths()
    visit(Device(count=1, data=[9, 0, 0, 0], label="a", parent=Channel(latch=3)), paths)
    assert [
        ("enabled", False),
        ("count", 1),
        ("data[0]", 9),
        ("config[0]", 0),
        ("config[1]", 0),
        ("label", "a"),
        ("channel.latch", 0),
        ("channel.timer", -1),
        ("channels[0].latch", 0),
        ("channels[0].timer", -1),
        ("channels[1].latch", 0),
        ("channels[1].timer", -1),
        ("parent.latch", 3),
        ("parent.timer", -1),
        ("has_limit", False),
    ] == paths.values


def test_everything_that_is_told() -> None:
    """Structs and lists open and close, options are announced, integers come with their C type."""
    assert [
        ("start_struct", None, "Device"),
        ("bool", "enabled", False),
        ("uint8", "count", 2),
        ("start_list", "data", 2),
        ("uint8", 0, 1),
        ("uint8", 1, 2),
        ("end_list",),
        ("buffer", "config", b"\0\0"),
        ("str", "label", ""),
        ("start_struct", "channel", "Channel"),
        ("uint8", "latch", 0),
        ("QEMUTimer", "timer", -1),
        ("end_struct",),
        ("start_list", "channels", 2),
        ("start_struct", 0, "Channel"),
        ("uint8", "latch", 0),
        ("QEMUTimer", "timer", -1),
        ("end_struct",),
        ("start_struct", 1, "Channel"),
        ("uint8", "latch", 0),
        ("QEMUTimer", "timer", -1),
        ("end_struct",),
        ("end_list",),
        ("optional", "parent", False),
        ("bool", "has_limit", True),
        ("optional", "limit", True),
        ("uint32", "limit", 7),
        ("end_struct",),
    ] == recorded(Device(count=2, data=[1, 2, 3, 4], has_limit=True, limit=7))


def test_method_of_one_width() -> None:
    """A visitor may define type_uint8 and its like; other widths still reach type_int."""

    class Bytes(OutputVisitor):
        def __init__(self) -> None:
            self.found: list[Any] = []

        def type_uint8(self, name: Name, value: int) -> None:
            self.found.append((name, value))

        def type_int(self, name: Name, value: int, ctype: CType) -> None:
            self.found.append((name, value, ctype.name))

    visitor = Bytes()
    visit(Channel(latch=1, timer=2), visitor)
    assert [("latch", 1), ("timer", 2, "QEMUTimer")] == visitor.found


def test_visitor_that_overrides_nothing() -> None:
    """Every method has something harmless to do."""
    visit(Device(parent=Channel()), OutputVisitor())


@given(st.data())
def test_hash(data: st.DataObject) -> None:
    """Two objects of a class have the same digest exactly if they are equal."""
    cls = data.draw(declarations(rich=True))
    first, second = data.draw(objects(cls)), data.draw(objects(cls))
    digests = []
    for obj in (first, second):
        visitor = Hash()
        visit(obj, visitor)
        digests.append(visitor.hash.hexdigest())
    assert (first == second) == (digests[0] == digests[1])


@given(st.data())
def test_replay(data: st.DataObject) -> None:
    """An input visitor is asked for exactly what an output visitor was told, and makes the object anew."""
    cls = data.draw(declarations(rich=True))
    obj = data.draw(objects(cls))
    assert obj == build(cls, Replay(recorded(obj)))
    other = data.draw(objects(cls))
    fill(other, Replay(recorded(obj)))
    assert recorded(obj) == recorded(other)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("start_struct", (None, declaration(Channel))),
        ("end_struct", ()),
        ("start_list", ("x",)),
        ("end_list", ()),
        ("optional", ("x",)),
        ("type_int", ("x", CType("uint8", "uint8_t", 1, False))),
        ("type_bool", ("x",)),
        ("type_str", ("x", None)),
        ("type_buffer", ("x",)),
    ],
)
def test_input_visitor_has_to_answer(method: str, arguments: tuple[Any, ...]) -> None:
    """An input visitor has no answers of its own."""
    with pytest.raises(NotImplementedError):
        getattr(InputVisitor(), method)(*arguments)


def test_error_of_an_input_visitor() -> None:
    """An input visitor that knows no paths still names the member."""

    class Short(Replay):
        def type_buffer(self, name: Name) -> bytes:
            super().type_buffer(name)
            return b""

    with pytest.raises(SchemaError, match=r"^config: expected 2 bytes, found 0$"):
        build(Device, Short(recorded(Device())))


def test_error_of_an_input_visitor_leaves_the_object() -> None:
    """Whatever a visitor raises, and however late, nothing of the object is changed."""

    class Failing(Replay):
        def end_struct(self) -> None:
            raise RuntimeError("the line is down")

    present = Channel(latch=1, timer=2)
    with pytest.raises(RuntimeError, match="the line is down"):
        fill(present, Failing(recorded(Channel(latch=3))))
    assert Channel(latch=1, timer=2) == present


# Hooks.


@given(st.data())
def test_hooks_run_once_for_every_struct(data: st.DataObject) -> None:
    """pre_save runs from the outside in, post_load from the inside out, each once for every struct that travels."""
    calls: list[tuple[str, Any]] = []
    cls = data.draw(declarations(hooks=calls, rich=True))
    obj = data.draw(objects(cls))
    visit(obj, Tape())
    outside_in = [("pre_save", id(struct)) for struct in structs(obj) if hasattr(struct, "pre_save")]
    assert outside_in == [(hook, id(struct)) for hook, struct in calls]
    tape = recorded(obj)
    calls.clear()
    made = build(cls, Replay(tape))
    inside_out = [("post_load", id(struct)) for struct in structs(made, last=True) if hasattr(struct, "post_load")]
    assert inside_out == [(hook, id(struct)) for hook, struct in calls]


def structs(obj: Any, *, last: bool = False) -> Iterator[Any]:
    """An object and every struct within it that travels, in the order of the struct, itself first or last."""
    if not last:
        yield obj
    for field in declaration(type(obj)).serialised:
        value, kind = getattr(obj, field.name), field.type
        if field.has is not None and not getattr(obj, field.has):
            continue
        if isinstance(kind, Struct) and value is not None:
            yield from structs(value, last=last)
        elif isinstance(kind, Array) and isinstance(kind.element, Struct):
            for element in value:
                yield from structs(element, last=last)
    if last:
        yield obj


def test_pre_save_comes_before_the_values() -> None:
    """What pre_save computes is what is visited, in an inner struct too."""

    @qidl.declare
    class Inner:
        x: uint8 = 0

        def pre_save(self) -> None:
            self.x += 1

    @qidl.declare
    class Outer:
        x: uint8 = 0
        inner: Inner = embedded(Inner)

        def pre_save(self) -> None:
            self.x = 10
            self.inner.x = self.x

    assert [("x", 10), ("inner.x", 11)] == [(n, v) for n, v in paths_of(Outer())]


def paths_of(obj: object) -> list[tuple[str, object]]:
    visitor = Paths()
    visit(obj, visitor)
    return visitor.values


def test_post_load_sees_the_whole_struct() -> None:
    """When post_load runs, every field is loaded and inner structs have had theirs."""
    seen: list[tuple[int, int, int]] = []

    @qidl.declare
    class Inner:
        x: uint8 = 0

        def post_load(self) -> None:
            self.x *= 2

    @qidl.declare
    class Outer:
        first: uint8 = 0
        inner: Inner = embedded(Inner)
        last: uint8 = 0

        def post_load(self) -> None:
            seen.append((self.first, self.inner.x, self.last))

    qidl.from_qobject(Outer, {"first": 1, "inner": {"x": 2}, "last": 3})
    assert [(1, 4, 3)] == seen


def test_post_load_of_what_a_converter_made() -> None:
    """Hooks run on what the object holds in the end, be it made by a converter of attrs."""

    @qidl.declare
    class Inner:
        x: uint8 = 0
        twice: uint8 = derived(0)

        def post_load(self) -> None:
            self.twice = 2 * self.x

    @qidl.declare
    class Outer:
        inner: Inner = attrs.field(converter=copy.copy, factory=Inner)

    assert 6 == qidl.from_qobject(Outer, {"inner": {"x": 3}}).inner.twice

    @qidl.declare
    class Emptied:
        inner: Inner = attrs.field(converter=lambda value: None, factory=Inner)

    assert qidl.from_qobject(Emptied, {"inner": {"x": 3}}).inner is None


# Objects that do not hold what they declare.

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "too great": ({"count": 256}, "Device.count: expected uint8 (0..255), found 256"),
    "bool for int": ({"count": True}, "Device.count: expected uint8 (0..255), found True"),
    "None": ({"count": None}, "Device.count: expected uint8 (0..255), found None"),
    "int for bool": ({"enabled": 0}, "Device.enabled: expected bool, found 0"),
    "int for text": ({"label": 3}, "Device.label: expected str, found 3"),
    "bytes for text": ({"label": b"a"}, "Device.label: expected str, found bytes"),
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
    "tuple for a list": ({"data": (1, 2)}, "Device.data: expected list, found tuple"),
    "list for bytes": ({"config": [1, 2]}, "Device.config: expected bytearray, found list"),
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
