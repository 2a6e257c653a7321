"""The visitor core, through visitors as a user would write them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from conftest import declarations, objects
from hypothesis import given, strategies as st
from tapes import Channel, Device, Replay, recorded

from qidl import Declaration, InputVisitor, OutputVisitor, SchemaError, declaration, visit
from qidl.annotations import CType
from qidl.visitor import Name, build, fill


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
