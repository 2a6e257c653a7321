"""When layouts are compiled, what is kept of that, and payloads in the middle of a stream."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st
from test_compiled import assert_engines_agree_on_payload, assert_engines_agree_on_state
from vmstates import header, layout, subsection

from qidl import WireError
from qidl.wire.layouts.i6300esb import I6300ESB_V1336
from qidl.wire.layouts.ide import IDE_V3
from qidl.wire.layouts.pci import PCI_DEVICE
from qidl.wire.primitives import Array, Buffer, Listed, UInt8, UInt16, UInt32, When
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState


def test_compiled_once_it_pays() -> None:
    """The first few uses are the reference engine's, since compiling takes as long as some of them."""
    wire = layout("a" / UInt8)
    for _ in range(3):
        assert {"a": 1} == wire.decode(b"\1")
        assert not wire.programs
    assert {"a": 1} == wire.decode(b"\1")
    assert wire.programs


def test_compile_now() -> None:
    """It can be had at once, of a version that there is."""
    wire = layout("a" / UInt8)
    wire.compile_now(1)
    assert wire.programs
    with pytest.raises(WireError, match="^expected version 1, found 2$"):
        wire.compile_now(2)


def test_versions_with_the_same_fields_share_a_program() -> None:
    """A layout that takes any version does not grow with the versions that streams name."""
    wire = copy.copy(I6300ESB_V1336)
    payload = REFERENCE.encode(wire, zeros(wire), 7)
    for version_id in range(100):
        assert payload == wire.encode(wire.decode(payload, version_id), version_id)
        assert len(payload) == wire.find_end(memoryview(payload), 0, version_id)
    assert 1 == len(wire.programs)


class EvenVersion(When):
    """A condition of one's own, on the version."""

    def present(self, version_id: int, state: dict[str, Any]) -> bool:
        return version_id % 2 == 0


def test_versions_without_end() -> None:
    """Of a layout whose versions may each have other fields, not more programs are kept than a few."""
    wire = VMState("odd", version_id=1000, minimum_version_id=0, fields=["a" / UInt8, "b" / EvenVersion("a", UInt8)])
    for version_id in range(1000):
        wire.compile_now(version_id)
        state = {"a": 1} | ({} if version_id % 2 else {"b": 2})
        assert state == wire.decode(wire.encode(state, version_id), version_id)
    assert len(wire.programs) < 100


def zeros(wire: VMState) -> dict[str, Any]:
    """A state of zeros, but for the version of PCIDevice."""
    size = sum(8 if member.subcon.kind == "timer" else 4 for member in wire.members[1:])
    return REFERENCE.decode(wire, b"\0\0\0\2" + bytes(272) + bytes(size))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda wire: pickle.loads(pickle.dumps(wire))])
def test_copies(again: Callable[[VMState], VMState]) -> None:
    """A layout that was compiled can be copied; the copy compiles anew."""
    wire = layout("a" / UInt8, "b" / Buffer("a"))
    wire.compile_now()
    other = again(wire)
    assert not other.programs
    other.compile_now()
    assert {"a": 1, "b": b"x"} == other.decode(b"\1x") == wire.decode(b"\1x")


def test_layouts_stand_alone() -> None:
    """Neither engine is imported before it is used."""
    script = "import sys, qidl.wire.vmstate; print({'qidl.wire.compiled', 'qidl.wire.reference'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert "set()" == found.strip()


# In the middle of a stream.


@pytest.mark.parametrize("length", [0, 1, 1500, 2040, 2048, 30_000, 600_000])
@pytest.mark.parametrize("behind", [b"", b"\0", b"\5", b"\5\5dev/x\0\0\0\1" + bytes(300)])
def test_long_payloads(length: int, behind: bytes) -> None:
    """However long a payload is, and whatever follows, it ends where it ends."""
    wire = layout("n" / UInt32, "x" / Buffer("n"), subsections=[subsection("dev/x", "a" / UInt8)])
    payload = length.to_bytes(4, "big") + bytes(length)
    for whole in (payload + behind, payload + header("dev/x") + b"\7" + behind):
        assert_engines_agree_on_payload(wire, whole)


@given(place=st.integers(1700, 2100))
def test_subsection_across_the_first_window(place: int) -> None:
    """A subsection that begins near the end of what is copied first is seen whole."""
    wire = layout("x" / Buffer(place), "y" / UInt8, subsections=[subsection("dev/" + "x" * 200, "a" / UInt8)])
    assert_engines_agree_on_payload(wire, bytes(place + 1) + header("dev/" + "x" * 200) + b"\7" + bytes(3000))


def test_io_buffers() -> None:
    """A drive's buffer of 128 KiB in a subsection is read and written as the reference engine does."""
    drive = {
        **{member.path: 0 for member in IDE_V3.members[-1].subcon.subcon.members if member.path != "identify_data"},
        "req_nb_sectors": 1,
        "io_buffer": [n % 256 for n in range(131076)],
        "cur_io_buffer_offset": 0,
        "cur_io_buffer_len": 512,
        "end_transfer_fn_idx": 5,
        "elementary_transfer_size": 0,
        "packet_transfer_size": 0,
    }
    wire = layout("dev" / PCI_DEVICE, "drives" / Array(2, IDE_V3.members[-1].subcon.subcon))
    dev = {"version_id": 2, "config": bytes(256), "irq_state": [0, 1, 0, 0]}
    state = {"dev": dev, "drives": [drive, copy.deepcopy(drive)]}
    assert_engines_agree_on_state(wire, state)
    assert_engines_agree_on_payload(wire, REFERENCE.encode(wire, state))
    state["drives"][1]["io_buffer"][7] = True
    assert_engines_agree_on_state(wire, state)


PAIR = subsection("pair", "a" / UInt8, "b" / UInt16)


@pytest.mark.parametrize(
    ("element", "value"), [(UInt8, 7), (UInt16, 7), (Listed(1, UInt8), []), (PAIR, {"a": 1, "b": 2})]
)
@pytest.mark.parametrize("count", [3, 5000])
def test_long_arrays_that_are_cut(element: Any, value: object, count: int) -> None:
    """An array whose length the layout says is not read beyond the end, at the end of a payload or before more."""
    x = [value] * count
    fields = ["x" / Array(count, element), "y" / UInt8]
    for wire, state in ((layout(fields[0]), {"x": x}), (layout(*fields), {"x": x, "y": 9})):
        payload = REFERENCE.encode(wire, state)
        assert_engines_agree_on_payload(wire, payload)
        for missing in (1, 2, 3):
            assert_engines_agree_on_payload(wire, payload[:-missing])
