"""The pytest plugin: machines for tests, differences by path, golden files.

It is loaded wherever qidl is installed, so nothing but this file is imported until a test asks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from qidl.snapshot import Snapshot

_LINES = 20
"""Differences from a golden file that are shown, unless -v asks for all."""


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
    if "hypothesis" in sys.modules and "qidl.declaration" in sys.modules:
        from qidl.strategies import register

        register()


@pytest.fixture
def qidl_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """The machine that ``@pytest.mark.qidl_snapshot(…)`` or an indirect parameter names, loaded for this test alone."""
    marker = request.node.get_closest_marker("qidl_snapshot")
    if hasattr(request, "param"):
        return _machine(request, request.param)
    if marker is None:
        pytest.fail("qidl_snapshot: expected @pytest.mark.qidl_snapshot(path or level), found no marker", pytrace=False)
    return _machine(request, *marker.args, **marker.kwargs)


def _machine(request: pytest.FixtureRequest, machine: Any, *, level: str | None = None) -> Snapshot:
    from qidl.levels import LEVELS
    from qidl.snapshot import load

    if machine in LEVELS:
        from qidl.testing.machine import power_on

        return power_on(machine)
    places = [folder / machine for folder in (request.path.parent, request.config.rootpath)]
    for place in places:
        if place.is_file():
            return load(_unpacked(place), level=level)
    known = ", ".join(LEVELS)
    pytest.fail(f"qidl_snapshot: expected a stream or one of {known}, found no {' nor '.join(map(str, places))}", False)


def _unpacked(path: Path) -> bytes:
    import gzip

    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Of two devices, or two states, show the paths that differ, and nothing else."""
    if op != "==" or not _comparable(left, right):
        return None
    from qidl.testing.comparing import differences
    from qidl.testing.running import shown

    lines = [f"{path or 'the whole'}: {shown(one)} != {shown(other)}" for path, one, other in differences(left, right)]
    if not lines:
        return None
    return [f"{_named(left)} == {_named(right)}", *lines]


def _named(value: object) -> str:
    return "state" if isinstance(value, dict) else type(value).__name__


def _comparable(left: object, right: object) -> bool:
    """Whether these are two devices of a class, or two states; a state is known by what it is made of."""
    if "qidl.declaration" not in sys.modules:
        return False
    from qidl.declaration import is_declared

    if is_declared(type(left)):
        return type(left) is type(right)
    # Other dicts are other people's: only where states can come from, and of a state's names.
    return "qidl.qobject" in sys.modules and _is_state(left) and _is_state(right)


def _is_state(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(k, str) and k.isidentifier() for k in value)


@pytest.fixture
def assert_golden(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """A function that holds a section, a device or a state against ``golden/NAME.json`` beside the test.

    ``pytest --qidl-update`` writes the file instead.
    """
    from qidl.testing import golden

    folder = request.path.parent / "golden"

    def check(value: Any, name: str) -> None:
        path, state = folder / f"{name}.json", golden.to_state(value)
        if request.config.getoption("--qidl-update"):
            golden.write(path, state)
        elif not path.is_file():
            pytest.fail(f"{name}: expected {path}, found none; pytest --qidl-update writes it", pytrace=False)
        else:
            _check_golden(golden.read(path), state, name, request.config)

    return check


def _check_golden(wanted: Any, found: Any, name: str, config: pytest.Config) -> None:
    from qidl.testing.comparing import differences
    from qidl.testing.running import shown

    lines = [f"{path}: expected {shown(one)}, found {shown(other)}" for path, one, other in differences(wanted, found)]
    if len(lines) > _LINES and config.get_verbosity() <= 0:
        lines[_LINES:] = [f"and {len(lines) - _LINES} more, which -v shows"]
    if lines:
        text = "\n".join(lines)
        pytest.fail(f"{name} is not what its golden file says; pytest --qidl-update takes it over:\n{text}", False)
