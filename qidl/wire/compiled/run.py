"""Fields of fixed size back to back, which one unpack reads."""

from __future__ import annotations

import struct

from qidl.generating.source import Source
from qidl.wire.compiled.support import check_end, check_ends

_FEW_ENDS = 4
"""Ends of structs up to which it is faster to look at one byte after the other than to take them out first."""


class Run:
    """The fields since the last place that the layout alone does not tell.

    The generated function has ``data`` and the offset ``o``.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._codes: list[str] = []
        self._names: list[str] = []
        self._ends: list[tuple[int, str, int]] = []
        self._was_flushed = False
        self.size = 0
        self.checks: list[str] = []
        """Statements to follow."""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to check but where one struct ends."""
        return not self.checks and [end for end, _, _ in self._ends] in ([], [self.size])

    def add(self, code: str, size: int, name: str = "") -> str:
        """Append a field.

        :param name: of the variable to hold it; none if it is passed over
        """
        self._codes.append(code if name else f"{size}x")
        if name:
            self._names.append(name)
        self.size += size
        return name

    def end_struct(self, name: str) -> None:
        """Note that a struct of this name ends here, where a loading QEMU looks for subsections."""
        self._ends.append((self.size, self._source.constant(name.encode()), len(name) + 1))

    def flush(self) -> None:
        """Write the statements."""
        source = self._source
        if self._codes == ["B"]:
            source.line(f"{self._names[0]} = data[o]")
        elif self._names:
            source.unpack(self._names, f"{self.format('unpack_from')}(data, o)")
        elif self.size:
            source.line(f"if o + {self.size} > len(data): raise {source.refused}")
        self._flush_checks()
        if self.size:
            source.line(f"o += {self.size}")
        self._clear()

    def flush_all(self) -> bool:
        """Write the statements for a payload that is this run and no more; returns whether it is."""
        if self._was_flushed or not self._names:
            return False
        self._source.unpack(self._names, f"{self.format('unpack')}(data)")
        self._flush_checks()
        self._clear()
        return True

    def _flush_checks(self) -> None:
        for check in self.checks:
            self._source.line(check)
        self._flush_ends()

    def _clear(self) -> None:
        self._was_flushed = True
        self._codes, self._names, self._ends, self.size, self.checks = [], [], [], 0, []

    def flush_repeated(self, element: str, target: str, count: str) -> None:
        """Write the statements that make a list of ``count`` such runs, each read as ``element``."""
        source, size = self._source, self.size
        source.line(f"e = o + {count} * {size}")
        names = f"({', '.join(self._names)},)"
        # Not of a view: CPython 3.11 crashes if one that is iterated over is garbage, as with an error that is kept.
        source.line(f"{target} = [{element} for {names} in {self.format('iter_unpack')}(bytes(data[o:e]))]")
        self.flush_ends_repeated()
        self._clear()

    def flush_ends_repeated(self) -> None:
        """Look where each of several structs ends, from ``o`` to ``e``, and go there."""
        for _, name, least in self._ends:
            span = f"o + {self.size}, e + 1, {self.size}"
            self._source.line(f"if 5 in bytes(data[{span.replace(', ', ':')}]): {self._check_ends(span, name, least)}")
        self._source.line("o = e")

    def format(self, method: str) -> str:
        """Name of a method of the struct that reads it all."""
        packed = struct.Struct(">" + "".join(self._codes))
        return self._source.constant(getattr(packed, method), packed.format, method)

    def _flush_ends(self) -> None:
        for offsets, name, least in _spans(self._ends):
            if len(offsets) <= _FEW_ENDS:
                test = " or ".join(map(self._begins_subsection, offsets))
            else:
                test = f"5 in bytes(data[o + {offsets[0]}:o + {offsets[-1] + 1}:{offsets.step}])"
            if len(offsets) == 1:
                refuse = f"{self._source.constant(check_end)}(data, {_at(offsets[0])}, {name}, {least})"
            else:
                span = f"o + {offsets[0]}, o + {offsets[-1] + 1}, {offsets.step}"
                refuse = self._check_ends(span, name, least)
            self._source.line(f"if {test}: {refuse}")

    def _begins_subsection(self, offset: int) -> str:
        """A test of the first byte of what may be one; the input may end there if the run does."""
        test = f"data[{_at(offset)}] == 5"
        return test if offset < self.size else f"{_at(offset)} < len(data) and {test}"

    def _check_ends(self, span: str, name: str, least: int) -> str:
        return f"{self._source.constant(check_ends)}(data, range({span}), {name}, {least})"


def _at(offset: int) -> str:
    return f"o + {offset}" if offset else "o"


def _spans(ends: list[tuple[int, str, int]]) -> list[tuple[range, str, int]]:
    """Put the ends of like structs at like distances together: where they are, name, least."""
    spans: list[tuple[range, str, int]] = []
    for end, name, least in ends:
        if spans and spans[-1][1:] == (name, least):
            offsets = spans[-1][0]
            step = end - offsets[-1]
            if step > 0 and (len(offsets) == 1 or step == offsets.step):
                spans[-1] = (range(offsets[0], end + 1, step), name, least)
                continue
        spans.append((range(end, end + 1), name, least))
    return spans
