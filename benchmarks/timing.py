"""Timing on a machine that does other things too: what is compared takes turns, and medians are told."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_TURN = 0.004
"""Seconds that one turn takes, about: short, so that what disturbs one disturbs the others alike; caches stay warm."""

DATA = Path(__file__).parent.parent / "tests" / "data"
"""Captured streams."""


def take_turns(functions: Sequence[Callable[[], object]], rounds: int = 201) -> list[list[float]]:
    """Seconds per call of each function, round by round."""
    counts = [_calls_per_turn(function) for function in functions]
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, count, found in zip(functions, counts, times, strict=True):
            start = time.perf_counter()
            for _ in range(count):
                function()
            found.append((time.perf_counter() - start) / count)
    return times


def _calls_per_turn(function: Callable[[], object]) -> int:
    function()
    start = time.perf_counter()
    function()
    return max(1, int(_TURN / max(time.perf_counter() - start, 1e-9)))


def ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """Median of how many times as long one takes as the other, in the same round."""
    return statistics.median(one / other for one, other in zip(slower, faster, strict=True))


def median_ms(times: Sequence[float]) -> str:
    """A median in words."""
    return f"{1000 * statistics.median(times):.1f} ms"


def run(*command: str) -> float:
    """Seconds that a process takes, its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def machine() -> str:
    """What the figures were measured on."""
    cpu = next((line.partition(": ")[2] for line in _cpuinfo() if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {cpu}, {os.cpu_count()} CPUs, load {load:.1f}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
