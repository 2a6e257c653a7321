"""The pytest plugin: machines for tests, differences by path, golden files.

It is loaded wherever qidl is installed, so nothing but this file is imported until a test asks.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from qidl.snapshot import Snapshot

_LINES = 20
"""Differences from a golden file that are shown, unless -v asks for all."""

_SOURCES = ("qidl.declaration", "qidl.qobject", "qidl.wire.vmstate")
"""Where devices and states come from: without these, there are none to compare."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--qidl-update``."""
    group = parser.getgroup("qidl")
    group.addoption("--qidl-update", action="store_true", help="write the golden files of assert_golden anew")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line(
        "markers",
        "qidl_snapshot(machine, level=None): what the fixture qidl_snapshot loads: the path of a stream,"
        " from the test's folder or the root, gzipped or not; or a level such as pc-1.1, for its PC at power-on",
    )


def pytest_collection_finish() -> None:
    """Have Hypothesis draw declared classes by their fields, where tests use both."""
    # By itself it does so for classes of modules alone; and not at all if it is told to load no plugins.
    if "hypothesis" in sys.modules:
        from qidl import hypothesis_plugin

        hypothesis_plugin.setup()


@pytest.fixture
def qidl_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """The machine that ``@pytest.mark.qidl_snapshot(…)`` or an indirect parameter names, loaded for this test alone.

    A parameter is a path or a level, or a pair of a path and the level to read it as.
    """
    marker = request.node.get_closest_marker("qidl_snapshot")
    if hasattr(request, "param"):
        machine, level = request.param if _is_pair(request.param) else (request.param, None)
        return _machine(request, machine, level=level)
    if marker is None:
        _fail("@pytest.mark.qidl_snapshot(path or level)", "no marker")
    if not _are_arguments(marker):
        given = [*map(repr, marker.args), *(f"{name}={value!r}" for name, value in marker.kwargs.items())]
        _fail("a path or a level, and level=… at the most", f"({', '.join(given)})")
    return _machine(request, *marker.args, **marker.kwargs)


def _are_arguments(marker: pytest.Mark) -> bool:
    """Whether a marker has a machine, and a level at the most, by place or by name."""
    try:
        inspect.signature(_machine).bind(None, *marker.args, **marker.kwargs)
    except TypeError:
        return False
    return True


def _is_pair(parameter: object) -> bool:
    return isinstance(parameter, tuple) and len(parameter) == 2


def _fail(expected: str, found: object) -> NoReturn:
    pytest.fail(f"qidl_snapshot: expected {expected}, found {found}", pytrace=False)


def _machine(request: pytest.FixtureRequest, machine: Any, level: str | None = None) -> Snapshot:
    import zlib

    from qidl.errors import QidlError
    from qidl.levels import LEVELS
    from qidl.snapshot import load

    known = ", ".join(LEVELS)
    if not isinstance(machine, str | os.PathLike):
        _fail(f"the path of a stream or one of {known}", repr(machine))
    if isinstance(machine, str) and machine in LEVELS:
        from qidl.default_pc import power_on

        if level not in (None, machine):
            _fail(f"no other level beside {machine}", level)
        return power_on(machine)
    places = dict.fromkeys(folder / machine for folder in (request.path.parent, request.config.rootpath))
    try:
        path = next((place for place in places if place.is_file()), None)
    except OSError as error:
        # A name can be too long to ask for.
        path, problem = None, str(error)
    else:
        problem = f"no {' nor '.join(map(str, places))}"
    if path is None:
        _fail(f"a stream or one of {known}", problem)
    try:
        return load(_unpacked(path), level=level)
    except (QidlError, OSError, EOFError, zlib.error) as error:
        problem = str(error)
    _fail(f"to load {path}", problem)


def _unpacked(path: Path) -> bytes:
    import gzip

    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


@pytest.hookimpl(wrapper=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> Generator[None, list[Any], list[Any]]:
    """Of two devices, show the paths that differ, and nothing else; of two states, above what pytest shows."""
    explanations = yield
    if op != "==" or sys.modules.keys().isdisjoint(_SOURCES):
        return explanations
    try:
        return _with_paths(explanations, left, right)
    except Exception:
        # Comparisons of others come by here, too: whatever is odd about theirs, pytest says it.
        return explanations


def _with_paths(explanations: list[Any], left: object, right: object) -> list[Any]:
    """What is shown of a comparison, of which pytest takes the first."""
    from qidl.declaration import is_declared

    devices = is_declared(type(left)) and type(left) is type(right)
    # Nobody can tell a state from another dict of its form, so what pytest says of dicts stays.
    states = isinstance(left, dict) and isinstance(right, dict) and _is_state(left) and _is_state(right)
    if not (devices or (states and explanations)):
        return explanations
    from qidl.testing.comparing import lines

    found = [f"{path or 'the whole'}: {one} != {other}" for path, one, other in lines(left, right)]
    if devices:
        return [[f"{type(left).__name__} == {type(right).__name__}", *found], *explanations] if found else explanations
    (summary, *rest), *others = explanations
    return [[summary, *found, *rest], *others]


def _is_state(value: object) -> bool:
    """Whether something is made as a state is: of integers, text and bytes by names of C."""
    if isinstance(value, dict):
        return all(isinstance(name, str) and name.isidentifier() for name in value) and all(
            map(_is_state, value.values())
        )
    return all(map(_is_state, value)) if isinstance(value, list) else isinstance(value, int | str | bytes | bytearray)


@pytest.fixture
def assert_golden(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """A function that holds a section, a device or a state against ``golden/NAME.json`` beside the test.

    ``pytest --qidl-update`` writes the file instead.
    """
    from qidl.errors import QidlError

    folder = request.path.parent / "golden"

    def check(value: Any, name: str) -> None:
        __tracebackhide__ = True
        try:
            problem = _golden_problem(folder, value, name, request.config)
        except QidlError as error:
            problem = str(error)
        except OSError as error:
            problem = f"{name}: expected a golden file, found {error}"
        except RecursionError:
            problem = f"{name}: expected what a state holds, found what holds itself, or is too deep"
        if problem:
            pytest.fail(problem, pytrace=False)

    return check


def _golden_problem(folder: Path, value: Any, name: str, config: pytest.Config) -> str:
    """What differs from a golden file, in words; nothing if it is written."""
    from qidl.testing import golden

    path, state = golden.place(folder, name), golden.to_state(value)
    if config.getoption("--qidl-update"):
        golden.write(path, state)
        return ""
    if not path.is_file():
        return f"{name}: expected {path}, found none; pytest --qidl-update writes it"
    return _differences(golden.read(path), state, name, config)


def _differences(wanted: Any, found: Any, name: str, config: pytest.Config) -> str:
    from qidl.testing.comparing import lines

    told = [f"{path or 'the whole'}: expected {one}, found {other}" for path, one, other in lines(wanted, found)]
    if len(told) > _LINES and config.get_verbosity() <= 0:
        told[_LINES:] = [f"and {len(told) - _LINES} more, which -v shows"]
    if not told:
        return ""
    return "\n".join([f"{name} is not what its golden file says; pytest --qidl-update takes it over:", *told])
