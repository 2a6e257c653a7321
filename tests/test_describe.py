"""Layouts as JSON, as pages, and as the command lists them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import captures
import construct
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from test_layouts import LAYOUTS, layouts

import qidl
from qidl.cli import main
from qidl.levels import LEVELS
from qidl.strategies import states
from qidl.wire.describe import Description, describe
from qidl.wire.document import pages
from qidl.wire.extent import Extent, extent
from qidl.wire.fields import field_table
from qidl.wire.layouts.pci_bridge import SHPCRegisters
from qidl.wire.layouts.pcie_ports import LogMax
from qidl.wire.notes import MISSING, NOTES
from qidl.wire.primitives import (
    Again,
    Array,
    AtLeast,
    Before,
    Bool,
    Buffer,
    Equal,
    Int32,
    Listed,
    Only,
    Range,
    Since,
    Timer,
    UInt8,
    UInt16,
    UInt32,
    Unused,
    When,
)
from qidl.wire.vmstate import VMState

PAGES = Path(__file__).parent.parent / "docs" / "wire"
ANY = {"path": "x", "size": 1, "count": 1, "offset": 0, "version": 1, "meaning": ""}
INNER = VMState("inner", version_id=1, fields=["a" / UInt8])


def twice_n(state: dict[str, Any]) -> int:
    """Twice n.

    Not that anyone would ask.
    """
    return 2 * int(state["n"])


def is_odd(state: dict[str, Any]) -> bool:
    return bool(state["n"] % 2)


def described(*fields: Any, version_id: int = 1, minimum_version_id: int = 1) -> Description:
    """The description of the last of these fields."""
    layout = VMState("x", version_id=version_id, minimum_version_id=minimum_version_id, fields=fields)
    found: Description = describe(layout)["fields"][-1]
    return found


@pytest.mark.parametrize(
    ("subcon", "expected"),
    [
        (UInt8, {"kind": "uint8"}),
        (Timer, {"kind": "timer", "size": 8}),
        (Bool, {"kind": "bool"}),
        (Buffer(7), {"kind": "buffer", "size": 7}),
        (Unused(5), {"kind": "unused_buffer", "size": 5}),
        (Equal(UInt8, 2), {"kind": "uint8", "accepted": "2"}),
        (AtLeast(Int32, 2), {"kind": "int32", "size": 4, "accepted": "at least 2"}),
        (Range(UInt8, 0, 1), {"kind": "uint8", "accepted": "0..1"}),
        (Array(3, UInt32), {"kind": "uint32", "size": 4, "count": 3}),
        (Array(3, Range(UInt32, 0, 1)), {"kind": "uint32", "size": 4, "count": 3, "accepted": "0..1"}),
        (Array(3, Buffer(6)), {"kind": "buffer", "size": 6, "count": 3}),
        (
            Array(3, Array(2, UInt16)),
            {"kind": "array", "size": 4, "count": 3, "element": {"kind": "uint16", "size": 2, "count": 2}},
        ),
        (
            Listed(42, UInt16),
            {
                "kind": "list",
                "size": 2,
                "count": "until a byte 0, a byte 42 before each",
                "element": {"kind": "uint16", "size": 2, "count": 1},
            },
        ),
        (INNER, {"kind": "struct", "struct": describe(INNER)}),
        (Array(2, INNER), {"kind": "struct", "count": 2, "struct": describe(INNER)}),
        (SHPCRegisters(), {"kind": "buffer", "size": None, "length": "36, and 4 per slot"}),
        (construct.Int16ub, {"kind": "FormatField", "size": 2}),
        (construct.GreedyBytes, {"kind": "GreedyBytes", "size": None}),
    ],
    ids=str,
)
def test_kinds(subcon: Any, expected: Description) -> None:
    """Every primitive, and what a layout makes for itself, has a kind, a size and a count."""
    assert {**ANY, **expected} == described("x" / subcon)


def test_counts() -> None:
    """A count is a number, the path of a field, or what the function that gives it says of itself."""
    n = "n" / UInt8
    assert "n" == described(n, "x" / Array("n", UInt8))["count"]
    assert "twice n" == described(n, "x" / Array(twice_n, UInt8))["count"]
    assert "is odd" == described(n, "x" / Array(is_odd, UInt8))["count"]
    assert (None, "n") == tuple(described(n, "x" / Buffer("n"))[key] for key in ("size", "length"))
    assert "log_num..128" == described("log_num" / UInt16, "x" / LogMax())["accepted"]
    assert described(n, "n" / Again("n", UInt8))["again"]


@pytest.mark.parametrize(
    ("field", "version", "condition"),
    [
        ("x" / UInt8, 1, None),
        ("x" / Since(3, UInt8), 3, None),
        ("x" / Before(3, UInt8), 1, "version < 3"),
        ("x" / Only(2, UInt8), 2, "version = 2"),
        ("x" / Since(2, Before(4, UInt8)), 2, "version < 4"),
        ("x" / When("n", UInt8), 1, "n is not 0"),
        ("x" / When("n", UInt8, equals=7), 1, "n = 7"),
        ("x" / When(is_odd, Before(3, UInt8)), 1, "version < 3, and is odd"),
    ],
)
def test_conditions(field: Any, version: int, condition: str | None) -> None:
    """A field has the version that it came with, and in words what else it depends on."""
    found = described("n" / UInt8, field, version_id=5)
    assert (version, condition) == (found["version"], found.get("condition"))


def test_subsections() -> None:
    """A subsection is described as its parent is; one without fields names its member."""
    layout = VMState(
        "x",
        version_id=3,
        minimum_version_id=2,
        subsections=[VMState("x/y", version_id=1, fields=["a" / UInt8]), VMState("x/ready", version_id=1)],
    )
    found = describe(layout)
    assert ("x", 3, 2, [], [0, (6 + 3 + 1) + (6 + 7)]) == tuple(
        found[key] for key in ("name", "version_id", "minimum_version_id", "fields", "size")
    )
    first, second = found["subsections"]
    assert ("x/y", "a", False) == (first["name"], first["fields"][0]["path"], "marker" in first)
    assert ("x/ready", "ready", []) == (second["name"], second["marker"], second["fields"])


def test_offsets() -> None:
    """Fields have an offset as long as what is before them always takes the same bytes."""
    layout = VMState(
        "x",
        version_id=2,
        minimum_version_id=1,
        fields=[
            "a" / UInt32,
            "old" / Before(2, UInt32),
            "b" / Since(2, UInt32),
            "c" / When("a", UInt8, equals=0),
            "c" / When("a", UInt16, equals=1),
            "d" / UInt8,
        ],
    )
    assert [0, None, 4, 8, 8, None] == [field.get("offset") for field in describe(layout)["fields"]]
    assert Extent(9, 11) == extent(layout)


@layouts
def test_is_json(layout: VMState) -> None:
    """The description of every layout is JSON, and each field of it has a kind."""
    found = describe(layout)
    assert found == json.loads(json.dumps(found))
    for field in all_fields(found):
        assert re.fullmatch(r"u?int(8|16|32|64)(_le)?|timer|bool|(unused_)?buffer|struct|list", field["kind"]), field


def all_fields(description: Description) -> Iterator[Description]:
    """Every field, those of nested structs and subsections included."""
    for field in description["fields"]:
        yield field
        if "struct" in field:
            yield from all_fields(field["struct"])
    for subsection in description["subsections"]:
        yield from all_fields(subsection)


@layouts
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_extent(layout: VMState, data: st.DataObject) -> None:
    """No payload is shorter or longer than the description says."""
    length = len(layout.encode(data.draw(states(layout))))
    least, most = extent(layout)
    assert least <= length
    assert most is None or length <= most


@pytest.mark.parametrize("name", [name for name in captures.names() if (captures.DATA / f"{name}.trace.gz").exists()])
def test_offsets_are_those_of_the_trace(name: str) -> None:
    """Fields lie where QEMU says that it wrote them."""
    snapshot = qidl.load(captures.capture(name))
    level = LEVELS[captures.level_of(name)]
    compared = 0
    for found, traced in zip(captures.sections(name), captures.traces(name), strict=True):
        places = {field.path: (field.offset, field.size) for field in traced}
        layout = level.layouts(found["idstr"])[0]
        for path, place in fixed_places(describe(layout)):
            if path in places:
                compared += 1
                assert place == places[path], (found["idstr"], path)
    assert compared > 10 * sum(not section.is_live for section in snapshot.sections)


def fixed_places(description: Description, prefix: str = "", start: int = 0) -> Iterator[tuple[str, tuple[int, int]]]:
    """Path, offset and size of every value whose place is fixed."""
    for field in description["fields"]:
        size, count = field["size"], field["count"]
        if "offset" not in field or "condition" in field or field["kind"] == "list":
            continue
        for index in range(count if isinstance(count, int) else 0):
            path = f"{prefix}{field['path']}" + (f"[{index}]" if count != 1 else "")
            offset = start + field["offset"] + index * (size or 0)
            if size is None and index:
                break
            if "struct" in field:
                yield from fixed_places(field["struct"], f"{path}.", offset)
            elif size is not None:
                yield path, (offset, size)


@pytest.mark.parametrize("name", [f"{level}.md" for level in LEVELS])
def test_page_is_locked(name: str) -> None:
    """The wire of a released level does not change, nor does its page.

    After a change of words alone, or with a new level: python docs/wire/generate.py
    """
    assert (PAGES / name).read_text(encoding="utf-8") == all_pages()[name]


def test_pages() -> None:
    """There is a page for every level, and the index lists them."""
    assert {"index.md", *(f"{level}.md" for level in LEVELS)} == {path.name for path in PAGES.glob("*.md")}
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    assert "\n".join(LEVELS) in index


@functools.cache
def all_pages() -> dict[str, str]:
    """The page of every level."""
    return pages(LEVELS.values())


class MadeUp:
    """A level of one section."""

    name = "new"
    release = "9.9"

    def __init__(self, *fields: Any) -> None:
        self.layout = VMState("x", version_id=1, fields=fields)
        self.table = {"x": ""}

    def layouts(self, key: str) -> tuple[VMState, ...]:
        return (self.layout,)


def test_page_of_nested_arrays() -> None:
    """A struct is described once on a page, however deep it lies."""
    level: Any = MadeUp("a" / Array(2, Array(3, INNER)), "b" / INNER)
    text = pages([level])["new.md"]
    assert "| 0 | `a` | (struct [`inner`](#new-struct-inner-1) × 3) × 2 |" in text
    assert 1 == text.count("### Struct `inner`")


def test_pages_refer_to_older_ones() -> None:
    """What an older page describes is not described again; what differs is."""
    older: Any = MadeUp("a" / UInt8)
    same: Any = MadeUp("a" / UInt8)
    other: Any = MadeUp("a" / UInt16)
    same.name, other.name = "newer", "newest"
    found = pages([older, same, other])
    assert "| [`x`](#new-x) | 1 | 1 | 1 | as at new |" in found["newer.md"]
    assert "## `x`" not in found["newer.md"]
    assert "| 0 | `a` | uint16 |" in found["newest.md"]


def test_links() -> None:
    """Every link of the pages has its target, and every target is there once."""
    text = "\n".join(all_pages().values())
    targets = re.findall(r"^\((.+)\)=$", text, re.MULTILINE)
    assert len(targets) == len(set(targets))
    assert set() == set(re.findall(r"\]\(#([^)]+)\)", text)) - set(targets)


def test_every_field_is_on_a_page() -> None:
    """What a level has is on its page, or on one that its page refers to."""
    text = "\n".join(all_pages().values())
    rows = set(re.findall(r"^\| \d* \| `([^`]+)` \|", text, re.MULTILINE))
    assert rows == {field["path"] for layout in LAYOUTS.values() for field in all_fields(describe(layout))}


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.sections[0])
def test_notes(note: Any) -> None:
    """Each note is about sections that its levels have, and stands on a page."""
    for level in note.levels or LEVELS:
        assert level in LEVELS
    for key in note.sections:
        named = [level for level in LEVELS.values() if note.is_for(key, level.name) and key in level.table]
        assert named
        assert not note.levels or {level.name for level in named} == set(note.levels)
    assert any(note.text in text for text in all_pages().values())


def test_missing() -> None:
    """What has no section is named on the pages of its levels."""
    for level, text in zip(LEVELS, all_pages().values(), strict=True):
        for missing in MISSING:
            assert missing.is_for(level) is (f"* {missing.device}: " in text)


def test_table_escapes() -> None:
    """What would end a cell, or mean something in MyST, is escaped."""
    (_, _, line) = field_table(described_layout("x" / UInt8 * "a | b <c> *d*"), lambda struct: "")
    assert r"| 0 | `x` | uint8 |  | a \| b \<c\> \*d\* |" == line


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("x" / Array(2, Array(3, UInt8)), "(uint8 × 3) × 2"),
        ("x" / Listed(1, UInt16), "list of uint16, until a byte 0, a byte 1 before each"),
        ("x" / Listed(1, INNER), "list of struct inner, until a byte 0, a byte 1 before each"),
        ("x" / Array(4, Range(UInt8, 0, 1)), "uint8 × 4, each 0..1"),
        ("x" / Buffer(twice_n), "buffer of (twice n)"),
        ("x" / Array("n", INNER), "struct inner × `n`"),
        ("x" / construct.GreedyBytes, "GreedyBytes"),
    ],
)
def test_types(field: Any, text: str) -> None:
    """A table says what the type is in few words."""
    (_, _, line) = field_table(described_layout(field), lambda struct: str(struct["name"]))
    assert text == line.split(" | ")[2]


def described_layout(*fields: Any) -> Description:
    """The description of a layout of these fields."""
    return describe(VMState("x", version_id=1, fields=fields))


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """``qidl layouts`` lists every section of every level, or of one."""
    assert 0 == main(["layouts"])
    lines = [line.split(maxsplit=4) for line in capsys.readouterr().out.splitlines()]
    assert ["level", "section", "version", "minimum", "bytes"] == lines[0]
    assert [(level.name, key) for level in LEVELS.values() for key in level.table] == [(a, b) for a, b, *_ in lines[1:]]
    assert ["pc-1.0", "fdc", "2", "2", "545 to 599"] in lines
    assert ["pc-1.1", "fdc", "2", "2", "545 to 647"] in lines
    assert ["pc-1.3", "slirp", "3", "1", "131 or more"] in lines

    assert 0 == main(["layouts", "pc-1.1"])
    expected = [line for line in lines if line[0] in ("level", "pc-1.1")]
    assert expected == [line.split(maxsplit=4) for line in capsys.readouterr().out.splitlines()]


def test_command_json(capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` gives the descriptions by level and section."""
    assert 0 == main(["layouts", "pc-1.1", "--json"])
    found = json.loads(capsys.readouterr().out)
    level = LEVELS["pc-1.1"]
    assert {
        "levels": {"pc-1.1": {key: [describe(layout) for layout in level.layouts(key)] for key in level.table}}
    } == found
    assert 0 == main(["layouts", "--json"])
    assert list(LEVELS) == list(json.loads(capsys.readouterr().out)["levels"])


def test_command_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """A level that there is none of is wrong usage."""
    with pytest.raises(SystemExit) as refused:
        main(["layouts", "pc-9.9"])
    assert 2 == refused.value.code
    assert "pc-1.0" in capsys.readouterr().err
