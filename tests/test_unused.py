"""Bytes that QEMU skips unread, and that a stranger filled: to a device they mean nothing, whatever they are called."""

from __future__ import annotations

from typing import Any

import pytest
from test_compiled_classes import built_by_visitor, outcome

import qidl
from qidl import array, embedded, optional, uint8
from qidl.levels import LEVELS
from qidl.payload import from_payload, to_payload
from qidl.unused import without_unused
from qidl.wire import path as paths
from qidl.wire.primitives import Array, Listed, Only, Since, UInt8, Unused, When
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

USES = 10


def layout_of(*fields: Any, name: str = "layout", subsections: Any = ()) -> VMState:
    return VMState(name, version_id=2, minimum_version_id=1, fields=fields, subsections=subsections)


def test_field_that_is_called_unused() -> None:
    """A field of a class may have such a name; it is loaded, and saved."""

    @qidl.declare
    class Counts:
        unused_count: uint8 = 0

    layout = layout_of("unused_count" / UInt8)
    for _ in range(USES):
        counts = from_payload(Counts, layout, b"\3")
        assert 3 == counts.unused_count
        assert b"\3" == to_payload(counts, layout)


@qidl.declare
class Inner:
    """A struct within others."""

    a: uint8 = 0


@qidl.declare
class Outer:
    """Structs wherever a layout can have them."""

    a: uint8 = 0
    inner: Inner = embedded(Inner)
    many: list[Inner] = array(2)
    more: list[Inner] = array()
    words: list[uint8] = array(3)
    late: uint8 | None = optional()


INNER = layout_of("pad" / Unused(1), "a" / UInt8, name="inner")
OUTER = layout_of(
    "a" / UInt8,
    "pad" / Unused(2),
    "inner" / INNER,
    "inner.filler" / Unused(1),
    "many" / Array(2, INNER),
    "more" / Listed(1, INNER),
    "words[0]" / UInt8,
    "words[1]" / Unused(1),
    "words[2]" / UInt8,
    "hole.filler" / Unused(1),
    "late" / Only(1, Unused(1)),
    "late" / Since(2, UInt8),
    "gap" / When("a", Unused(1)),
    subsections=[VMState("layout/rest", version_id=1, fields=["rest" / Unused(1)])],
)
PAYLOADS = {
    1: b"\3\0\1\1\2\0\0\1\1\1\1\1\1\0\4\5\6\7\1\0",
    2: b"\0\1\1\0\2\1\1\1\0\1\1\0\1\1\1\1\0\4\0\6\0\1",
}


@pytest.mark.parametrize("version_id", PAYLOADS)
@pytest.mark.parametrize("rest", [b"", b"\5\x0blayout/rest\0\0\0\1\2"])
def test_by_the_layout(version_id: int, rest: bytes) -> None:
    """They are dropped by the layout, in structs and arrays within it too."""
    payload = PAYLOADS[version_id] + rest
    state = REFERENCE.decode(OUTER, payload, version_id)
    assert bool(rest) == ("rest" in state)
    assert "pad" in state
    expected = without_unused(state, OUTER, version_id)
    assert not {"pad", "hole", "gap", "rest"} & expected.keys()
    assert [4, 0, 6] == expected["words"]
    assert ("late" in expected) == (version_id == 2)
    device = built_by_visitor(Outer, expected)
    for _ in range(USES):
        assert device == from_payload(Outer, OUTER, payload, version_id)


@pytest.mark.parametrize("payload", [b"\3\0\1", b"\3\0\0"])
def test_by_no_name(payload: bytes) -> None:
    """The tenth use is as the first."""
    layout = layout_of("a" / UInt8, "pad" / Unused(2))
    for _ in range(USES):
        assert Inner(a=3) == from_payload(Inner, layout, payload)


def test_field_that_the_class_does_not_have() -> None:
    """What is called unused, and is none, is dropped by nobody."""
    layout = layout_of("a" / UInt8, "unused" / UInt8)
    found = {outcome(from_payload, Inner, layout, b"\3\1") for _ in range(USES)}
    assert {("SchemaError", "Inner.unused: expected no such member, found 1")} == found


def test_names_in_the_layouts_of_qidl() -> None:
    """The steps between levels know them by their names: all of them, and nothing else, are called unused."""
    for level in LEVELS.values():
        for key in level.table:
            for layout in level.layouts(f"0{key}" if key.startswith("/") else key):
                for one in layout.walk():
                    for member in one.members:
                        name = str(paths.parse(member.path)[-1])
                        assert name.startswith("unused") == isinstance(member.subcon, Unused), (one, member.path)
