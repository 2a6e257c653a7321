"""Comparing schemas, dumps of QEMU's vmstate, and layouts."""

from __future__ import annotations

import contextlib
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from c_samples import array, embedded, unit_of
from hypothesis import given, strategies as st

from qidl.check import Direction, Finding, check, read_accepted
from qidl.cparse import schemas, schemas_json, schemas_text
from qidl.errors import SchemaError
from qidl.rules import in_range
from qidl.wire.describe import describe
from qidl.wire.primitives import Before, Bits, Equal, OneOf, Only, Range, UInt8, UInt32
from qidl.wire.vmstate import VMState

FORWARD, BACKWARD = (Direction.FORWARD,), (Direction.BACKWARD,)
BOTH = FORWARD + BACKWARD


def found(old: Any, new: Any, *accepted: str) -> list[tuple[str, str, tuple[Direction, ...]]]:
    return [(finding.path, finding.kind, finding.breaks) for finding in check(old, new, accepted)]


# --- schemas


def schema(**data: Any) -> dict[str, Any]:
    return {"type": "S", "data": {key.replace("opt_", "*"): value for key, value in data.items()}}


@pytest.mark.parametrize(
    ("old", "new", "kind", "breaks"),
    [
        ({"a": "uint8", "b": "uint8"}, {"a": "uint8"}, "removed", BOTH),
        ({"a": "uint8", "opt_b": "uint8"}, {"a": "uint8"}, "removed", FORWARD),
        ({"a": "uint8"}, {"a": "uint8", "b": "uint8"}, "added", BOTH),
        ({"a": "uint8"}, {"a": "uint8", "opt_b": "uint8"}, "added", BACKWARD),
        ({"a": "uint8", "b": "uint8"}, {"a": "uint8", "c": "uint8"}, "renamed", BOTH),
        ({"b": "uint8"}, {"c": "uint8"}, "renamed", BOTH),
        ({"b": "uint8"}, {"b": "uint16"}, "retyped", BACKWARD),
        ({"b": "uint64"}, {"b": "size"}, None, ()),
        ({"b": "int8"}, {"b": "uint8"}, "retyped", BOTH),
        ({"b": "int64"}, {"b": "int32"}, "retyped", FORWARD),
        ({"b": "bool"}, {"b": "uint8"}, "retyped", BOTH),
        ({"b": "str"}, {"b": "uint8"}, "retyped", BOTH),
        ({"b": "T"}, {"b": "U"}, "retyped", BOTH),
        ({"b": "T"}, {"b": embedded("T")}, None, ()),
        ({"b": "uint8"}, {"b": array("uint8", 1)}, "retyped", BOTH),
        ({"b": array("uint8", 4)}, {"b": array("uint16", 4)}, "retyped", BACKWARD),
        ({"b": array("uint8", 4)}, {"b": array("uint8", 8)}, "resized", BOTH),
        ({"b": array("uint8", 4)}, {"b": array("uint8", "n")}, "resized", BOTH),
        ({"b": array("uint8", [2, 3])}, {"b": array("uint8", [3, 2])}, "resized", BOTH),
        ({"b": array("uint8", "n", array_capacity=4)}, {"b": array("uint8", "n", array_capacity=8)}, None, ()),
        (
            {"b": array("uint8", "n", array_capacity=8)},
            {"b": array("uint8", "n", array_capacity=4)},
            "resized",
            FORWARD,
        ),
        ({"b": array("uint8", 8, is_string="true")}, {"b": array("uint8", 8)}, "retyped", BOTH),
        ({"b": array("uint8", 8, is_string="true")}, {"b": array("uint8", 4, is_string="true")}, "resized", FORWARD),
        ({"b": array("uint8", 8, is_string="true")}, {"b": array("uint8", 9, is_string="true")}, "resized", BACKWARD),
        ({"b": array("uint8", 8, is_string="true")}, {"b": "str"}, "resized", BACKWARD),
        ({"b": "uint8"}, {"opt_b": "uint8"}, "optional", BACKWARD),
        ({"opt_b": "uint8"}, {"b": "uint8"}, "optional", FORWARD),
        ({"a": "uint8", "b": "uint8"}, {"b": "uint8", "a": "uint8"}, None, ()),
    ],
)
def test_members(old: dict[str, Any], new: dict[str, Any], kind: str | None, breaks: Any) -> None:
    """A change of one member is one finding, which breaks one way, both or none."""
    expected = [] if kind is None else [("S.b", kind, breaks)]
    assert expected == found(schema(**old), schema(**new))


