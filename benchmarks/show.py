"""``qidl show FILE`` and ``qidl show FILE --json`` as processes, against ``python -c pass``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import captured
from timing import machine, median_ms, process, ratio, row, take_turns

_CAPTURES = ("1.1.2-pc-1.1-reset", "1.1.2-pc-1.1-everything11", "1.1.2-pc-1.1-linux-live")


def main() -> None:
    """Print a line for each stream."""
    print(machine())
    print(row("", ("KiB", "pass", "import qidl", "show", "show --json", "json to pass")))
    python = (sys.executable, "-c")
    show = (*python, "from qidl.cli import main; raise SystemExit(main())", "show")
    with tempfile.TemporaryDirectory() as directory:
        for name in _CAPTURES:
            path = Path(directory) / name
            path.write_bytes(captured.stream(name))
            commands = ((*python, "pass"), (*python, "import qidl"), (*show, path), (*show, path, "--json"))
            times = take_turns([process(*command) for command in commands], rounds=21)
            cells = (f"{path.stat().st_size >> 10}", *map(median_ms, times), f"{ratio(times[-1], times[0]):.1f}")
            print(row(name.partition("-")[2], cells))


if __name__ == "__main__":
    main()
