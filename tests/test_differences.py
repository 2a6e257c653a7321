"""What differs between two snapshots."""

from __future__ import annotations

import struct

import captures

import qidl
from qidl.differences import ABSENT, Difference
from qidl.wire.ram import COMPRESS, EOS, MEM_SIZE
from qidl.wire.stream import Header, SectionType, write_preamble


def with_disk(*chunks: bytes) -> qidl.Snapshot:
    """A machine whose stream brings these chunks of a disk."""
    stream = bytearray(captures.own("pc-1.1"))
    place = qidl.load(bytes(stream))["block"].offset
    stream[place:place] = b"".join(chunks)
    return qidl.load(bytes(stream))


def chunk(sector: int, byte: int) -> bytes:
    """One MiB of a disk."""
    return struct.pack(">Q", sector << 9 | 1) + b"\4disk" + bytes([byte]) * (1 << 20)


def test_difference_of_disks() -> None:
    """Disks are compared chunk by chunk; of one that came twice, the last counts."""
    left = with_disk(chunk(0, 1), chunk(2048, 2), chunk(0, 3))
    right = with_disk(chunk(2048, 4), chunk(4096, 5), chunk(0, 3))
    assert [("disk[2048]", "a chunk", "a chunk"), ("disk[4096]", ABSENT, "a chunk")] == [
        (found.path, found.left, found.right) for found in qidl.diff(left, right)
    ]
    assert {"block"} == {found.section for found in qidl.diff(left, right)}
    assert [] == list(qidl.diff(left, with_disk(chunk(0, 3), chunk(2048, 2))))


def without(snapshot: qidl.Snapshot, idstr: str) -> qidl.Snapshot:
    """The same machine, less a section."""
    rest = (section for section in snapshot.sections if section.idstr != idstr)
    return qidl.Snapshot(rest, level=snapshot.level, ram=snapshot.ram)


def test_difference_of_sections() -> None:
    """A section that one side lacks is absent there; on the other, it is its version."""
    left = qidl.load(captures.own("pc-1.1"))
    right = without(left, "hpet")
    assert [Difference("hpet", "", 2, ABSENT)] == list(qidl.diff(left, right))
    assert [Difference("hpet", "", ABSENT, 2)] == list(qidl.diff(right, left))


def test_difference_of_live_sections() -> None:
    """A live section that brings nothing makes no difference."""
    machine = qidl.load(captures.own("pc-1.1"))
    assert [] == list(qidl.diff(machine, without(machine, "block")))


def test_difference_of_huge_blocks() -> None:
    """Memory is compared by the pages that the streams bring, however long a block says it is."""
    huge = bytearray(captures.own("pc-1.1"))
    total = qidl.load(captures.own("pc-1.1"))["ram"].offset
    place = huge.index(b"\6pc.ram", total) + 7
    before = int.from_bytes(huge[total : total + 8], "big")
    length = int.from_bytes(huge[place : place + 8], "big")
    huge[total : total + 8] = (before + (1 << 62)).to_bytes(8, "big")
    huge[place : place + 8] = (length + (1 << 62)).to_bytes(8, "big")
    found = list(qidl.diff(qidl.load(bytes(huge)), qidl.load(captures.own("pc-1.1"))))
    assert ["pc.ram.length"] == [difference.path for difference in found]


def test_memory_without_names() -> None:
    """Memory of a time before it had blocks is told by a word."""
    payload = struct.pack(">Q", 4096 | MEM_SIZE) + struct.pack(">Q", COMPRESS) + b"\1" + struct.pack(">Q", EOS)
    header = Header(SectionType.START, 3, "ram", 0, 3, 0, 0).to_bytes()
    left = qidl.load(write_preamble() + header + payload + b"\0")
    right = qidl.load(write_preamble() + b"\0")
    assert [Difference("ram", "memory", 4096, ABSENT)] == list(qidl.diff(left, right))
    other = qidl.load(left.to_bytes().replace(b"\2\1", b"\2\5"))
    assert [Difference("ram", "memory[0x0]", "a page", "a page")] == list(qidl.diff(left, other))
