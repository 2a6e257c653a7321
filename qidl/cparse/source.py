"""C source text: where in which file an offset lies, the line there with a caret, and problems that name it."""

from __future__ import annotations

import bisect
import re

import attrs

from qidl.errors import SchemaError

_MARKER = re.compile(r'^[ \t]*#[ \t]*(?:line[ \t]+)?([0-9]{1,9})(?:[ \t]+"([^"\n]*)")?', re.MULTILINE)
_SHOWN_COLUMNS = 100


@attrs.frozen
class Place:
    """A place in a source file.

    :ivar file: the file, as ``# 12 "file.c"`` lines name it where the text was preprocessed
    :ivar line: number of the line in that file, from 1
    :ivar column: number of the character in the line, from 1
    :ivar text: the line
    """

    file: str
    line: int
    column: int
    text: str = attrs.field(repr=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def caret(self) -> str:
        """The line, and below it a caret under the column; a long line is cut to what is around it."""
        start = max(0, self.column - 1 - _SHOWN_COLUMNS // 2)
        line = "".join(c if c.isprintable() else " " for c in self.text[start : start + _SHOWN_COLUMNS].expandtabs(1))
        return f"    {line.rstrip()}\n    {' ' * (self.column - 1 - start)}^"


@attrs.frozen
class Problem:
    """Something in the source that is not as the language asks; as text, ``file:line:column: expected …, found …``.

    :ivar place: where
    :ivar expected: what the language asks for there
    :ivar found: what is there
    """

    place: Place
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, found {self.found}"


class CSourceError(SchemaError):
    """C source that could not be read; as text, its first problem, and how many follow.

    :ivar problems: every problem, in the order of the text
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        first, *more = self.problems
        return f"{first}; and {len(more)} more" if more else str(first)


class Source:
    """The text of one file, or of one preprocessed translation unit.

    :ivar text: the text
    :ivar file: what the file is called until a line marker says otherwise
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._lines: dict[int, str] = {}
        self._starts = [0]
        self._starts.extend(match.end() for match in re.finditer("\n", text))
        # One (index of the line after the marker, file, number of that line) for each marker.
        self._markers = [(0, file, 1)]
        for match in _MARKER.finditer(text):
            name = match[2] if match[2] is not None else self._markers[-1][1]
            self._markers.append((self._index(match.start()) + 1, name, int(match[1])))

    def _index(self, offset: int) -> int:
        return bisect.bisect_right(self._starts, offset) - 1

    def place(self, offset: int) -> Place:
        """Say where the character at ``offset`` lies."""
        index = self._index(offset)
        first, file, number = self._markers[bisect.bisect_right(self._markers, index, key=lambda m: m[0]) - 1]
        return Place(file, number + index - first, offset - self._starts[index] + 1, self._line(index))

    def _line(self, index: int) -> str:
        # Kept, so that a thousand problems on one long line share it.
        if index not in self._lines:
            end = self._starts[index + 1] - 1 if index + 1 < len(self._starts) else len(self.text)
            self._lines[index] = self.text[self._starts[index] : end]
        return self._lines[index]

    @property
    def main_file(self) -> str:
        """The file itself, or the one that the preprocessor was given: the first that a line marker names."""
        return self._markers[1][1] if len(self._markers) > 1 else self.file
