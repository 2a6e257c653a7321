"""How long ``import qidl`` takes, alone and with what declares a class, against ``import attrs``."""

from __future__ import annotations

import sys

from timing import machine, median_ms, process, ratio, take_turns

_STATEMENTS = ("pass", "import attrs", "import qidl", "from qidl import declare, uint8")


def main() -> None:
    """Print the times, and by how much more than attrs they add to Python's own start."""
    print(machine())
    nothing, *found = take_turns([process(sys.executable, "-c", s) for s in _STATEMENTS], rounds=41)
    print(f"  {_STATEMENTS[0]:30} {median_ms(nothing)}")
    added = [[max(one - none, 1e-6) for one, none in zip(times, nothing, strict=True)] for times in found]
    for statement, times, own in zip(_STATEMENTS[1:], found, added, strict=True):
        print(f"  {statement:30} {median_ms(times)}, {ratio(own, added[0]):.2f} times attrs, Python's start left out")


if __name__ == "__main__":
    main()
