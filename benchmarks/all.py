"""Every benchmark, one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("wire", "devices", "visitors", "growth", "ram", "imports", "show")


def main() -> None:
    """Run each as a process of its own."""
    for name in BENCHMARKS:
        path = Path(__file__).with_name(f"{name}.py")
        print(f"\n$ python benchmarks/{path.name}", flush=True)
        subprocess.run([sys.executable, path], check=True)


if __name__ == "__main__":
    main()