def test_types() -> None:
    """Types come and go; a lone type may have another name."""
    two = [schema(a="uint8"), {"type": "T", "data": {}}]
    assert found(two, two[:1]) == [("T", "removed", FORWARD)]
    assert found(two[:1], two) == [("T", "added", BACKWARD)]
    assert found(schema(a="bool"), {"type": "T", "data": {"a": "bool"}}) == [("S", "renamed", ())]


def test_neighbours_of_renamed() -> None:
    """A member is taken for a renamed one only in the same place."""
    old = schema(a="uint8", b="uint8", c="uint8")
    assert [kind for _, kind, _ in found(old, schema(a="uint8", c="uint8", d="uint8"))] == ["removed", "added"]
    assert [kind for _, kind, _ in found(old, schema(x="bool", y="bool", z="bool"))] == ["removed"] * 3 + ["added"] * 3


@pytest.mark.parametrize("write", [schemas, schemas_json, schemas_text])
def test_forms_of_schemas(write: Any, tmp_path: Path) -> None:
    """Schemas are compared as values, as JSON, in the text form of 2012, and in files."""
    value = write(unit_of("ide.c"))
    assert found(value, schemas(unit_of("ide.c"))) == []
    if isinstance(value, str):
        path = tmp_path / "schemas"
        path.write_text(value)
        assert found(path, value.encode()) == []
        assert found(path, value.replace("lba48", "lba64")) == [("IDEState.lba48", "renamed", BOTH)]


# --- QEMU's dumps


def field(name: str, size: int = 4, version: int = 0, exists: bool = False, **more: Any) -> dict[str, Any]:
    return {"field": name, "version_id": version, "field_exists": exists, "size": size, **more}


def described(
    *fields: Any, name: str = "rtc", version: int = 2, least: int = 1, subsections: Any = ()
) -> dict[str, Any]:
    found = {"name": name, "version_id": version, "minimum_version_id": least, "Fields": list(fields)}
    return found | ({"Subsections": list(subsections)} if subsections else {})


def dump(*fields: Any, **more: Any) -> dict[str, Any]:
    description = described(*fields, **more)
    entry = {"Name": "rtc", "version_id": 2, "minimum_version_id": 1, "Description": description}
    return {"vmschkmachine": {"Name": "pc-i440fx-7.2"}, "rtc": entry}


A, B, C = field("a"), field("b"), field("c", 8)

DUMPS: list[tuple[Any, Any, list[tuple[str, str, Any]]]] = [
    (dump(A, B), dump(A, B), []),
    (dump(A, B), dump(A), [("rtc.b", "removed", BOTH), ("rtc", "version not raised", BOTH)]),
    (dump(A), dump(A, B), [("rtc.b", "added", BOTH), ("rtc", "version not raised", BOTH)]),
    (dump(A, B), dump(A, field("x")), [("rtc.b", "renamed", ())]),
    (
        dump(A, B),
        dump(A, C),
        [("rtc.b", "removed", BOTH), ("rtc.c", "added", BOTH), ("rtc", "version not raised", BOTH)],
    ),
    (dump(A, B), dump(A, field("b", 8)), [("rtc.b", "resized", BOTH), ("rtc", "version not raised", BOTH)]),
    (dump(A, B, C), dump(A, field("unused", 12)), []),
    (dump(A, field("unused", 12)), dump(A, B, C), []),
    (
        dump(A, B, C),
        dump(A, field("unused", 11)),
        [
            ("rtc.b", "removed", BOTH),
            ("rtc.c", "removed", BOTH),
            ("rtc.unused", "added", BOTH),
            ("rtc", "version not raised", BOTH),
        ],
    ),
    # A newer version may have more; what is on the wire of the older one is compared.
    (dump(A), dump(A, field("b", 4, 3), version=3), [("rtc", "version", BACKWARD)]),
    (dump(A), dump(A, B, version=3), [("rtc", "version", BACKWARD), ("rtc.b", "added", FORWARD)]),
    (dump(A), dump(A, version=3, least=3), [("rtc", "version", FORWARD), ("rtc", "version", BACKWARD)]),
    (dump(A, version=3), dump(A), [("rtc", "version", FORWARD)]),
    (dump(A), dump(A, name="other"), [("rtc", "renamed", BOTH)]),
    (
        dump(A, B),
        dump(A, field("b", exists=True)),
        [("rtc.b", "condition", BOTH), ("rtc", "version not raised", BOTH)],
    ),
    (
        dump(A, field("b", exists=True)),
        dump(A),
        [("rtc.b", "removed", BOTH), ("rtc", "version not raised", BOTH)],
    ),
    # The size of a struct is the host's; its version is not on the wire.
    (
        dump(field("s", 64, Description=described(A, name="s", version=1))),
        dump(field("s", 72, Description=described(A, name="s", version=2))),
        [],
    ),
    (
        dump(field("s", 64, Description=described(A, B, name="s"))),
        dump(field("s", 64, Description=described(A, name="s"))),
        [("rtc.s.b", "removed", BOTH), ("rtc", "version not raised", BOTH)],
    ),
    (
        dump(field("s", 64, Description=described(A, name="s"))),
        dump(field("s", 64)),
        [("rtc.s", "retyped", BOTH), ("rtc", "version not raised", BOTH)],
    ),
    (
        dump(A, subsections=[described(B, name="rtc/b")]),
        dump(A),
        [("rtc/b", "subsection vanished", FORWARD)],
    ),
    (
        dump(A),
        dump(A, subsections=[described(B, name="b")]),
        [("rtc/b", "subsection added", BACKWARD)],
    ),
    (
        dump(A, subsections=[described(B, name="rtc/b")]),
        dump(A, subsections=[described(B, name="rtc/b", version=3)]),
        [("rtc/b", "version", BACKWARD)],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), DUMPS)
