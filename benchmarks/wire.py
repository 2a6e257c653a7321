"""Decoding and encoding sections: against the reference engine, and against struct by hand.

Of a ratio above 1 to the reference, more is better; of one to what is written by hand, less.
"""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Callable

from handwritten import Checks
from handwritten_large import DEVICES
from timing import DATA, machine, ratio, take_turns

import qidl
from qidl.section import Section
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

_CAPTURE = "1.1.2-pc-1.1-reset"


def main() -> None:
    """Print the tables."""
    print(machine())
    snapshot = qidl.load(gzip.decompress((DATA / f"{_CAPTURE}.qevm.gz").read_bytes()))
    sections = [section for section in snapshot.sections if section.layout is not None]
    for section in sections:
        _layout(section).compile_now(section.version_id)
    print(f"\nwhole machine, {_CAPTURE}: {len(sections)} sections, times as fast as the reference")
    decode, encode = _against_reference(sections)
    print(f"  decode {decode:5.1f}   encode {encode:5.1f}")
    _devices(snapshot)
    print("\nevery section, times as fast as the reference: decode, encode")
    for section in sections:
        decode, encode = _against_reference([section], rounds=31)
        print(f"  {section.idstr:24} {len(section.payload):6} bytes {decode:6.1f} {encode:6.1f}")


def _layout(section: Section) -> VMState:
    assert section.layout is not None
    return section.layout


def _against_reference(sections: list[Section], rounds: int = 101) -> tuple[float, float]:
    payloads = [(_layout(s), bytes(s.payload), s.version_id) for s in sections]
    states = [(layout, layout.decode(payload, version), version) for layout, payload, version in payloads]
    for (layout, payload, version), (_, state, _) in zip(payloads, states, strict=True):
        assert repr(state) == repr(REFERENCE.decode(layout, payload, version))
        assert payload == layout.encode(state, version) == REFERENCE.encode(layout, state, version)
    decode = take_turns(
        [
            lambda: [REFERENCE.decode(layout, payload, version) for layout, payload, version in payloads],
            lambda: [layout.decode(payload, version) for layout, payload, version in payloads],
        ],
        rounds,
    )
    encode = take_turns(
        [
            lambda: [REFERENCE.encode(layout, state, version) for layout, state, version in states],
            lambda: [layout.encode(state, version) for layout, state, version in states],
        ],
        rounds,
    )
    return ratio(*decode), ratio(*encode)


def _devices(snapshot: qidl.Snapshot) -> None:
    print("\ndevices, time taken against struct by hand: decode, encode, encode without checks of types by hand")
    found = []
    for name, (decode, encode) in DEVICES.items():
        section = snapshot[name]
        found.append(_against_hand(section, decode, encode))
        print(f"  {name:24} {len(section.payload):6} bytes " + " ".join(f"{one:6.2f}" for one in found[-1]))
    medians = [statistics.median(column) for column in zip(*found, strict=True)]
    print(f"  {'median':24} {'':12} " + " ".join(f"{one:6.2f}" for one in medians))


def _against_hand(
    section: Section, by_hand: Callable[[bytes], object], to_bytes: Callable[[dict[str, object]], bytes]
) -> tuple[float, float, float]:
    layout, payload, version = _layout(section), bytes(section.payload), section.version_id
    state = layout.decode(payload, version)
    assert repr(state) == repr(by_hand(payload))
    assert payload == to_bytes(state)
    decode = take_turns([lambda: layout.decode(payload, version), lambda: by_hand(payload)])
    encode = take_turns([lambda: layout.encode(state, version), lambda: to_bytes(state)])
    Checks.types = False
    unchecked = take_turns([lambda: layout.encode(state, version), lambda: to_bytes(state)])
    Checks.types = True
    return ratio(*decode), ratio(*encode), ratio(*unchecked)


if __name__ == "__main__":
    main()
