"""What the errors of a VMState say, and what they can be asked for."""

from __future__ import annotations

from typing import Any

import pytest
from vmstates import layout, subsection

from qidl import SchemaError, WireError
from qidl.wire.primitives import Array, Bool, UInt8, When


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
