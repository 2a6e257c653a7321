"""Hypothesis and the types of declared classes: whichever is imported first, and wherever a class is declared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import make
from hypothesis import find, given, settings, strategies as st

import qidl
from qidl import int8, uint8, uint16, uint64

ROOT = Path(__file__).parent.parent

DEVICE = """
import qidl
from qidl import derived, uint8

@qidl.declare
class Lamp:
    level: uint8 = 7
    lit: bool = derived(False)

    def post_load(self):
        self.lit = self.level > 0
"""

CHECK = """
levels = set()

def shine(lamp: Lamp):
    return lamp

# A busy machine is slow to import what draws a class.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategy, st.builds(shine))
def collect(one, other):
    assert one.lit == (one.level > 0)
    levels.update([one.level, other.level])

collect()
assert len(levels) > 1 and levels <= set(range(256)), levels
"""

FROM_TYPE = "strategy = st.from_type(Lamp)"
WITH_ARGUMENTS = DEVICE.replace("qidl.declare", "qidl.declare(mark=qidl.Mark.STANDARD)")
HYPOTHESIS = "from hypothesis import HealthCheck, given, settings, strategies as st"

ORDERS = {
    "hypothesis first": f"{HYPOTHESIS}\n{DEVICE}\n{FROM_TYPE}",
    "device first": f"{DEVICE}\n{HYPOTHESIS}\n{FROM_TYPE}",
    "declare with arguments": f"{HYPOTHESIS}\n{WITH_ARGUMENTS}\n{FROM_TYPE}",
    "in a union": f"{HYPOTHESIS}\n{DEVICE}\nstrategy = st.from_type(Lamp | None).filter(bool)",
}


def run(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program where qidl is installed, as far as Hypothesis can tell."""
    info = folder / "installed_qidl-1.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed-qidl\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[hypothesis]\nqidl = qidl.hypothesis_plugin:setup\n")
    # As a module: what is declared in a main program has no file.
    (folder / "program.py").write_text(program)
    path = os.pathsep.join([str(ROOT), str(folder)])
    return subprocess.run(
        [sys.executable, "-c", "import program"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("order", ORDERS)
def test_from_type(order: str, tmp_path: Path) -> None:
    """A class of a module is drawn by its type, in a decorator, too."""
    done = run(f"{ORDERS[order]}\n{CHECK}", tmp_path)
    assert 0 == done.returncode, done.stderr


def test_register(tmp_path: Path) -> None:
    """A class of a function is, once it is registered; and every class, where Hypothesis loads no plugins."""
    local = "\n".join(f"    {line}" for line in DEVICE.splitlines())
    program = (
        f"{HYPOTHESIS}\nfrom qidl.strategies import register\ndef make():\n{local}\n    return Lamp\nLamp = make()"
    )
    done = run(f"{program}\nregister(Lamp)\n{FROM_TYPE}\n{CHECK}", tmp_path)
    assert 0 == done.returncode, done.stderr
    done = run(f"{program}\nregister()\n{FROM_TYPE}\n{CHECK}", tmp_path, HYPOTHESIS_NO_PLUGINS="1")
    assert 0 == done.returncode, done.stderr


def test_builds() -> None:
    """What is made by its constructor has integers within their types; objects that could be loaded are `objects`."""
    cls = make("Req", level=uint8, offset=int8, address=uint64, size=(uint16, 7))

    @settings(database=None, max_examples=200)
    @given(st.builds(cls))
    def collect(one: Any) -> None:
        assert one == qidl.from_qobject(cls, qidl.to_qobject(one))
        assert 7 == one.size

    collect()
    for value in (-128, 127):
        assert find(st.builds(cls), lambda one, value=value: one.offset == value)


def test_light(tmp_path: Path) -> None:
    """Declaring does not import Hypothesis; Hypothesis imports nothing of qidl but what `import qidl` does."""
    done = run(f"{DEVICE}\nimport sys\nassert 'hypothesis' not in sys.modules", tmp_path)
    assert 0 == done.returncode, done.stderr
    names = "{name for name in sys.modules if name.startswith('qidl')}"
    more = f"assert {{'qidl.hypothesis_plugin'}} == {names} - before"
    done = run(f"import sys, qidl\nbefore = {names}\nimport hypothesis\n{more}", tmp_path)
    assert 0 == done.returncode, done.stderr
