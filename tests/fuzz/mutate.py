"""Read hostile streams by the hundred thousand, and say what came of them.

Run it as ``python tests/fuzz/mutate.py --count 200000``.
"""

from __future__ import annotations

import argparse
import collections
import resource
import sys
import time
import traceback
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import ENGINES
from fuzz import contract, mutations

from qidl import QidlError
from qidl.snapshot import Snapshot


def main() -> int:
    """Run; 1 if anything escaped or the engines disagreed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="how many streams (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="number of the first stream (default: %(default)s)")
    parser.add_argument("--use", type=int, default=20, help="make devices and convert one stream in so many")
    parser.add_argument("--keep", type=Path, help="folder for the streams that break the contract")
    options = parser.parse_args()
    tally = Tally(options.keep)
    mutations.pool()
    start = memory()
    for number in range(options.seed, options.seed + options.count):
        tally.one(number, use=number % options.use == 0)
        if tally.tried % 5000 == 0:
            print(f"{tally.tried} tried, {len(tally.escaped)} escaped, {tally.disagreed} disagreements", flush=True)
    print(tally.report())
    print(f"peak memory: {memory()} MiB, {memory() - start} of them since the first stream")
    return int(bool(tally.escaped or tally.escaped_in_use or tally.disagreed))


def memory() -> int:
    """The most memory that the process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


class Tally:
    """What came of the streams so far."""

    def __init__(self, keep: Path | None) -> None:
        self.keep = keep
        self.tried = self.loaded = self.used = self.compared = self.disagreed = 0
        self.escaped: collections.Counter[str] = collections.Counter()
        self.escaped_in_use: collections.Counter[str] = collections.Counter()
        self.slowest = (0.0, 0, 0)
        self.slowest_use = (0.0, 0, 0)

    def one(self, number: int, *, use: bool) -> None:
        """Make and read one stream."""
        data = mutations.stream(Random(number))
        self.tried += 1
        try:
            began = time.process_time()
            result = contract.read(data)
            self.slowest = max(self.slowest, (time.process_time() - began, number, len(data)))
            lenient = contract.read_leniently(data)
            if lenient is not None and bool(lenient.problems) != isinstance(result, QidlError):
                self._disagree(number, f"strictly: {result}, leniently: {lenient.problems}")
            if not isinstance(result, QidlError):
                self.loaded += 1
                if use:
                    self._use(result, number, data)
            if len(ENGINES) > 1:
                self._compare(Random(number), number)
        except Exception as error:
            self._escape(self.escaped, number, data, error)

    def _use(self, snapshot: Snapshot, number: int, data: bytes) -> None:
        began = time.process_time()
        self.used += 1
        try:
            contract.use(snapshot)
        except Exception as error:
            self._escape(self.escaped_in_use, number, data, error)
        self.slowest_use = max(self.slowest_use, (time.process_time() - began, number, len(data)))

    def _compare(self, random: Random, number: int) -> None:
        """One altered payload, by every layout of its section, on every engine."""
        sections = [random.choice(mutations.pool())]
        mutations.change_numbers(random, sections, 0)
        cut = random.randrange(len(sections[0].data)) if random.random() < 0.3 else None
        for layout, payload, version_id in mutations.readings(sections[0]):
            found = [contract.outcome(engine, layout, payload[:cut], version_id) for engine in ENGINES.values()]
            self.compared += 1
            if any(one != found[0] for one in found):
                self._disagree(number, f"{layout}: {found}")

    def _disagree(self, number: int, what: str) -> None:
        self.disagreed += 1
        print(f"stream {number}: {what[:300]}", flush=True)

    def _escape(self, escaped: collections.Counter[str], number: int, data: bytes, error: Exception) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno} {frame.name}: {error}"[:160]
        if where not in escaped:
            print(f"stream {number}: {where}", flush=True)
            if self.keep:
                self.keep.mkdir(exist_ok=True, parents=True)
                (self.keep / f"{number}.qevm").write_bytes(data)
        escaped[where] += 1

    def report(self) -> str:
        """All of it, in words."""
        seconds, number, length = self.slowest
        use_seconds, use_number, use_length = self.slowest_use
        lines = [
            f"streams tried: {self.tried}, of which {self.loaded} loaded",
            f"exceptions other than QidlError: {self.escaped.total()}",
            *_listed(self.escaped),
            f"engines: {', '.join(ENGINES)}; payloads compared: {self.compared}, disagreements: {self.disagreed}",
            f"slowest to read: stream {number}, {length} bytes, {seconds * 1000:.0f} ms",
            f"devices made and converted: {self.used} streams;"
            f" the slowest: stream {use_number}, {use_length} bytes, {use_seconds * 1000:.0f} ms",
            f"exceptions other than QidlError in that: {self.escaped_in_use.total()}",
            *_listed(self.escaped_in_use),
        ]
        return "\n".join(lines)


def _listed(escaped: collections.Counter[str]) -> list[str]:
    return [f"    {count} × {where}" for where, count in escaped.most_common()]


if __name__ == "__main__":
    sys.exit(main())