def test_dumps(old: Any, new: Any, expected: list[Any]) -> None:
    """What differs between two dumps is found, with what it breaks."""
    assert expected == found(old, new)


@pytest.mark.parametrize(("old", "new", "expected"), DUMPS)
def test_dumps_the_other_way(old: Any, new: Any, expected: list[Any]) -> None:
    """The other way round, the same is broken in the other direction."""
    turned = {Direction.FORWARD: Direction.BACKWARD, Direction.BACKWARD: Direction.FORWARD}
    directions = {turned[direction] for _, _, breaks in expected for direction in breaks}
    assert directions == {direction for _, _, breaks in found(new, old) for direction in breaks}


def test_types_of_devices() -> None:
    """A type of device that vanishes breaks; one that is new does not, for no old machine had it."""
    more = dump(A) | {"hpet": dump(A)["rtc"]}
    assert found(more, dump(A)) == [("hpet", "section vanished", FORWARD)]
    assert found(dump(A), more) == []


# --- layouts


def layout(*fields: Any, name: str = "rtc", version: int = 2, **more: Any) -> dict[str, Any]:
    return {"name": name, "version_id": version, "minimum_version_id": 1, "fields": list(fields), **more}


TM = {"path": "tm.sec", "kind": "int32", "size": 4}
DATA = {"path": "data", "kind": "uint8", "size": 1, "count": 128}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([layout(TM)], [layout(TM)], []),
        (layout(TM), [layout(TM)], []),
        ({"rtc": layout(TM)}, [layout(TM)], []),
        (layout(TM), layout({**TM, "kind": "uint32"}), [("rtc.tm.sec", "retyped", BOTH)]),
        (layout(DATA), layout({**DATA, "count": 256}), [("rtc.data", "resized", BOTH)]),
        (layout(DATA), layout({**DATA, "count": "n"}), [("rtc.data", "resized", BOTH)]),
        (layout(DATA), layout({"path": "unused", "size": 128}), []),
        (layout(TM), layout({**TM, "path": "second"}), [("rtc.tm.sec", "renamed", ())]),
        (layout(TM), layout({**TM, "condition": "version >= 2"}), [("rtc.tm.sec", "condition", BOTH)]),
        (layout(TM), layout(TM, {**DATA, "since": 3}, version=3), [("rtc", "version", BACKWARD)]),
        (
            layout({"path": "s", "kind": "struct", "fields": [TM, DATA]}),
            layout({"path": "s", "kind": "struct", "fields": [TM]}),
            [("rtc.s.data", "removed", BOTH)],
        ),
        (
            layout({"path": "s", "kind": "struct", "fields": [TM], "count": 2}),
            layout(DATA),
            [("rtc.s", "removed", BOTH), ("rtc.data", "added", BOTH)],
        ),
        ([layout(TM)], [layout(TM), layout(TM, name="hpet")], [("hpet", "section added", BACKWARD)]),
        (
            {"levels": {"pc-1.0": [layout(TM)], "pc-1.1": [layout(DATA)]}},
            {"levels": {"pc-1.0": {"rtc": layout(TM)}}},
            [("pc-1.1/rtc", "section vanished", FORWARD)],
        ),
        (
            layout(TM, subsections=[layout(DATA, name="rtc/more")]),
            layout(TM, subsections=[layout(name="rtc/more")]),
            [("rtc/more.data", "removed", BOTH), ("rtc/more", "version not raised", BOTH)],
        ),
    ],
)
def test_layouts(old: Any, new: Any, expected: list[Any]) -> None:
    """Layout descriptions are compared alike, alone, in lists, by section and by level."""
    raised = [("rtc", "version not raised", BOTH)]
    unraised = any(breaks == BOTH and path.startswith("rtc.") for path, _, breaks in expected)
    assert expected + (raised if unraised else []) == found(json.dumps(old), new)


