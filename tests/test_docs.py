"""Every example in the README and in docs/ does what it says."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "qidl" / "data" / "example.qevm"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Commands that set a machine up; the README's are what CI runs first.
SET_UP = ("python3 -m venv", ".venv/bin/")


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the stream that the examples speak of."""
    shutil.copy(EXAMPLE, tmp_path / "vm.qevm")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page: Path, language: str) -> Iterator[str]:
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
        yield match[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("workdir")
def test_python_examples(page: Path) -> None:
    """A page's Python sessions, run in order, print what the page shows."""
    source = "\n".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    report: list[str] = []
    runner.run(test, out=report.append)
    assert 0 == runner.failures, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("workdir")
def test_python_programs(page: Path) -> None:
    """A page's Python programs run."""
    for number, program in enumerate(blocks(page, "python")):
        namespace: dict[str, object] = {"__name__": f"{page.stem}_{number}"}
        module = type(sys)(f"{page.stem}_{number}")
        sys.modules[module.__name__] = module
        module.__dict__.update(namespace)
        exec(compile(program, f"{page.name}#{number}", "exec"), module.__dict__)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_console_examples(page: Path, workdir: Path) -> None:
    """A page's commands, run in order, print what the page shows."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for block in blocks(page, "console"):
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = entry.partition("\n")
            if command.startswith(SET_UP):
                continue
            done = subprocess.run(
                command, shell=True, cwd=workdir, env=environment, capture_output=True, text=True, check=False
            )
            found = done.stdout + done.stderr
            assert doctest.OutputChecker().check_output(expected, found, FLAGS), f"$ {command}\n{found}"
