"""Payloads and states: what form they may have, and what is refused that is missing, unknown or of another form."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from conftest import Engine, check_layout
from vmstates import header, layout, refused, subsection

from qidl import WireError
from qidl.wire.primitives import Array, Bool, Listed, UInt8
from qidl.wire.vmstate import VMState

NESTED = layout(
    "a" / UInt8,
    "inner" / VMState("inner", version_id=1, fields=["b" / UInt8, "l" / Listed(1, UInt8)]),
    "elements" / Array(2, VMState("element", version_id=1, fields=["c" / UInt8])),
    subsections=[subsection("dev/more", "d" / UInt8, "e" / UInt8)],
)
NESTED_STATE: dict[str, Any] = {
    "a": 1,
    "inner": {"b": 2, "l": [3]},
    "elements": [{"c": 4}, {"c": 5}],
    "d": 6,
    "e": 7,
}
NESTED_BYTES = b"\1\2\1\3\0\4\5" + header("dev/more") + b"\6\7"


def nested(change: Any) -> dict[str, Any]:
    state = copy.deepcopy(NESTED_STATE)
    change(state)
    return state


def test_nested(engine: Engine) -> None:
    """Structs, lists and subsections lie where their members say."""
    check_layout(engine, NESTED, NESTED_STATE, NESTED_BYTES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("a"), "a: expected a value, found no such member"),
        (lambda s: s.pop("inner"), "inner: expected a value, found no such member"),
        (lambda s: s["inner"].pop("l"), "inner.l: expected a value, found no such member"),
        (lambda s: s["elements"][1].pop("c"), "elements[1].c: expected a value, found no such member"),
        (lambda s: s.pop("d"), "d: expected a value, found no such member"),
        (lambda s: s.update(z=None), "z: expected no such member, found None"),
        (lambda s: s["inner"].update(z=[1]), "inner.z: expected no such member, found list of 1"),
        (lambda s: s["elements"][0].update(z={}), "elements[0].z: expected no such member, found dict"),
        (lambda s: s.update({7: "x"}), "[7]: expected no such member, found 'x'"),
        (lambda s: s.update(inner=[]), "inner: expected a dict (inner), found list of 0"),
        (lambda s: s.update(elements={}), "elements: expected a list, found dict"),
        (lambda s: s["elements"].append({"c": 6}), "elements: expected 2 elements, found 3"),
        (lambda s: s["elements"].insert(0, 3), "elements: expected 2 elements, found 3"),
        (lambda s: s.update(elements=[{"c": 1}, 2]), "elements[1]: expected a dict (element), found 2"),
        (lambda s: s["inner"]["l"].append(-1), "inner.l[1]: expected uint8 (0..255), found -1"),
    ],
)
def test_state_of_another_form(engine: Engine, change: Any, message: str) -> None:
    """A member missing, unknown or of the wrong form anywhere is refused by its path."""
    assert message == refused(engine, NESTED, nested(change))


@pytest.mark.parametrize(
    ("state", "found"), [(None, "None"), ([], "list of 0"), (3, "3"), ("dev", "'dev'"), (b"", "bytes of 0")]
)
def test_state_that_is_no_dict(engine: Engine, state: Any, found: str) -> None:
    """A state is a dict."""
    with pytest.raises(WireError) as caught:
        engine.encode(NESTED, state)
    assert f"expected a dict, found {found}" == str(caught.value)


def test_truncated_anywhere(engine: Engine) -> None:
    """A payload cut short anywhere is refused, unless it ends where its subsections begin."""
    whole = len(b"\1\2\1\3\0\4\5")
    for length in range(len(NESTED_BYTES)):
        if length == whole:
            assert {"a", "inner", "elements"} == set(engine.decode(NESTED, NESTED_BYTES[:length]))
        else:
            refused(engine, NESTED, NESTED_BYTES[:length])


def test_decode_at() -> None:
    """A payload may begin anywhere, and says where it ends; offsets are then those of the whole."""
    wire = layout("a" / UInt8, "b" / Bool)
    view = memoryview(b"..\7\1..")
    assert ({"a": 7, "b": True}, 4) == wire.decode_at(view, 2)
    with pytest.raises(WireError, match=r"^b: offset 4: expected 0 or 1, found 46$"):
        wire.decode_at(view, 3)


@pytest.mark.parametrize("data", [b"\7", bytearray(b"\7"), memoryview(b"\7")])
def test_payload_in_any_form(data: Any) -> None:
    """A payload is bytes, or a view of some."""
    assert {"a": 7} == layout("a" / UInt8).decode(data)


def test_decoded_state_is_plain() -> None:
    """What comes out is dict, list, int, bool and bytes, and nothing of construct's."""

    def plain(value: object) -> bool:
        if type(value) is dict:
            return all(type(name) is str and plain(member) for name, member in value.items())
        if type(value) is list:
            return all(map(plain, value))
        return type(value) in (int, bool, bytes)

    assert plain(NESTED.decode(NESTED_BYTES))
