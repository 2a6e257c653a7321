"""What a user's device and layout refuse when they are loaded, and payloads as objects."""

# pyright: strict

from __future__ import annotations

from typing import assert_type

import qidl
from qidl import array, from_payload, to_payload, uint8, uint32, valid
from qidl.rules import Rule, at_most, check, equal, in_range, less_than, one_of, only_bits, ring
from qidl.wire.primitives import Bits, Buffer, Check, OneOf, UInt8, UInt32
from qidl.wire.vmstate import VMState


def is_even(value: int) -> bool:
    """An even number."""
    return value % 2 == 0


@qidl.declare
class Tape:
    """Recordings, in a ring."""

    speed: uint8 = valid(1, enum=(1, 2, 4))
    control: uint8 = valid(0, bits=0x81)
    channels: uint8 = valid(2, equal=2)
    step: uint8 = valid(0, check=is_even)
    place: uint8 = valid(0, le="length")
    length: uint8 = valid(0, range=(0, 200))
    head: uint8 = 0
    tail: uint8 = 0
    count: uint32 = 0
    data: bytearray = valid(array(16), ring=("head", "tail", "count"))


def before(place: int, length: int) -> bool:
    return place < length


RULES: tuple[Rule, ...] = (
    at_most("place", "length"),
    in_range("length", 0, 200),
    less_than("head", "length"),
    equal("channels", 2),
    one_of("speed", (1, 2, 4)),
    only_bits("control", 0x81),
    ring(head="head", tail="tail", count="count", capacity=16),
    check(before, "place", "length", expected="a place on the tape"),
)

TAPE_V1 = VMState(
    "tape",
    version_id=1,
    fields=[
        "speed" / OneOf(UInt8, 1, 2, 4),
        "control" / Bits(UInt8, 0x81),
        "channels" / UInt8,
        "step" / Check(UInt8, is_even),
        "place" / UInt8,
        "length" / UInt8,
        "head" / UInt8,
        "tail" / UInt8,
        "count" / UInt32,
        "data" / Buffer(16),
    ],
    rules=RULES,
)

tape = Tape(length=7)
assert_type(tape.speed, int)
assert_type(tape.data, bytearray)
payload: bytes = to_payload(tape, TAPE_V1)
assert_type(from_payload(Tape, TAPE_V1, payload, 1, section="tape"), Tape)
narrow = qidl.Limits(sections=200, decoded=1 << 20)
assert_type(from_payload(Tape, TAPE_V1, memoryview(payload), limits=narrow), Tape)


def rescue(path: str) -> list[str]:
    snapshot = qidl.load(path, strict=False, limits=narrow)
    if not snapshot.is_complete:
        trailer: bytes = bytes(snapshot.trailer)
        print(len(trailer))
    return [f"{problem.section}: {problem}" for problem in snapshot.problems]
