"""Bytes to states and back, in times as fast as others: a default machine of pc-1.1, whole and section by section.

More is better. ``reference`` is qidl's own engine of constructs, which words the errors. ``construct`` is what one
would write without qidl; ``compiled`` is that, compiled by construct; ``cstruct`` is dissect.cstruct.
"""

from __future__ import annotations

from collections.abc import Sequence

import captured
from codec import Codec
from peers import PEERS, calls, check, qidl
from qidl.section import Section
from timing import machine, ratio, row, take_turns


def main() -> None:
    """Print the table."""
    print(machine())
    sections = captured.devices(captured.machine(captured.DEFAULT))
    peers = {name: [make(section) for section in sections] for name, make in PEERS.items()}
    for name, codecs in peers.items():
        for section, codec in zip(sections, codecs, strict=True):
            check(name, section, codec)
    contestants = [[qidl(section) for section in sections], *peers.values()]
    print(f"\n{captured.DEFAULT}: times as fast as each, decode and encode")
    print(row("", peers))
    print(row(f"whole, {len(sections)} sections", _times_as_fast(sections, contestants, rounds=101)))
    for index, section in enumerate(sections):
        alone = [[codecs[index]] for codecs in contestants]
        print(row(section.name, _times_as_fast([section], alone, rounds=31)))


def _times_as_fast(sections: Sequence[Section], contestants: Sequence[Sequence[Codec]], rounds: int) -> list[str]:
    """What the first of the contestants is to each of the others."""
    decode, encode = zip(*(calls(sections, codecs) for codecs in contestants), strict=True)
    own_decode, *decode_times = take_turns(decode, rounds)
    own_encode, *encode_times = take_turns(encode, rounds)
    return [
        f"{ratio(decoding, own_decode):.1f} {ratio(encoding, own_encode):5.1f}"
        for decoding, encoding in zip(decode_times, encode_times, strict=True)
    ]


if __name__ == "__main__":
    main()
