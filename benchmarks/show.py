"""``qidl show FILE --json`` as a process, against starting Python and importing qidl."""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path

from timing import DATA, machine, median_ms, ratio, run, take_turns

_CAPTURES = ("1.1.2-pc-1.1-reset", "1.1.2-pc-1.1-everything11", "1.1.2-pc-1.1-linux-live")


def main() -> None:
    """Print a line for each stream."""
    print(machine())
    with tempfile.TemporaryDirectory() as directory:
        for name in _CAPTURES:
            path = Path(directory) / name
            path.write_bytes(gzip.decompress((DATA / f"{name}.qevm.gz").read_bytes()))
            qidl = [sys.executable, "-c", "from qidl.cli import main; raise SystemExit(main())", "show", str(path)]
            commands = [[sys.executable, "-c", "import qidl"], qidl, [*qidl, "--json"]]
            imported, shown, as_json = take_turns([lambda c=c: run(*c) for c in commands], rounds=15)
            print(
                f"  {name:28} {path.stat().st_size >> 10} KiB: show {median_ms(shown)}, --json {median_ms(as_json)}, "
                f"{ratio(as_json, imported):.1f} times the import alone ({median_ms(imported)})"
            )


if __name__ == "__main__":
    main()
