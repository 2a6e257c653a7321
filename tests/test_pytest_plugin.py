"""The pytest plugin, in test suites of its own."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from pathlib import Path

import captures
import pytest
from suites import run

# A suite that runs within this one forgets what it imports itself; qidl does not, and would not import it again.
import qidl.qobject  # noqa: F401

pytest_plugins = ["pytester"]

HEAVY = ("qidl.snapshot", "qidl.wire", "qidl.devices", "qidl.testing", "qidl.strategies", "construct", "hypothesis")

DEVICE = """
import qidl
from qidl import array, derived, uint8

@qidl.declare
class Lamp:
    level: uint8 = 0
    colours: list[uint8] = array(4)
    lit: bool = derived(False)

    def post_load(self):
        self.lit = self.level > 0
"""


def test_machine_of_a_level(pytester: pytest.Pytester) -> None:
    """The marker with a level gives that level's PC at power-on, a fresh one for each test."""
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("again", [1, 2])
        @pytest.mark.qidl_snapshot("pc-1.1")
        def test_it(qidl_snapshot, again):
            assert "pc-1.1" == qidl_snapshot.level
            assert 0 == qidl_snapshot["timer"].state["dummy"]
            qidl_snapshot["timer"].state["dummy"] = 1
    """)
    run(pytester, "--strict-markers").assert_outcomes(passed=2)


def test_machine_of_a_path(pytester: pytest.Pytester) -> None:
    """The marker with a path gives that stream: beside the test, or below the root; gzipped, too."""
    raw = captures.own("pc-1.2")
    pytester.mkdir("data").joinpath("vm.qevm").write_bytes(raw)
    tests = pytester.mkdir("suite")
    tests.joinpath("vm.qevm.gz").write_bytes(gzip.compress(raw))
    tests.joinpath("test_it.py").write_text("""
import pytest

@pytest.mark.qidl_snapshot("vm.qevm.gz", level="pc-1.2")
def test_beside(qidl_snapshot):
    assert "pc-1.2" == qidl_snapshot.level

@pytest.mark.qidl_snapshot(machine="vm.qevm.gz", level="pc-1.2")
def test_by_name(qidl_snapshot):
    assert "pc-1.2" == qidl_snapshot.level

@pytest.mark.qidl_snapshot("vm.qevm.gz", "pc-1.2")
def test_by_place(qidl_snapshot):
    assert "pc-1.2" == qidl_snapshot.level

@pytest.mark.qidl_snapshot("data/vm.qevm")
def test_below_the_root(qidl_snapshot):
    assert "pc-1.1" == qidl_snapshot.level

@pytest.mark.parametrize("qidl_snapshot", ["pc-1.0", "data/vm.qevm"], indirect=True)
def test_parameter(qidl_snapshot):
    assert "mc146818rtc" in qidl_snapshot

@pytest.mark.parametrize("qidl_snapshot", [("vm.qevm.gz", "pc-1.2"), ("pc-1.2", "pc-1.2")], indirect=True)
def test_parameter_with_level(qidl_snapshot):
    assert "pc-1.2" == qidl_snapshot.level

@pytest.mark.parametrize("qidl_snapshot", [("vm.qevm.gz",), ("vm.qevm.gz", "pc-9")], indirect=True)
def test_wrong_parameter(qidl_snapshot): ...
""")
    result = run(pytester)
    result.assert_outcomes(passed=8, errors=2)
    result.stdout.fnmatch_lines(
        [
            "qidl_snapshot: expected the path of a stream or one of pc-1.0, *, found ('vm.qevm.gz',)",
            "qidl_snapshot: expected to load */vm.qevm.gz, found level: expected one of *, found 'pc-9'",
        ]
    )


def test_no_such_machine(pytester: pytest.Pytester) -> None:
    """No marker, and a machine that there is not, are each an error in one sentence."""
    pytester.makepyfile("""
        import pytest

        def test_without(qidl_snapshot): ...

        @pytest.mark.qidl_snapshot("pc-9")
        def test_unknown(qidl_snapshot): ...
    """)
    result = run(pytester)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "*qidl_snapshot: expected @pytest.mark.qidl_snapshot(path or level), found no marker",
            "*qidl_snapshot: expected a stream or one of pc-1.0, pc-1.1, pc-1.2, pc-1.3, found no *pc-9",
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "expected", "found"),
    [
        ("", "a path or a level, and level=… at the most", "()"),
        ("'vm.qevm', lvl='pc-1.1'", "a path or a level, and level=… at the most", "('vm.qevm', lvl='pc-1.1')"),
        ("'vm.qevm', machine='pc-1.1'", "a path or a level, *", "('vm.qevm', machine='pc-1.1')"),
        ("['vm.qevm']", "the path of a stream or one of pc-1.0, *", "['vm.qevm']"),
        ("'pc-1.1', level='pc-1.0'", "no other level beside pc-1.1", "pc-1.0"),
        ("'vm.qevm', level='pc-9'", "to load */vm.qevm", "level: expected one of *, found 'pc-9'"),
        ("'test_it.py'", "to load */test_it.py", "offset 0: expected a QEMU migration stream, *"),
        ("'cut.gz'", "to load */cut.gz", "Compressed file ended before *"),
        ("'damaged.gz'", "to load */damaged.gz", "Error -3 while decompressing data: *"),
        ("'a' * 300", "a stream or one of pc-1.0, *", "[Errno *] File name too long: *"),
        ("'a\\0b'", "a stream or one of pc-1.0, *", "no */a*b"),
    ],
)
def test_wrong_markers(pytester: pytest.Pytester, arguments: str, expected: str, found: str) -> None:
    """Whatever is wrong with a marker, or with what it names, is said in one line."""
    raw = captures.own("pc-1.2")
    (pytester.path / "vm.qevm").write_bytes(raw)
    (pytester.path / "cut.gz").write_bytes(gzip.compress(raw)[:100])
    (pytester.path / "damaged.gz").write_bytes(gzip.compress(raw)[:10] + b"\xff" * 100)
    (pytester.path / "test_it.py").write_text(f"""
