"""The pytest plugin, in test suites of its own."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import captures
import pytest

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


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite with the plugin, whether the entry point is installed or not."""
    return pytester.runpytest("-p", "no:qidl", "-p", "qidl.pytest_plugin", "-p", "no:cacheprovider", *arguments)


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

@pytest.mark.qidl_snapshot("data/vm.qevm")
def test_below_the_root(qidl_snapshot):
    assert "pc-1.1" == qidl_snapshot.level

@pytest.mark.parametrize("qidl_snapshot", ["pc-1.0", "data/vm.qevm"], indirect=True)
def test_parameter(qidl_snapshot):
    assert "mc146818rtc" in qidl_snapshot
""")
    run(pytester).assert_outcomes(passed=4)


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
    """Of two states, the paths that differ are shown; other dicts and other comparisons are left to pytest."""
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
            "E * assert state == state",
            "E *colours[[]1]: 0 != 9",
            "E *colours: [[]0, 0, 0, 0[]] != absent",
            "E *{'not a name': 1} == {'not a name': 2}*",
        ]
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


GOLDEN = """
import pytest

@pytest.mark.qidl_snapshot("pc-1.3")
def test_it(qidl_snapshot, assert_golden):
    assert_golden(qidl_snapshot["mc146818rtc"], "rtc")
    assert_golden(qidl_snapshot["mc146818rtc"].device(), "rtc device")
    assert_golden(qidl_snapshot["timer"].state, "timer")
"""


def test_golden_files(pytester: pytest.Pytester) -> None:
    """A golden file is written on demand, and held against from then on; what differs is shown by path."""
    pytester.makepyfile(GOLDEN)
    missing = run(pytester)
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(["rtc: expected *rtc.json, found none; pytest --qidl-update writes it"])
    run(pytester, "--qidl-update").assert_outcomes(passed=1)
    run(pytester).assert_outcomes(passed=1)
    golden = pytester.path / "golden" / "rtc.json"
    state = json.loads(golden.read_text())
    assert 128 == len(bytes.fromhex("".join(state["cmos_data"]["$hex"])))
    state["cmos_data"]["$hex"][0] = "ff" * 32
    state["period"] = 7
    golden.write_text(json.dumps(state))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "rtc is not what its golden file says; *",
            "cmos_data[[]0[]]: expected 255, found 0",
            "and * more, which -v shows",
        ]
    )
    run(pytester, "-v").stdout.fnmatch_lines(["period: expected 7, found 0"])


@pytest.mark.parametrize("text", ['{"a": {"$hex": ["0g"]}}', "{"])
def test_what_is_no_golden_file(pytester: pytest.Pytester, text: str) -> None:
    """A golden file that is none is refused with a SchemaError."""
    pytester.makepyfile(GOLDEN)
    pytester.mkdir("golden").joinpath("rtc.json").write_text(text)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SchemaError*"])


def test_what_has_no_golden_file(pytester: pytest.Pytester) -> None:
    """What is neither a section, a device nor a state is refused."""
    pytester.makepyfile("def test_it(assert_golden): assert_golden(1, 'one')")
    result = run(pytester)
    result.stdout.fnmatch_lines(["*golden file: expected a section, a device or a state, found int"])


def test_declared_classes_are_drawn(pytester: pytest.Pytester) -> None:
    """Where a suite uses Hypothesis, types are looked up while it runs, and drawn within the ranges declared."""
    pytester.makepyfile(f"""{DEVICE}
from hypothesis import given, strategies as st

def brighter(lamp: Lamp) -> Lamp:
    return lamp

@given(st.builds(brighter), st.data())
def test_it(lamp, data):
    for one in (lamp, data.draw(st.from_type(Lamp))):
        assert one == qidl.from_qobject(Lamp, qidl.to_qobject(one))
        assert one.lit == (one.level > 0)
""")
    # In a process of its own: Hypothesis keeps what it has looked up.
    plugins = ("-p", "no:qidl", "-p", "qidl.pytest_plugin")
    pytester.runpytest_subprocess(*plugins).assert_outcomes(passed=1)


def test_light(tmp_path: Path) -> None:
    """A suite that does not use qidl pays for nothing but the plugin's own module."""
    (tmp_path / "test_it.py").write_text(f"""
import sys

def test_it():
    assert [] == [name for name in {HEAVY} if name in sys.modules]
""")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:qidl", "-p", "qidl.pytest_plugin"]
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout


def test_help(pytester: pytest.Pytester) -> None:
    """The option and the marker are described."""
    run(pytester, "--help").stdout.fnmatch_lines(["*--qidl-update*golden files*"])
    run(pytester, "--markers").stdout.fnmatch_lines(["@pytest.mark.qidl_snapshot(machine, level=None): *"])
