"""Eight devices of pc-1.3 in time taken against struct by hand: bytes to device objects and to states, and back.

Less is better. By hand a payload becomes a dict, and no more. By hand a dict is packed in two ways: its values' types
checked, as in qidl, and ``unchecked``.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import captured
from codec import Codec
from handwritten import DEVICES
from handwritten.common import Checks
from objects import objects
from peers import calls, qidl
from qidl import to_qobject
from qidl.section import Section
from timing import machine, ratio, row, take_turns


def main() -> None:
    """Print the table."""
    print(machine())
    snapshot = captured.machine(captured.NEWEST)
    sections = [snapshot[name] for name in DEVICES]
    contestants = [*([make(section) for section in sections] for make in (objects, qidl)), list(DEVICES.values())]
    for section in sections:
        check(section)
    print(f"\n{captured.NEWEST}: time taken against struct by hand")
    print(row("", ("objects:", "", "", "states:", "", "")))
    print(row("", ("decode", "encode", "unchecked") * 2))
    found = []
    for index, section in enumerate(sections):
        found.append(_against_hand([section], [[codecs[index]] for codecs in contestants]))
        print(_row(section.name, found[-1]))
    print(_row("median", [statistics.median(column) for column in zip(*found, strict=True)]))
    print(_row("all together", _against_hand(sections, contestants)))


def check(section: Section) -> None:
    """Hold the state, the device object and what is written by hand against each other."""
    payload, own, hand = bytes(section.payload), objects(section), DEVICES[section.name]
    state = hand.decode(payload)
    assert repr(section.state) == repr(state)
    assert payload == hand.encode(state)
    assert state == to_qobject(own.decode(payload))
    assert payload == own.encode(own.decode(payload))


def _row(label: str, ratios: Sequence[float]) -> str:
    return row(label, map("{:.2f}".format, ratios))


def _against_hand(sections: Sequence[Section], contestants: Sequence[Sequence[Codec]]) -> list[float]:
    """Decode, encode and encode against what checks no types: each contestant but the last against the last."""
    decode, encode = zip(*(calls(sections, codecs) for codecs in contestants), strict=True)
    *decoding, hand = take_turns(decode)
    *encoding, checked = take_turns(encode)
    Checks.types = False
    *again, unchecked = take_turns(encode)
    Checks.types = True
    return [
        found
        for one, other, third in zip(decoding, encoding, again, strict=True)
        for found in (ratio(one, hand), ratio(other, checked), ratio(third, unchecked))
    ]


if __name__ == "__main__":
    main()