# --- findings, accepted and shown


def test_shown() -> None:
    """A finding says where, what, and which way it breaks."""
    shown = [str(finding) for finding in check(dump(A, B), dump(A, field("x")))]
    assert shown == ["rtc.b: renamed: now x (still loads)"]
    shown = [str(finding) for finding in check(layout(TM), layout({**TM, "kind": "uint32"}))]
    assert shown[0] == "rtc.tm.sec: retyped: int32 (4 bytes) → uint32 (4 bytes) (breaks old → new, new → old)"


def test_accepted() -> None:
    """Findings that a list accepts are left out, by path or by path and kind."""
    text = "# known\nrtc.b   # a comment\n\nhpet.*: removed\n"
    assert read_accepted(text) == ("rtc.b", "hpet.*: removed")
    old, new = dump(A, B), dump(A)
    assert len(found(old, new)) == 2
    assert [path for path, *_ in found(old, new, *read_accepted(text))] == ["rtc"]
    assert found(old, new, "rtc*") == []
    assert len(found(old, new, "rtc.b: added", "x")) == 2


def test_hashable() -> None:
    """Findings can be collected in sets."""
    assert len({*check(dump(A, B), dump(A)), *check(dump(A, B), dump(A))}) == 2
    assert isinstance(check(dump(A), dump(A, B))[0], Finding)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "nonsense(",
        "[1, 2]",
        "{}",
        "3",
        "[" * 100_000,
        {"rtc": {"Description": {}}},
        {"rtc": {"Description": 3}},
        {"name": "rtc", "version_id": "x", "fields": []},
        {"name": "rtc", "version_id": 1, "fields": [{}]},
        {"levels": 3},
        "{[]: 1}",
        {"a": 1 << 20000},
        layout({**TM, "path": ["tm.sec"]}),
        layout({**TM, "size": float("inf")}),
        layout({**TM, "size": 1 << 64}),
        layout({**TM, "version": 1.5}),
        layout({**TM, "kind": ["int32"]}),
        layout({**TM, "condition": {"a": 1}}),
        layout({**TM, "count": [2]}),
        [schema(a="int32"), schema(a="int64")],
        layout(TM, name=["rtc"]),
        layout(TM, version=float("inf")),
        layout(TM, subsections=[layout(TM, name=["rtc/more"])]),
        {1: layout(TM)},
        dump(field(["a"])),  # type: ignore[arg-type]
        dump(A, version=float("nan")),  # type: ignore[arg-type]
        dump(A, subsections=[described(B, name=True)]),  # type: ignore[arg-type]
        schema(a=1 << 20000),
        schema(a=["uint8", 1]),
        schema(a={"type": None}),
        schema(a=array("uint8", 1 << 20000)),
        schema(a=array("uint8", [2, 1.5])),
        schema(a=array("uint8", "n", array_capacity={})),
        {"type": "S", "data": {1: "uint8"}},
    ],
    ids=itertools.count(),
)
def test_not_comparable(value: Any) -> None:
    """What is none of the forms is an error that says which side is at fault."""
    with pytest.raises(SchemaError, match=r"^new: expected [^\n]{,200}$"):
        check(schema(a="uint8"), value)


def test_too_deep() -> None:
    """Structs within structs without end are refused."""
    deep = layout()
    for _ in range(100):
        deep = layout({"path": "s", **deep})
    with pytest.raises(SchemaError, match="50 deep"):
        check(deep, deep)
    levels: dict[str, Any] = {}
    for _ in range(400):
        levels = {"levels": {"pc-1.0": levels}}
    with pytest.raises(SchemaError, match="old: expected"):
        check(levels, levels)


