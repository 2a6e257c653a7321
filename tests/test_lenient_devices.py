"""Devices of sections that are read leniently: whether the state was looked at before makes no difference."""

from __future__ import annotations

import warnings
from typing import Any

import captures
import pytest
from hypothesis import given, strategies as st
from test_compiled_classes import outcome, slow

import qidl
from qidl import UnknownSectionWarning

STREAM = captures.own("pc-1.3")
DEVICES = {
    f"{one.idstr}#{one.instance_id}": one for one in qidl.load(STREAM).sections if one.layout is not None and one.length
}


def devices_of(name: str, place: int, byte: int) -> tuple[Any, Any]:
    """The device of a section of which one byte was changed: at once, and after its state was looked at."""
    section, data = DEVICES[name], bytearray(STREAM)
    data[section.offset + place] ^= byte
    found = []
    for looks in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownSectionWarning)
            sections = qidl.load(bytes(data), strict=False).sections
        # What is wrong may make another section of it, or none.
        one = next((one for one in sections if one.offset == section.offset and one.layout is not None), None)
        if one is None:
            return None, None
        if looks:
            assert isinstance(one.state, dict)
        found.append(outcome(one.device))
    return found[0], found[1]


@pytest.mark.parametrize(("name", "place"), [("vmmouse#0", 0), ("i8254#0", 107)])
def test_device_of_a_section_with_a_bad_value(name: str, place: int) -> None:
    """There is one, whether the state was looked at or not."""
    at_once, after = devices_of(name, place, 0x40)
    assert "result" == after[0]
    assert after == at_once


@slow
@given(st.sampled_from(sorted(DEVICES)), st.integers(0, 300), st.integers(1, 255))
def test_device_of_any_section(name: str, place: int, byte: int) -> None:
    """Whatever the section, whatever is wrong with it."""
    at_once, after = devices_of(name, place % DEVICES[name].length, byte)
    assert after == at_once
