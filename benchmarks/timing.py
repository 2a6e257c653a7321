"""Timing on a machine that does other things too: what is compared takes turns, work is timed, medians are told."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

_TURN = 0.004
"""Seconds that one turn takes, about: short, so that what disturbs one disturbs the others alike; caches stay warm."""

_CALLS_BEFORE = 8
"""Calls before anything is timed: the first of some are slow, and by the fifth whatever is generated is there."""


def take_turns(functions: Sequence[Callable[[], object]], rounds: int = 201) -> list[list[float]]:
    """Seconds of work that a call of each function takes, round by round."""
    counts = [_calls_per_turn(function) for function in functions]
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, count, found in zip(functions, counts, times, strict=True):
            start = _work()
            for _ in range(count):
                function()
            found.append((_work() - start) / count)
    return times


def process(*command: str | Path) -> Callable[[], object]:
    """What runs a command as a process of its own, its output thrown away."""
    return partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)


def _calls_per_turn(function: Callable[[], object]) -> int:
    """How often to call a function in a turn, from the fastest of some calls, which warm it."""
    times = []
    for _ in range(_CALLS_BEFORE):
        start = _work()
        function()
        times.append(_work() - start)
    return max(1, int(_TURN / max(min(times), 1e-7)))


def _work() -> float:
    """Seconds that this process and those it ran have computed: others that have their turn do not count."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """Median of how many times as long one takes as the other, in the same round."""
    return statistics.median(one / other for one, other in zip(slower, faster, strict=True))


def median_ms(times: Sequence[float]) -> str:
    """A median in words."""
    return f"{1000 * statistics.median(times):.1f} ms"


def row(label: str, cells: Iterable[str]) -> str:
    """A line of a table."""
    return f"  {label:20}" + "".join(f"{cell:>14}" for cell in cells)


def machine() -> str:
    """What the figures were measured on."""
    cpu = next((line.partition(": ")[2] for line in _cpuinfo() if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {cpu}, {os.cpu_count()} CPUs, load {load:.1f}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