def test_of_different_kinds() -> None:
    """A schema cannot be compared with a layout."""
    with pytest.raises(SchemaError, match="one of each"):
        check(schema(a="uint8"), dump(A))


FIELDS = st.builds(field, st.sampled_from("abcd"), st.sampled_from([1, 4]), st.integers(0, 3), st.booleans())
SCHEMAS = st.dictionaries(
    st.sampled_from(["a", "b", "*c", "d", "*e"]),
    st.sampled_from(["uint8", "int64", "str", embedded("T"), array("T", 3)]),
).map(lambda data: {"type": "S", "data": data})
DUMPED = st.lists(FIELDS, max_size=4, unique_by=lambda each: str(each["field"])).map(lambda fields: dump(*fields))


@given(st.one_of(SCHEMAS, DUMPED))
def test_nothing_differs_from_itself(value: Any) -> None:
    """There are no findings between a thing and itself."""
    assert check(value, json.dumps(value)) == []


@given(st.one_of(st.tuples(SCHEMAS, SCHEMAS), st.tuples(DUMPED, DUMPED)))
def test_directions_are_opposite(pair: Any) -> None:
    """What breaks one way breaks the other way with the sides exchanged."""
    old, new = pair
    one, other = (
        {direction for finding in check(*sides) for direction in finding.breaks} for sides in (pair, (new, old))
    )
    assert {Direction.FORWARD in one, Direction.BACKWARD in other} in ({True}, {False})
    assert {Direction.BACKWARD in one, Direction.FORWARD in other} in ({True}, {False})


@given(st.text(max_size=30) | st.binary(max_size=30))
def test_any_text(text: str | bytes) -> None:
    """Any text is compared, or refused with an error of qidl's."""
    with contextlib.suppress(SchemaError):
        check(text, text)


def test_layouts_of_one_name() -> None:
    """Of several layouts of one name, each is compared with the one in its place."""
    old, other = layout(TM), layout({**TM, "size": 8})
    assert [] == check([old, other], [old, other])
    assert {"rtc[0]", "rtc[0].tm.sec"} == {finding.path for finding in check([old, other], [other, other])}


def of_layout(*fields: Any, **more: Any) -> Any:
    return describe(VMState("x", version_id=more.pop("version_id", 1), fields=fields, **more))


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        (UInt8, Range(UInt8, 0, 4), FORWARD),
        (Range(UInt8, 0, 4), UInt8, BACKWARD),
        (Range(UInt8, 0, 4), Range(UInt8, 0, 9), BACKWARD),
        (Range(UInt8, 0, 4), Range(UInt8, 1, 3), FORWARD),
        (Range(UInt8, 0, 4), Range(UInt8, 1, 9), BOTH),
        (Equal(UInt8, 3), OneOf(UInt8, 3, 7), BACKWARD),
        (OneOf(UInt8, 3, 7), OneOf(UInt8, 3, 9), BOTH),
        (Bits(UInt8, 3), Bits(UInt8, 3), ()),
    ],
)
def test_values_that_are_accepted(old: Any, new: Any, breaks: tuple[Direction, ...]) -> None:
    """What one side writes and the other refuses breaks loading, although the form is the same."""
    expected = [("x.a", "accepted", breaks)] if breaks else []
    assert expected == found(of_layout("a" / old), of_layout("a" / new))


def test_rules() -> None:
    """A rule that only one side has breaks loading there."""
    plain, ruled = (of_layout("a" / UInt8, rules=rules) for rules in ((), (in_range("a", 0, 3),)))
    assert [("x", "rule", FORWARD)] == found(plain, ruled)
    assert [("x", "rule", BACKWARD)] == found(ruled, plain)
    assert not found(ruled, ruled)


@pytest.mark.parametrize("condition", [Before(3, UInt32), Only(2, UInt32)])
def test_conditions_on_the_version(condition: Any) -> None:
    """A condition that the version settles is none."""
    old = of_layout("a" / UInt8, "t" / UInt32, version_id=2)
    new = of_layout("a" / UInt8, "t" / condition, version_id=3, minimum_version_id=2)
    assert [("x", "version", BACKWARD)] == found(old, new)
    older = of_layout("a" / UInt8, version_id=2)
    assert [("x", "version", BACKWARD), ("x.t", "added", FORWARD)] == found(older, new)
