"""Values that a loading QEMU refuses in one release or another, or was mended to refuse: by the number of the CVE."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import captures
import pytest
from conftest import Engine

import qidl
from qidl import SchemaError, WireError
from qidl.levels import LEVELS
from qidl.rules import at_most, check, in_words, less_than, ring
from qidl.wire import path as paths
from qidl.wire.layouts.scsi_disk import SCSI_DISK_V1_VIRTIO
from qidl.wire.layouts.slirp import SBUF
from qidl.wire.primitives import Bits, Check, OneOf, Since, UInt8
from qidl.wire.ram_records import block_list, page, ram_sections
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

State = dict[str, Any]
ELEMENT: State = {
    **{"index": 0, "out_num": 1, "in_num": 1, "padding": bytes(4)},
    **{name: [0] * 1024 for name in ("in_addr", "out_addr")},
    **{name: [{"iov_base": 0, "iov_len": 0}] * 1024 for name in ("in_sg", "out_sg")},
}


class Case(NamedTuple):
    """What is done to the state of a captured section, and what is said of it.

    :ivar machine: scenario of the capture of 1.3.1
    :ivar section: the section
    :ivar changes: values by path
    :ivar path: of the field that the error names
    :ivar expected: what it expects
    :ivar found: what it finds
    """

    machine: str
    section: str
    changes: dict[str, Any]
    path: str
    expected: str
    found: str


def _virtio(changes: dict[str, Any], path: str, expected: str, found: str, device: str = "virtio-net") -> Case:
    prefix = "vdev.vdev."
    inner = {f"{prefix}{name}": value for name, value in changes.items()}
    return Case("reset-virtio-all", device, inner, f"{prefix}{path}", expected, found)


AER = "port.br.dev.exp.aer_log"
ERROR = {"status": 0, "source_id": 0, "flags": 0, "header": [0] * 4, "prefix": [0] * 4}
QUEUE = {"vring": {"num": 0}, "pa": 0, "last_avail_idx": 0, "vector": 0xFFFF}
TIMER = {"tn": 0, "config": 0, "cmp": 0, "fsb": 0, "period": 0, "wrap_flag": 0, "qemu_timer": -1}
RING = "a ring of 256 places"
PORT = {"id": 0, "guest_connected": False, "host_connected": False, "elem_popped": 1, "iov_idx": 0, "iov_offset": 0}

CONFIG_LEN = {"virtio-net": 8, "virtio-blk": 33, "virtio-balloon": 8, "virtio-console": 8}
"""Bytes of the configuration of each device, in the release that has the most."""

CASES = {
    "CVE-2013-4148, -4149: addresses of a network card": Case(
        "reset-virtio-all",
        "virtio-net",
        {"vdev.mac_table.in_use": 65, "vdev.mac_table.macs": [bytes(6)] * 65},
        *("vdev.mac_table.in_use", "0..64", "65"),
    ),
    "CVE-2013-4151: queues": _virtio({"num_queues": 65, "vq": [QUEUE] * 65}, "num_queues", "0..64", "65"),
    "CVE-2013-4151: the size of a queue": _virtio(
        {"vq[0].vring.num": 1025}, "vq[0].vring.num", "0..1024", "1025", "virtio-blk"
    ),
    "CVE-2013-4527: timers": Case(
        "reset", "hpet", {"num_timers": 33, "timer": [TIMER] * 33}, "num_timers", "3..32", "33"
    ),
    "CVE-2013-4527: too few timers": Case(
        "reset", "hpet", {"num_timers": 2, "timer": [TIMER] * 2}, "num_timers", "3..32", "2"
    ),
    "CVE-2013-4529: errors of which there can be no more": Case(
        "reset-pcie11",
        "ioh-3240-express-root-port",
        {f"{AER}.log_num": 129, f"{AER}.log_max": 129, f"{AER}.log": [ERROR] * 129},
        *(f"{AER}.log_num", "0..128", "129"),
    ),
    "CVE-2013-4529: errors that there is no room for": Case(
        "reset-pcie11",
        "ioh-3240-express-root-port",
        {f"{AER}.log_num": 9, f"{AER}.log": [ERROR] * 9},
        *(f"{AER}.log_max", "9..128", "8"),
    ),
    "CVE-2013-4535: pieces of a buffer": Case(
        "reset-virtio-all",
        "virtio-console",
        {"vdev.ports[0]": {**PORT, "elem": {**ELEMENT, "in_num": 1025}}},
        *("vdev.ports[0].elem.in_num", "0..1024", "1025"),
    ),
    "CVE-2013-4536: pieces of a request": Case(
        "reset-virtio-all",
        "virtio-blk",
        {"vdev.rq": [{"elem": {**ELEMENT, "out_num": 1025}}]},
        *("vdev.rq[0].elem.out_num", "0..1024", "1025"),
    ),
    "CVE-2013-4541: what is left of a transfer": Case(
        "reset-usb-all",
        "0000:00:01.2/1/usb-ptr",
        {"dev.setup_index": 9, "dev.setup_len": 8},
        *("dev.setup_index", "at most setup_len", "setup_index = 9, setup_len = 8"),
    ),
    "CVE-2013-4541: a place in a transfer": Case(
        "reset-usb-all", "0000:00:01.2/2/usb-hub", {"dev.setup_index": -1}, "dev.setup_index", "0..4096", "-1"
    ),
    "CVE-2013-4541: the length of a transfer": Case(
        "reset-usb-all", "0000:00:01.2/2.2/usb-kbd", {"dev.setup_len": -1}, "dev.setup_len", "0..4096", "-1"
    ),
    "CVE-2014-3461: more than there is room for": Case(
        "reset-usb-all", "0000:00:01.2/1/usb-ptr", {"dev.setup_len": 4097}, "dev.setup_len", "0..4096", "4097"
    ),
    "CVE-2013-6399: the selected queue": _virtio({"queue_sel": 64}, "queue_sel", "0..63", "64"),
    **{
        f"CVE-2014-0182: configuration of {device}": _virtio(
            {"config_len": most + 1, "config": bytes(most + 1)}, "config_len", f"0..{most}", f"{most + 1}", device
        )
        for device, most in CONFIG_LEN.items()
    },
    "CVE-2014-0182: configuration of virtio-scsi": Case(
        "reset-virtio-scsi",
        "virtio-scsi",
        {"vdev.vdev.config_len": 37, "vdev.vdev.config": bytes(37)},
        *("vdev.vdev.config_len", "0..36", "37"),
    ),
    "CVE-2017-16845: read": Case(
        "reset",
        "ps2kbd",
        {"common.queue.rptr": 256},
        *("common.queue.rptr", RING, "queue.rptr = 256, queue.wptr = 0, queue.count = 0"),
    ),
    "CVE-2017-16845: write": Case(
        "reset",
        "ps2mouse",
        {"common.queue.wptr": -1},
        *("common.queue.rptr", RING, "queue.rptr = 0, queue.wptr = -1, queue.count = 0"),
    ),
    "CVE-2017-16845: count": Case(
        "reset",
        "ps2kbd",
        {"common.queue.count": 257},
        *("common.queue.rptr", RING, "queue.rptr = 0, queue.wptr = 0, queue.count = 257"),
    ),
    "CVE-2018-18849: a message": Case("reset-scsi-lsi", "lsiscsi", {"msg_len": 9}, "msg_len", "0..8", "9"),
    "a vector for the configuration": _virtio(
        {"config_vector": 3},
        "config_vector",
        "0xffff, or a vector of the MSI-X table",
        "3",
    ),
    "a vector for a queue": _virtio(
        {"vq[0].vector": 3}, "vq", "0xffff, or a vector of the MSI-X table for each queue", "another"
    ),
    "a ring that is not set up": _virtio(
        {"vq[1].last_avail_idx": 1},
        "vq[1].last_avail_idx",
        "0, where pa is 0",
        "last_avail_idx = 1, pa = 0",
    ),
    "a port that is not mapped": Case(
        "reset-virtio-all",
        "virtio-console",
        {"vdev.ports_map": [0]},
        *("vdev.ports", "the bit of each port's id in ports_map", "another"),
    ),
    "the version of a PCI device": Case("reset", "e1000", {"dev.version_id": 3}, "dev.version_id", "2", "3"),
}


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str, engine: Engine) -> None:
    """Every engine refuses it, and so does whoever loads the stream; read leniently, it is a problem, and no secret."""
    case = CASES[name]
    snapshot = qidl.load(captures.capture(f"1.3.1-pc-1.3-{case.machine}"), strict=False)
    section = snapshot[case.section]
    for path, value in case.changes.items():
        put(section.state, path, value)
    assert section.layout is not None
    broken = section.encode()
    with pytest.raises(WireError) as refused:
        engine.decode(section.layout, broken, section.version_id)
    assert (case.path, case.expected, case.found) == (refused.value.path, refused.value.expected, refused.value.found)
    assert 1 == len(str(refused.value).splitlines())
    with pytest.raises(WireError) as unwritten:
        engine.encode(section.layout, section.state, section.version_id)
    assert case.path == unwritten.value.path
    stream = snapshot.to_bytes()
    with pytest.raises(WireError) as unloaded:
        qidl.load(stream)
    assert (section.idstr, case.path, case.expected) == (
        *(unloaded.value.section, unloaded.value.path),
        unloaded.value.expected,
    )
    assert section.offset <= (unloaded.value.offset or 0) < section.offset + len(broken)
    again = qidl.load(stream, strict=False)
    # One bad value may break two rules.
    assert (section.idstr, case.path) in [(problem.section, problem.path) for problem in again.problems]
    assert {section.idstr} == {problem.section for problem in again.problems}
    assert section.state == again[case.section].state
    assert stream == again.to_bytes()


OF_CLASSES = [name for name in CASES if name.startswith("CVE-") and "-0182" not in name]


@pytest.mark.parametrize("name", OF_CLASSES)
def test_refused_by_the_class(name: str) -> None:
    """The class refuses it, too, where a device does not come from the wire."""
    case = CASES[name]
    device = qidl.load(captures.capture(f"1.3.1-pc-1.3-{case.machine}"))[case.section].device()
    qobject = qidl.to_qobject(device)
    assert device == qidl.from_qobject(type(device), qobject)
    for path, value in case.changes.items():
        put(qobject, path, value)
    with pytest.raises(SchemaError, match=rf"^{type(device).__name__}\..*: expected .*, found ") as refused:
        qidl.from_qobject(type(device), qobject)
    assert 1 == len(str(refused.value).splitlines())


def put(state: Any, path: str, value: Any) -> None:
    *way, last = paths.parse(path)
    for step in way:
        state = state[step]
    state[last] = copy.deepcopy(value)


def test_what_is_let_pass(engine: Engine) -> None:
    """A control transfer may take all the room there is, and be at its end (CVE-2014-3461)."""
    section = qidl.load(captures.capture("1.3.1-pc-1.3-reset-usb-all"))["0000:00:01.2/1/usb-ptr"]
    assert section.layout is not None
    section.state["dev"].update(setup_len=4096, setup_index=4096)
    assert section.state == engine.decode(section.layout, section.encode())


def test_what_no_stream_of_the_time_has() -> None:
    """The pairs of queues of a network card (CVE-2013-4150) came with 1.4."""
    for level in LEVELS.values():
        for layout in level.layouts("0/virtio-net"):
            assert not [member for member in layout.members if "curr_queues" in member.path]


@pytest.mark.parametrize("direction", ["in_num", "out_num"])
def test_pieces_of_a_scsi_request(engine: Engine, direction: str) -> None:
    """CVE-2013-4542: a request under virtio-scsi has at most 1024 pieces either way."""
    request = {"retry": True, "cmd": {"buf": bytes(16)}, "tag": 0, "lun": 0, "hba_private": {"vq": 0, "elem": ELEMENT}}
    state = {
        "qdev": {
            "unit_attention": {"key": 0, "asc": 0, "ascq": 0},
            **{"sense_is_ua": False, "sense": [0] * 96, "sense_len": 0},
            "requests": {"entry": [request]},
        },
        **{"media_changed": False, "media_event": False, "eject_request": False},
        **{"tray_open": False, "tray_locked": False},
    }
    assert state == engine.decode(SCSI_DISK_V1_VIRTIO, engine.encode(SCSI_DISK_V1_VIRTIO, state))
    state = copy.deepcopy(state)
    put(state, f"qdev.requests.entry[0].hba_private.elem.{direction}", 1025)
    data = REFERENCE.encode(SCSI_DISK_V1_VIRTIO, state, is_strict=False)
    with pytest.raises(WireError, match=rf"entry\[0\].hba_private.elem.{direction}: .*expected 0..1024, found 1025"):
        engine.decode(SCSI_DISK_V1_VIRTIO, data)


@pytest.mark.parametrize("content", [b"\1", bytes(4096)])
def test_pages_of_guest_memory(content: bytes) -> None:
    """CVE-2014-7840: a page lies within its block, of however many bytes it is on the wire."""
    record = content[0] if len(content) == 1 else content
    for address, fits in ((0x1000, True), (0x2000, False), (0xFFFF_FFFF_FFFF_F000, False)):
        payload = block_list({"pc.ram": 0x2000}) + page("pc.ram", address, record)
        stream = b"QEVM\0\0\0\3" + b"".join(ram_sections([payload])) + b"\0"
        if fits:
            assert qidl.load(stream).ram["pc.ram"].read(address, 1) == content[:1]
        else:
            with pytest.raises(WireError, match=f"pc.ram: .*expected an offset below 0x2000, found {address:#x}"):
                qidl.load(stream)


@pytest.mark.parametrize("pointer", ["sb_wptr", "sb_rptr"])
def test_rings_of_sockets(engine: Engine, pointer: str) -> None:
    """A pointer into the buffer of a socket lies within; there is none in an empty one."""
    state = {"sb_cc": 0, "sb_datalen": 2, "sb_wptr": 1, "sb_rptr": 1, "sb_data": b"ab"}
    assert state == engine.decode(SBUF, engine.encode(SBUF, state))
    for value in (2, -1):
        with pytest.raises(WireError, match=f"{pointer}: expected an index below sb_datalen"):
            engine.encode(SBUF, state | {pointer: value})
    assert 16 == len(engine.encode(SBUF, dict.fromkeys(state, 0) | {"sb_data": b""}))


# Rules of one's own.


def _is_even(value: int) -> bool:
    """An even number."""
    return not value % 2


LAYOUT = VMState(
    "own",
    version_id=2,
    minimum_version_id=1,
    fields=[
        "mode" / OneOf(UInt8, 1, 2, 4),
        "flags" / Bits(UInt8, 0x15),
        "even" / Check(UInt8, _is_even),
        "used" / UInt8,
        "room" / UInt8,
        "place" / UInt8,
        "s.head" / UInt8,
        "s.tail" / UInt8,
        "s.count" / UInt8,
        "late" / Since(2, UInt8),
    ],
    rules=[
        at_most("used", "room"),
        less_than("place", "room"),
        ring(head="s.head", tail="s.tail", count="s.count", capacity=4),
        at_most("late", "room", plus=1),
        check(lambda mode, flags: bool(mode & flags), "mode", "flags", expected="a mode that its flags allow"),
    ],
)
STATE: State = {
    **{"mode": 1, "flags": 1, "even": 2, "used": 3, "room": 3, "place": 2},
    "s": {"head": 3, "tail": 3, "count": 4},
    "late": 4,
}
BROKEN: dict[str, tuple[str, Callable[[int], str]]] = {
    "mode=3": ("mode", lambda _: "mode: expected one of 1, 2, 4, found 3"),
    "flags=2": ("flags", lambda _: "flags: expected bits of 0x15, found 2"),
    "even=1": ("even", lambda _: "even: expected an even number, found 1"),
    "used=4": ("used", lambda _: "used: expected at most room, found used = 4, room = 3"),
    "place=3": ("place", lambda _: "place: expected an index below room, found place = 3, room = 3"),
    "s.count=5": ("s.head", lambda _: "expected a ring of 4 places, found s.head = 3, s.tail = 3, s.count = 5"),
    "late=5": ("late", lambda _: "late: expected at most room + 1, found late = 5, room = 3"),
    "mode=2": ("mode", lambda _: "mode: expected a mode that its flags allow, found mode = 2, flags = 1"),
}


@pytest.mark.parametrize("change", BROKEN)
def test_rules_of_ones_own(engine: Engine, change: str) -> None:
    """A layout says what its fields can be, alone and together, and errors say it in its words."""
    assert STATE == engine.decode(LAYOUT, engine.encode(LAYOUT, STATE))
    path, _, value = change.partition("=")
    state = copy.deepcopy(STATE)
    put(state, path, int(value))
    place, words = BROKEN[change]
    with pytest.raises(WireError) as unwritten:
        engine.encode(LAYOUT, state)
    assert str(unwritten.value).endswith(words(0))
    data = REFERENCE.encode(LAYOUT, state, is_strict=False)
    with pytest.raises(WireError) as unread:
        engine.decode(LAYOUT, data)
    assert place == unread.value.path
    assert (unwritten.value.expected, unwritten.value.found) == (unread.value.expected, unread.value.found)
    problems: list[WireError] = []
    assert state == REFERENCE.decode(LAYOUT, data, problems=problems)
    assert str(unread.value) == str(problems[0])


def test_check_without_a_name() -> None:
    """A function that has neither a docstring nor a name is a function; the docstring of a class is not its own."""
    layout = VMState("own", version_id=1, fields=["x" / Check(UInt8, lambda value: value < 3)])
    with pytest.raises(WireError, match=r"^x: offset 0: expected what a function says, found 3$"):
        layout.decode(b"\3")
    assert in_words(functools.partial(max, -1)).startswith("functools.partial")


def test_rule_on_an_absent_field(engine: Engine) -> None:
    """Where a version lacks a field, its rules are not asked."""
    state = {name: value for name, value in STATE.items() if name != "late"}
    data = engine.encode(LAYOUT, state, 1)
    assert state == engine.decode(LAYOUT, data, 1)


def test_rule_on_no_field() -> None:
    """A rule can only be on fields of the layout."""
    with pytest.raises(SchemaError, match="own: expected a rule on fields, found one on 'y'"):
        VMState("own", version_id=1, fields=["x" / UInt8], rules=[at_most("x", "y")])
