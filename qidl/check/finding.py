"""A difference that matters, and the lists of those that are accepted."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from fnmatch import fnmatchcase

import attrs


class Direction(enum.Enum):
    """Which state is loaded by which version."""

    FORWARD = "old → new"
    BACKWARD = "new → old"


FORWARD = (Direction.FORWARD,)
BACKWARD = (Direction.BACKWARD,)
BOTH = (Direction.FORWARD, Direction.BACKWARD)


@attrs.frozen
class Finding:
    """One difference between an old and a new declaration.

    :ivar path: where: ``RTCState.period``, ``mc146818rtc.current_tm.tm_sec``
    :ivar kind: what happened: ``removed``, ``added``, ``renamed``, ``resized``, ``retyped``, ``optional``,
        ``condition``, ``accepted``, ``rule``, ``version``, ``version not raised``, ``section vanished``,
        ``section added``, ``subsection vanished``, ``subsection added``
    :ivar message: the two sides of it
    :ivar breaks: which way loading fails, or misreads; empty if the state loads, under another name
    """

    path: str
    kind: str
    message: str
    breaks: tuple[Direction, ...]

    def __str__(self) -> str:
        breaks = ", ".join(direction.value for direction in self.breaks)
        return f"{self.path}: {self.kind}: {self.message} ({f'breaks {breaks}' if breaks else 'still loads'})"

    def matches(self, patterns: Iterable[str]) -> bool:
        """Whether one of the patterns, ``path`` or ``path: kind``, names this finding."""
        return any(
            fnmatchcase(f"{self.path}: {self.kind}" if ": " in pattern else self.path, pattern) for pattern in patterns
        )


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Join findings that say the same of different directions."""
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        key = (finding.path, finding.kind, finding.message)
        breaks = (found[key].breaks if key in found else ()) + finding.breaks
        found[key] = attrs.evolve(finding, breaks=tuple(direction for direction in Direction if direction in breaks))
    return list(found.values())


def read_accepted(text: str) -> tuple[str, ...]:
    """Read a file that lists accepted findings: one pattern a line; ``#`` begins a comment."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)
