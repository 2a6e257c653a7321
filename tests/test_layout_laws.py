"""``check_layout``: each law fails in one sentence, and what qidl itself ships keeps them."""

from __future__ import annotations

from typing import Any

import pytest
from sentences import sentence

import qidl
from qidl import SchemaError
from qidl.testing import check_layout, engines
from qidl.wire.layouts.i8254 import I8254_V3
from qidl.wire.layouts.mc146818rtc import MC146818RTC_V3
from qidl.wire.primitives import Array, Before, Integer, Range, UInt8, When
from qidl.wire.vmstate import VMState


@pytest.mark.parametrize("layout", [MC146818RTC_V3, I8254_V3], ids=lambda layout: layout.name)
def test_own_layouts(layout: VMState) -> None:
    """Layouts of qidl's own keep the laws."""
    check_layout(layout, examples=20)


class Careless(Integer):
    """An integer that forgets a bit, or reads past the end, or never comes back."""

    def __init__(self, fault: str) -> None:
        super().__init__("uint8", "B")
        self.fault = fault

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        if self.fault == "crash":
            return int(stream.read(1)[0])
        value = super()._parse(stream, context, path)
        if self.fault == "refuse":
            raise qidl.WireError("nothing", str(value), path=path)
        return value & 0xFE if self.fault == "forget" else value

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if self.fault == "cannot":
            raise qidl.WireError("nothing", str(obj), path=path)
        return super()._build(obj, stream, context, path)


FAULTS = {
    "forget": "careless version 1 on the reference engine: x: expected ",
    "refuse": "careless version 1 on the reference engine: expected to read what it wrote of {'x': 0}, found x: ",
    "cannot": "careless version 1: expected to write the state {'x': 0}, found x: expected nothing, found 0",
    "crash": "careless version 1 on the reference engine: expected a state or a WireError of '', found IndexError",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_careless_layouts(fault: str) -> None:
    """A construct of one's own that breaks a law is found out."""
    layout = VMState("careless", version_id=1, fields=["x" / Careless(fault)])
    assert sentence(lambda: check_layout(layout)).startswith(FAULTS[fault])


def test_states_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that writes what the other one refuses is found out."""
    monkeypatch.setattr("qidl.wire.compiled.value_checks.ValueChecks.check", lambda *_: None)
    layout = VMState("sloppy", version_id=1, fields=["a" / Range(UInt8, 0, 9)])
    found = sentence(lambda: check_layout(layout, examples=500))
    assert found.startswith("sloppy version 1 on the compiled engine: expected 'a: expected ")


def test_older_versions_are_altered() -> None:
    """A fault that only an older version has is found out."""
    forgetful = VMState("careless", version_id=2, minimum_version_id=1, fields=["x" / Before(2, Careless("crash"))])
    assert sentence(lambda: check_layout(forgetful)).startswith("careless version 1 on the reference engine: expected ")


def test_layout_that_cannot_be_drawn() -> None:
    """A condition that asks for what is not read yet is told so."""
    layout = VMState("early", version_id=1, fields=["x" / When(lambda state: state["y"], UInt8), "y" / UInt8])
    assert "early: expected a state that can be drawn, found KeyError: 'y'" == sentence(lambda: check_layout(layout))


def test_field_that_cannot_be_drawn() -> None:
    """A construct of which no value can be drawn is named by its path."""

    class Odd(Integer):
        def draw_value(self, draw: Any, state: Any) -> int:
            raise KeyError("size")

    inner = VMState("inner", version_id=1, fields=["a" / UInt8, "x" / Array(2, Odd("uint8", "B"))])
    layout = VMState("odd", version_id=1, fields=["b" / UInt8, "inner" / inner])
    expected = "odd: inner.x[]: expected a state that can be drawn, found KeyError: 'size'"
    assert expected == sentence(lambda: check_layout(layout))


def test_what_is_no_layout() -> None:
    """What is no layout, and no number of examples, are refused."""
    with pytest.raises(SchemaError, match="layout: expected a VMState, found 3"):
        check_layout(3)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="examples: expected 1 or more, found 0"):
        check_layout(I8254_V3, examples=0)


def test_layout_that_cannot_be_described() -> None:
    """A construct that describes itself as no JSON is found out."""

    class Odd(Integer):
        def describe(self) -> dict[str, Any]:
            return {"accepted": b""}

    layout = VMState("odd", version_id=1, fields=["x" / Odd("uint8", "B")])
    assert sentence(lambda: check_layout(layout)).startswith("odd: expected a description in JSON, found ")

    class Sizeless(Integer):
        def describe(self) -> dict[str, Any]:
            raise KeyError("size")

    layout = VMState("odd", version_id=1, fields=["x" / Sizeless("uint8", "B")])
    assert "odd: expected a description in JSON, found KeyError: 'size'" == sentence(lambda: check_layout(layout))


def test_engines() -> None:
    """There is a reference, and whatever else there is agrees with it."""
    assert "reference" == next(iter(engines()))
    layout = VMState("gauge", version_id=1, fields=["level" / UInt8])
    for engine in engines().values():
        assert {"level": 1} == engine.decode(layout, b"\1")
        assert b"\1" == engine.encode(layout, {"level": 1})