import pytest

@pytest.mark.qidl_snapshot({arguments})
def test_it(qidl_snapshot): ...
""")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    line = f"qidl_snapshot: expected {expected}, found {found}".replace("[", "[[]").replace("[[][", "[[]")
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*another exception*")


def test_marker_of_a_class(pytester: pytest.Pytester) -> None:
    """A marker holds for all tests of a class, and the nearest counts."""
    pytester.makepyfile("""
        import pytest

        @pytest.mark.qidl_snapshot("pc-1.0")
        class TestIt:
            def test_far(self, qidl_snapshot):
                assert "pc-1.0" == qidl_snapshot.level

            @pytest.mark.qidl_snapshot("pc-1.1")
            def test_near(self, qidl_snapshot):
                assert "pc-1.1" == qidl_snapshot.level
    """)
    run(pytester).assert_outcomes(passed=2)


def test_devices_that_differ(pytester: pytest.Pytester) -> None:
    """Of two devices, the paths that differ are shown, derived ones included, and nothing else."""
    pytester.makepyfile(f"""{DEVICE}
def test_it():
    assert Lamp(level=1, colours=[0, 0, 7, 0], lit=True) == Lamp(level=1)
""")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E * assert Lamp == Lamp", "E *colours[[]2]: 7 != 0", "E *lit: True != False"], consecutive=True
    )
    result.stdout.no_fnmatch_line("E *level:*")


def test_states_that_differ(pytester: pytest.Pytester) -> None:
    """Of two states, the paths that differ are shown, too; other dicts and other comparisons are left to pytest."""
    pytester.makepyfile(f"""{DEVICE}
def test_states():
    assert qidl.to_qobject(Lamp(level=3)) == {{"level": 3, "colours": [0, 9, 0, 0]}}

def test_absent():
    assert qidl.to_qobject(Lamp()) == {{"level": 0}}

def test_other_dict():
    assert {{"not a name": 1}} == {{"not a name": 2}}

def test_other_operator():
    assert {{"level": 1}} != {{"level": 1}}

def test_other_device():
    assert Lamp() == 1
""")
    result = run(pytester)
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "E * assert {'level': 3, *} == {'level': 3, *}",
            "E *colours[[]1]: 0 != 9",
            "E *Differing items:",
            "E *colours: [[]0, 0, 0, 0[]] != absent",
            "E *{'not a name': 1} == {'not a name': 2}*",
        ]
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ('{"a": {("x",): 2}}', '{"a": {("x",): 3}}'),
        ('{"a": {None: 1}}', '{"a": {"b": 1}}'),
        ('{"a": {1: 2}}', '{"a": {1: 3}}'),
        ('{"a": [{1: 2}]}', '{"a": [{1: 3}]}'),
        ('{"a": 1.5}', '{"a": 2.5}'),
        ('{"a": Odd()}', '{"a": Odd()}'),
        ("ROUND", "{'a': 1}"),
    ],
)
def test_other_peoples_dicts(pytester: pytest.Pytester, left: str, right: str) -> None:
    """Dicts that are no states are compared as if there were no plugin."""
    pytester.makepyfile(f"""{DEVICE}
class Odd:
    def __eq__(self, other):
        return False
    def __repr__(self):
        return "odd"

ROUND = {{}}
ROUND["a"] = ROUND

def test_it():
    assert qidl.to_qobject(Lamp())
    assert {left} == {right}
