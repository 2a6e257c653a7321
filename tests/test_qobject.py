"""Objects to QObjects, and back."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import check_error, make
from qobjects import QOBJECT, Device, changed, device, without

from qidl import SchemaError, array, from_qobject, optional, string, to_qobject, uint8


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
