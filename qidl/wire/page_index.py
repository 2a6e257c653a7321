"""Which run of pages counts for which page of a block of guest memory."""

from __future__ import annotations

import heapq
import itertools
import operator
from array import array
from bisect import bisect_right
from collections.abc import Iterator

from qidl.wire.page_runs import PAGE_SIZE, PageRuns


class PageIndex:
    """Finds pages by number; of a page that came more than once, the last.

    It is made of stretches of pages in ascending order, each a part of one run. So it is
    as large as there are runs, however many pages they have.

    :param runs: what the stream brings, to which nothing is added any more
    """

    def __init__(self, runs: PageRuns) -> None:
        self._runs = runs
        self._firsts = array("Q")
        self._ends = array("Q")
        self._sources = array("Q")
        for first, end, run in _newest(runs):
            if self._ends and self._ends[-1] == first and self._sources[-1] == run:
                self._ends[-1] = end
                continue
            self._firsts.append(first)
            self._ends.append(end)
            self._sources.append(run)

    def __contains__(self, number: int) -> bool:
        return self._stretch(number) is not None

    def place(self, number: int) -> int | None:
        """Where the bytes of a page lie, as :meth:`PageRuns.place` tells it; None if the page does not come."""
        stretch = self._stretch(number)
        return None if stretch is None else self._runs.place(self._sources[stretch], number)

    def stretches(self, first: int, end: int) -> Iterator[range]:
        """The numbers of the pages from one up to another that come, in ascending order."""
        for start, stop in zip(self._firsts, self._ends, strict=True):
            found = range(max(start, first), min(stop, end))
            if found:
                yield found

    def _stretch(self, number: int) -> int | None:
        stretch = bisect_right(self._firsts, number) - 1
        return stretch if stretch >= 0 and number < self._ends[stretch] else None


def _newest(runs: PageRuns) -> Iterator[tuple[int, int, int]]:
    """First page, the one behind the last, and run: of what is in several runs, in the newest, in ascending order."""
    firsts = array("Q", (address // PAGE_SIZE for address in runs.addresses))
    ends = array("Q", map(operator.add, firsts, runs.counts))
    order = array("Q", sorted(range(len(firsts)), key=firsts.__getitem__))
    # The runs that have begun, the newest first; those that have ended stay until they are the newest.
    open_runs: list[int] = []
    for run, following in itertools.zip_longest(order, order[1:]):
        heapq.heappush(open_runs, -run)
        here = firsts[run]
        limit = None if following is None else firsts[following]
        while open_runs and here != limit:
            newest = -open_runs[0]
            if ends[newest] <= here:
                heapq.heappop(open_runs)
                continue
            end = ends[newest] if limit is None else min(ends[newest], limit)
            yield here, end, newest
            here = end
