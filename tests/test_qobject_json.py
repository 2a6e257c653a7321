"""Objects to JSON, and back."""

from __future__ import annotations

import json

import pytest
from conftest import check_error, make
from hypothesis import given, strategies as st
from qobjects import QOBJECT, Timer, device

from qidl import SchemaError, array, from_json, to_json
from qidl.qobject import parse_json


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
