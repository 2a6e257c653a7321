"""Who imports whom: what the table of docs/design.md says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "qidl").rglob("*.py"))
ABOVE_ALL = {"qidl/__init__.py", "qidl/__main__.py"}
LATER = {
    ("qidl/kinds.py", "qidl/compiled/__init__.py"),
    ("qidl/wire/vmstate.py", "qidl/wire/compiled/__init__.py"),
    ("qidl/snapshot.py", "qidl/conversion.py"),
    ("qidl/hypothesis_plugin.py", "qidl/strategies/objects.py"),
    ("qidl/wire/layouts/scsi_request.py", "qidl/strategies/__init__.py"),
}
"""What runs the other way, within functions."""


def table() -> dict[str, int]:
    """The places of the table, each with its row; a folder ends in a slash."""
    found = {}
    lines = (ROOT / "docs" / "design.md").read_text().splitlines()
    for row, cell in enumerate(match[1] for line in lines if (match := re.match(r"\| (`qidl/.*?) \|", line))):
        for name in re.findall(r"`(.*?)`", cell):
            found[name if name.startswith("qidl/") else f"qidl/{name}"] = row
    return found


ROWS = table()


def row(module: str) -> int:
    """The row of the longest place that holds a module."""
    places = (place for place in ROWS if module == place or (place.endswith("/") and module.startswith(place)))
    return ROWS[max(places, key=len)]


def imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The modules of qidl that statements import."""
    for node in nodes:
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{one.name}" for one in node.names]
            names = [name if is_module(name) else node.module for name in names]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        yield from (file_of(name) for name in names if name.partition(".")[0] == "qidl")


def file_of(name: str) -> str:
    """The file of a module."""
    path = name.replace(".", "/")
    return f"{path}.py" if f"{path}.py" in MODULES else f"{path}/__init__.py"


def is_module(name: str) -> bool:
    """Whether there is a module of that name."""
    return file_of(name) in MODULES


@pytest.mark.parametrize("module", sorted(set(MODULES) - ABOVE_ALL))
def test_imports(module: str) -> None:
    """A module imports what stands above it or beside it; what it imports later may stand below where that is known."""
    tree = ast.parse((ROOT / module).read_text())
    below = {other for other in imported(tree.body) if row(other) > row(module)}
    assert set() == below
    within = (node for part in ast.walk(tree) if isinstance(part, ast.FunctionDef) for node in ast.walk(part))
    later = {(module, other) for other in imported(within) if other not in ABOVE_ALL and row(other) > row(module)}
    assert {pair for pair in LATER if pair[0] == module} == later
