"""How long ``import qidl`` takes, against ``import attrs``."""

from __future__ import annotations

import sys

from timing import machine, median_ms, process, ratio, take_turns


def main() -> None:
    """Print the times, and the ratio of what the two add to Python's own start."""
    print(machine())
    statements = ("pass", "import attrs", "import qidl")
    calls = [process(sys.executable, "-c", statement) for statement in statements]
    nothing, attrs, qidl = take_turns(calls, rounds=41)
    for statement, times in zip(statements, (nothing, attrs, qidl), strict=True):
        print(f"  {statement:14} {median_ms(times)}")
    own = [one - none for one, none in zip(qidl, nothing, strict=True)]
    theirs = [max(one - none, 1e-6) for one, none in zip(attrs, nothing, strict=True)]
    print(f"import qidl takes {ratio(own, theirs):.2f} times as long as import attrs, Python's start left out")


if __name__ == "__main__":
    main()
