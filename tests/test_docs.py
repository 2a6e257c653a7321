"""Every example in the README, in CONTRIBUTING and in docs/ does what it says, and the reference names everything."""

from __future__ import annotations

import argparse
import doctest
import importlib
import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import qidl
from qidl.cli.main import parser

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "qidl" / "data" / "example.qevm"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Commands that set a machine up; the README's are what CI runs first.
SET_UP = ("python3 -m venv", ".venv/bin/")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the stream that the examples speak of, where pages put their programs."""
    shutil.copy(EXAMPLE, tmp_path / "vm.qevm")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page, in order: language and text."""
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
        yield match[1], match[2]


@pages
def test_examples(page: Path, workdir: Path) -> None:
    """A page's sessions, programs and commands, run in order and in one folder, print what the page shows."""
    session: dict[str, object] = {}
    run: dict[str, Callable[[str], None]] = {
        "pycon": lambda text: run_session(text, page.name, session),
        "python": lambda text: run_program(text, workdir),
        "console": lambda text: run_commands(text, workdir),
    }
    for language, text in blocks(page):
        if language in run:
            run[language](text)


def run_session(text: str, name: str, session: dict[str, object]) -> None:
    """A Python session; those of a page share their names."""
    test = doctest.DocTestParser().get_doctest(text, session, name, name, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    report: list[str] = []
    runner.run(test, out=report.append, clear_globs=False)
    session.update(test.globs)
    assert 0 == runner.failures, "".join(report)


def run_program(text: str, workdir: Path) -> None:
    """A program. One whose first line is ``# name.py`` is saved under that name, for the rest of the page.

    A file of tests is run by pytest, its golden files made and then held against.
    """
    named = re.match(r"# (\w+)\.py\n", text)
    if named:
        (workdir / f"{named[1]}.py").write_text(text)
        importlib.invalidate_caches()
    if named and named[1].startswith("test_"):
        run_pytest(f"{named[1]}.py", "--qidl-update", folder=workdir)
        if (workdir / "golden").exists():
            run_pytest(f"{named[1]}.py", folder=workdir)
    elif named:
        importlib.import_module(named[1])
    else:
        module = types.ModuleType("example")
        sys.modules[module.__name__] = module
        exec(compile(text, "<example>", "exec"), module.__dict__)


def run_pytest(file: str, *arguments: str, folder: Path) -> None:
    """The plugin is loaded by its module, whether its entry point is installed or not."""
    plugins = ["-p", "no:qidl", "-p", "qidl.pytest_plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, file, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def run_commands(text: str, workdir: Path) -> None:
    """Commands after ``$``, each with what it prints."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for entry in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = entry.partition("\n")
        if command.startswith(SET_UP):
            continue
        done = subprocess.run(
            command, shell=True, cwd=workdir, env=environment, capture_output=True, text=True, check=False
        )
        found = done.stdout + done.stderr
        assert doctest.OutputChecker().check_output(expected, found, FLAGS), f"$ {command}\n{found}"


@pages
def test_links(page: Path) -> None:
    """What a page links to by its path is there."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_public_names() -> None:
    """The reference lists every public name."""
    text = (ROOT / "docs" / "reference" / "qidl.md").read_text()
    listed = set(re.findall(r"`(\w+)`", text))
    assert set() == {name for name in qidl.__all__ if not name.startswith("__")} - listed


def test_command_line() -> None:
    """The reference has every command and every option."""
    # In a table, the bars of a name are escaped.
    text = (ROOT / "docs" / "reference" / "cli.md").read_text().replace("\\|", "|")
    for name, command in commands().items():
        (section,) = re.findall(rf"^## `qidl {name}[ `].*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
        for action in command._actions:
            for option in action.option_strings or [action.metavar or action.dest]:
                assert option in (*HELP, *re.findall(r"`([^`\s]+)[^`]*`", section)), f"qidl {name} {option}"


HELP = ("-h", "--help")


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    (found,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)
