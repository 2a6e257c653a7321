"""Golden files, in test suites of a user's own."""

from __future__ import annotations

import json

import pytest
from suites import run

pytest_plugins = ["pytester"]

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


def test_golden_files_of_every_value(pytester: pytest.Pytester) -> None:
    """Bytes, the widest integers and odd text come back; integers stand in rows."""
    pytester.makepyfile("""
        STATE = {
            "wide": [2**64 - 1, -(2**63)],
            "none": [b"", [], {}],
            "text": "[\\n  1\\n]\\0\\u2028",
            "row": list(range(20)),
            "grid": [[1, 2], [3, 4]],
        }

        def test_it(assert_golden):
            assert_golden(STATE, "folder/values")
    """)
    run(pytester, "--qidl-update").assert_outcomes(passed=1)
    run(pytester).assert_outcomes(passed=1)
    text = (pytester.path / "golden" / "folder" / "values.json").read_text()
    assert '"row": [\n    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,\n    16, 17, 18, 19\n  ]' in text
    assert '"grid": [\n    [1, 2],\n    [3, 4]\n  ]' in text


def test_golden_files_of_other_types(pytester: pytest.Pytester) -> None:
    """A bool is no integer, and an integer is no float; lists and bytes may come as what they can be changed in."""
    pytester.makepyfile("""
        def test_it(assert_golden):
            lamp = {"lit": True, "rows": [[0, 1], (2,)], "n": 1, "rom": bytearray(2), "long": [0] * 65536}
            assert_golden(lamp, "lamp")
    """)
    run(pytester, "--qidl-update").assert_outcomes(passed=1)
    run(pytester).assert_outcomes(passed=1)
    golden = pytester.path / "golden" / "lamp.json"
    golden.write_text(golden.read_text().replace("true", "1").replace("[0, 1]", "[0, true]").replace(": 1,", ": 1.0,"))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["lit: expected 1.0, found True", "rows[[]0[]][[]1[]]: expected True, found 1", "n: expected 1.0, found 1"],
        consecutive=True,
    )


def test_golden_files_by_several_workers(pytester: pytest.Pytester) -> None:
    """Workers of pytest-xdist write golden files, and hold against them."""
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(assert_golden, number):
            assert_golden({"number": number}, f"file-{number % 3}" if number < 3 else "file-3")
    """)
    for arguments in (["--qidl-update"], []):
        run(pytester, "-n", "2", *arguments).assert_outcomes(passed=4)
    assert 4 == len(list((pytester.path / "golden").iterdir()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": {"$hex": ["0g"]}}', "hexadecimal digits, found *"),
        ('{"a": {"$hex": [1]}}', "hexadecimal digits, found *"),
        ("{", "a golden file, found JSON: Expecting property name *"),
    ],
)
def test_what_is_no_golden_file(pytester: pytest.Pytester, text: str, found: str) -> None:
    """A golden file that is none is refused in one line, with its path."""
    pytester.makepyfile(GOLDEN)
    pytester.mkdir("golden").joinpath("rtc.json").write_text(text)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*/golden/rtc.json: expected {found}"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*golden.py*")


@pytest.mark.parametrize("name", ["../../escape", "/escape", "below/../../escape", "", ".", "a\0b", "\ud800"])
def test_names_that_leave_the_folder(pytester: pytest.Pytester, name: str) -> None:
    """Golden files lie in their folder, or below, and nowhere else."""
    tests = pytester.mkdir("suite")
    tests.joinpath("test_it.py").write_text(f"def test_it(assert_golden): assert_golden({{'a': 1}}, {name!r})")
    result = run(pytester, "--qidl-update")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"golden file: expected a name of a file in golden/, found {name!r}"])
    assert [] == list(pytester.path.rglob("*.json"))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("{'a': {'$hex': ['00']}}", "a: expected names of members, found '$hex'"),
        ("{'a': [{1: 2}]}", "a[[]0[]]: expected names of members, found 1"),
        ("{'a': {'b': {3}}}", "a.b: expected what a state holds, found {3}"),
        ("{'a': float('nan')}", "a: expected what a state holds, found nan"),
        ("{'a': [1 << 20000]}", "a[[]0[]]: expected what a state holds, found an integer of 20001 bits"),
    ],
)
def test_what_would_not_come_back(pytester: pytest.Pytester, state: str, expected: str) -> None:
    """What would be read as something else is not written."""
    pytester.makepyfile(f"def test_it(assert_golden): assert_golden({state}, 'one')")
    result = run(pytester, "--qidl-update")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([expected])
    assert not (pytester.path / "golden").exists()


@pytest.mark.parametrize("arguments", [[], ["--qidl-update"]], ids=["compared", "written"])
def test_what_no_golden_file_can_be(pytester: pytest.Pytester, arguments: list[str]) -> None:
    """A name that is too long, and a state that holds itself, are told in one sentence each."""
    pytester.mkdir("golden").joinpath("one.json").write_text('{"a": 1}')
    pytester.makepyfile("""
        ROUND = {}
        ROUND["a"] = ROUND

        def test_name(assert_golden):
            assert_golden({"a": 1}, "a" * 300)

        def test_state(assert_golden):
            assert_golden(ROUND, "one")
    """)
    result = run(pytester, *arguments)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "aaa*aaa: expected a golden file, found [[]Errno *] File name too long: *",
            "one: expected what a state holds, found what holds itself, or is too deep",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*golden.py*")


def test_huge_integers(pytester: pytest.Pytester) -> None:
    """An integer that Python refuses to print differs like any other."""
    pytester.mkdir("golden").joinpath("one.json").write_text('{"a": 1}')
    pytester.makepyfile("def test_it(assert_golden): assert_golden({'a': 1 << 20000}, 'one')")
    run(pytester).stdout.fnmatch_lines(["a: expected 1, found an integer of 20001 bits"])


def test_what_has_no_golden_file(pytester: pytest.Pytester) -> None:
    """What is neither a section, a device nor a state is refused."""
    pytester.makepyfile("def test_it(assert_golden): assert_golden(1, 'one')")
    result = run(pytester)
    result.stdout.fnmatch_lines(["golden file: expected a section, a device or a state, found int"])
