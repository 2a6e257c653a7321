"""JSON Schemas of declarations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from c_samples import FILES, unit_of
from conftest import declarations, make, objects
from hypothesis import given, strategies as st

import qidl
from qidl import array, embedded, immutable, optional, string, uint8, uint16
from qidl.cparse import load_classes
from qidl.errors import DeclarationError
from qidl.jsonschema import json_schema

jsonschema = pytest.importorskip("jsonschema")


def valid(cls: Any, value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(json_schema(cls)).is_valid(value))


@qidl.declare
class Point:
    """A point."""

    x: uint8 = 0


@qidl.declare
class Line:
    """Some points.

    And more.
    """

    count: uint16 = 0
    points: list[Point] = array(4, size="count")
    origin: Point = embedded(Point)
    raw: bytearray = array(2)
    label: str = string(4)
    flag: bool = False
    extra: Point | None = optional()
    hidden: uint8 = immutable(0)


def test_text() -> None:
    """Structs stand in $defs, what does not travel is left out, and what is optional is not required."""
    byte = {"type": "integer", "minimum": 0, "maximum": 255}
    assert json_schema(Line) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Line",
        "$ref": "#/$defs/Line",
        "$defs": {
            "Line": {
                "type": "object",
                "description": "Some points.",
                "properties": {
                    "count": {"type": "integer", "minimum": 0, "maximum": 65535},
                    "points": {"type": "array", "items": {"$ref": "#/$defs/Point"}, "maxItems": 4},
                    "origin": {"$ref": "#/$defs/Point"},
                    "raw": {"type": "array", "items": byte, "minItems": 2, "maxItems": 2},
                    "label": {"type": "string", "pattern": "^[^\\u0000]*$", "maxLength": 3},
                    "flag": {"type": "boolean"},
                    "extra": {"$ref": "#/$defs/Point"},
                },
                "required": ["count", "points", "origin", "raw", "label", "flag"],
                "additionalProperties": False,
            },
            "Point": {
                "type": "object",
                "description": "A point.",
                "properties": {"x": byte},
                "required": ["x"],
                "additionalProperties": False,
            },
        },
    }


STATE: dict[str, Any] = {
    "count": 1,
    "points": [{"x": 1}],
    "origin": {"x": 2},
    "raw": [0, 255],
    "label": "abc",
    "flag": True,
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"extra": {"x": 0}},
        {"label": ""},
    ],
)
def test_valid(change: dict[str, Any]) -> None:
    """What can be loaded is valid."""
    assert valid(Line, {**STATE, **change})
    qidl.from_qobject(Line, {**STATE, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"count": 65536},
        {"count": -1},
        {"count": True},
        {"count": "1"},
        {"points": [{"x": 1}] * 5},
        {"points": [{}]},
        {"raw": [0]},
        {"raw": [0, 256]},
        {"raw": [0, 1, 2]},
        {"label": "abcd"},
        {"label": "a\0"},
        {"flag": 1},
        {"extra": None},
        {"origin": {"x": 1, "y": 2}},
        {"hidden": 1},
    ],
    ids=str,
)
def test_invalid(change: dict[str, Any]) -> None:
    """What cannot be loaded is not valid."""
    assert not valid(Line, {**STATE, **change})
    with pytest.raises(qidl.SchemaError):
        qidl.from_qobject(Line, {**STATE, **change})


def test_same_name() -> None:
    """Two classes of one name have a definition each."""
    inner = make("S", a=(uint8, 0))
    outer = make("S", inner=(inner, embedded(inner)))
    assert list(json_schema(outer)["$defs"]) == ["S", "S_"]
    assert valid(outer, {"inner": {"a": 3}})


def test_undeclared() -> None:
    """Only declared classes have a schema."""
    with pytest.raises(DeclarationError):
        json_schema(int)


@given(st.data())
def test_objects_are_valid(data: st.DataObject) -> None:
    """The JSON of any object of any declaration satisfies the schema, which is a schema itself."""
    cls = data.draw(declarations())
    jsonschema.Draft202012Validator.check_schema(json_schema(cls))
    assert valid(cls, json.loads(qidl.to_json(data.draw(objects(cls)))))


@pytest.mark.parametrize("name", FILES)
def test_devices(name: str) -> None:
    """The power-on objects of the C files' classes satisfy their schemas."""
    for cls in load_classes(unit_of(name)).values():
        jsonschema.Draft202012Validator.check_schema(json_schema(cls))
