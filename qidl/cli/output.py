"""Tables and JSON on standard output."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qidl.snapshot import Snapshot


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns: with rich on a terminal where it is installed, as plain text elsewhere.

    Columns whose every cell is a number are aligned to the right.
    """
    numeric = [all(row[i].isdecimal() for row in rows) for i in range(len(header))]
    if sys.stdout.isatty() and importlib.util.find_spec("rich"):
        _print_rich(header, rows, numeric)
        return
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        cells = (cell.rjust(w) if n else cell.ljust(w) for cell, w, n in zip(row, widths, numeric, strict=True))
        print("  ".join(cells).rstrip())


def _print_rich(header: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for title, right in zip(header, numeric, strict=True):
        table.add_column(title, justify="right" if right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def print_problems(snapshot: Snapshot, file: str = "") -> int:
    """Say on standard error what is wrong with a stream that was not read strictly; 1 if anything is.

    :param file: of several, which it is of
    """
    for problem in snapshot.problems:
        print(f"qidl: problem: {file and f'{file}: '}{problem}", file=sys.stderr)
    return int(bool(snapshot.problems))


def json_text(value: Any) -> str:
    """JSON text of a QObject; bytes as lists of integers."""
    return json.dumps(value, default=_plain, separators=(", ", ": "))


def _plain(value: Any) -> list[int]:
    if isinstance(value, bytes):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not part of a QObject")