""")
    without = pytester.runpytest("-p", "no:qidl", "-p", "no:cacheprovider")
    found = run(pytester)
    found.assert_outcomes(failed=1)
    explained = [
        # A dict within itself is shown by its address, which differs from run to run.
        [re.sub(r"id=\d+", "id=…", line) for line in result.outlines if line.startswith("E ")]
        for result in (without, found)
    ]
    assert explained[0] == explained[1] != []


def test_lengths_that_differ(pytester: pytest.Pytester) -> None:
    """Of two long arrays of other lengths, the lengths are shown and where they part, not the same beginning twice."""
    pytester.makepyfile(f"""{DEVICE}
def test_it():
    state = {{"data": [0] * 99, "rom": bytes(41), "short": [1], "inner": [{{"b": [b"x", 1]}}]}}
    assert qidl.to_qobject(Lamp())
    assert state == {{"data": [0] * 98 + [7, 8], "rom": bytes(40), "short": [1, 2], "inner": [{{"b": [b"y", 1]}}]}}
""")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *data: 99 elements, from [[]98[]] on [[]0[]] != 100 elements, from [[]98[]] on [[]7, 8[]]",
            r"E *rom: 41 bytes, from [[]40[]] on b'\x00' != 40 bytes",
            "E *short: [[]1[]] != [[]1, 2[]]",
            "E *inner[[]0[]].b[[]0[]][[]0[]]: 120 != 121",
        ],
        consecutive=True,
    )


def test_equal_but_for_what_is_compared_otherwise(pytester: pytest.Pytester) -> None:
    """Two devices that are not equal although no path differs are left to pytest."""
    pytester.makepyfile(f"""{DEVICE}
class Never:
    def __eq__(self, other):
        return False

@qidl.declare
class Odd:
    level: uint8 = 0

    def __eq__(self, other):
        return False

def test_it():
    assert Odd() == Odd()
""")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert Odd(level=0) == Odd(level=0)"])


def test_declared_classes_are_drawn(pytester: pytest.Pytester) -> None:
    """Where a suite uses Hypothesis, types are looked up while it runs, and drawn within the ranges declared."""
    pytester.makepyfile(f"""{DEVICE}
from hypothesis import HealthCheck, given, settings, strategies as st

def brighter(lamp: Lamp) -> Lamp:
    return lamp

# The first draw imports what it draws with.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(brighter), st.data())
def test_it(lamp, data):
    for one in (lamp, data.draw(st.from_type(Lamp))):
        assert one == qidl.from_qobject(Lamp, qidl.to_qobject(one))
        assert one.lit == (one.level > 0)
""")
    # In a process of its own: Hypothesis keeps what it has looked up.
    plugins = ("-p", "no:qidl", "-p", "qidl.pytest_plugin")
    pytester.runpytest_subprocess(*plugins).assert_outcomes(passed=1)


@pytest.mark.parametrize("plugins", ["", "1"], ids=["told before", "not told before"])
def test_what_a_user_registers(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, plugins: str) -> None:
    """A strategy of the user's own stays, whether Hypothesis knew the class by then or not."""
    monkeypatch.setenv("HYPOTHESIS_NO_PLUGINS", plugins)
    pytester.makepyfile(lamp=DEVICE)
    pytester.makeconftest("""
from hypothesis import strategies as st
from lamp import Lamp

st.register_type_strategy(Lamp, st.builds(Lamp, level=st.just(7)))
""")
    pytester.makepyfile("""
from hypothesis import given, strategies as st
from lamp import Lamp

@given(st.data())
def test_it(data):
    assert 7 == data.draw(st.from_type(Lamp)).level
""")
    # In a process of its own: Hypothesis keeps what it has looked up.
    arguments = ("-p", "no:qidl", "-p", "qidl.pytest_plugin")
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


def test_light(tmp_path: Path) -> None:
    """A suite that does not use qidl pays for nothing but the plugin's own module."""
    (tmp_path / "test_it.py").write_text(f"""
import subprocess
import sys

def test_it():
    assert [] == [name for name in {HEAVY} if name in sys.modules]
    code = "import sys, qidl; print(*(name for name in sys.modules if name.startswith('qidl')))"
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {{"qidl.pytest_plugin"}} == {{name for name in sys.modules if name.startswith("qidl")}} - {{*alone}}
""")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:qidl", "-p", "qidl.pytest_plugin"]
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout


def test_help(pytester: pytest.Pytester) -> None:
    """The option and the marker are described."""
    run(pytester, "--help").stdout.fnmatch_lines(["*--qidl-update*golden files*"])
    run(pytester, "--markers").stdout.fnmatch_lines(["@pytest.mark.qidl_snapshot(machine, level=None): *"])
