"""What is public resolves, is documented and annotated, and is light to import."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import runpy
import subprocess
import sys
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import qidl
from qidl import BlockNotFound, CompatError, DeclarationError, QidlError, SchemaError, SectionNotFound, WireError

EXAMPLES = sorted((Path(__file__).parent / "typing").glob("*.py"))
HEAVY = ["construct", "hypothesis", "json", "rich", "qemu", "qidl.wire", "qidl.snapshot", "qidl.devices", "qidl.cli"]


def public(test: Any) -> list[str]:
    return [name for name in qidl.__all__ if test(getattr(qidl, name))]


def test_all_is_whole() -> None:
    """Every public name is listed once, and every public name that there is."""
    assert len(set(qidl.__all__)) == len(qidl.__all__)
    made = {name for name, value in vars(qidl).items() if getattr(value, "__module__", "").startswith("qidl")}
    assert set() == {name for name in made | set(qidl._LAZY) if not name.startswith("_")} - set(qidl.__all__)


@pytest.mark.parametrize("name", qidl.__all__)
def test_resolves(name: str) -> None:
    """A public name is there, and stays the same object."""
    assert getattr(qidl, name) is getattr(qidl, name)


@pytest.mark.parametrize("name", public(lambda value: inspect.isclass(value) or inspect.isfunction(value)))
def test_documented(name: str) -> None:
    """A public class or function says what it is in a sentence."""
    documentation = inspect.getdoc(getattr(qidl, name)) or ""
    first = documentation.split("\n\n")[0]
    assert first.rstrip()[-1:] in (".", ":")


def signatures(value: Any) -> list[Any]:
    if inspect.isfunction(value):
        return [value]
    found = []
    for name, member in vars(value).items():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if inspect.isfunction(function) and not name.startswith("_"):
            found.append(function)
    return found


@pytest.mark.parametrize("name", public(lambda value: inspect.isclass(value) or inspect.isfunction(value)))
def test_annotated(name: str) -> None:
    """Every parameter and result of what is public has a type."""
    for function in signatures(getattr(qidl, name)):
        signature = inspect.signature(function)
        assert inspect.Signature.empty is not signature.return_annotation, function.__qualname__
        for parameter in signature.parameters.values():
            if parameter.name not in ("self", "cls"):
                assert inspect.Parameter.empty is not parameter.annotation, (function.__qualname__, parameter.name)


@pytest.mark.parametrize("name", public(lambda value: inspect.isclass(value)))
def test_methods_documented(name: str) -> None:
    """Every public method and property of a public class is documented, there or where it is first declared."""
    cls = getattr(qidl, name)
    for member in vars(cls):
        value = inspect.getattr_static(cls, member)
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
            assert inspect.getdoc(getattr(cls, member)), f"{name}.{member}"


@pytest.mark.parametrize(
    "error", [WireError, SchemaError, CompatError, DeclarationError, SectionNotFound, BlockNotFound]
)
def test_one_root_of_errors(error: type[Exception]) -> None:
    """Everything that qidl raises about its input is a QidlError."""
    assert issubclass(error, QidlError)


@pytest.mark.parametrize("cls", [SectionNotFound, BlockNotFound])
def test_what_is_not_found_is_a_key_error(cls: type[Exception]) -> None:
    """A section or a block that is not found is a KeyError whose message is not quoted."""
    error = cls("no section 'hpet'")
    assert isinstance(error, KeyError)
    assert "no section 'hpet'" == str(error)


def test_unknown_name() -> None:
    """A name that is not there is refused as any module does."""
    with pytest.raises(AttributeError, match=r"^module 'qidl' has no attribute 'nothing'$"):
        _ = qidl.nothing


def test_dir() -> None:
    """What is public is listed, whether it was used or not."""
    assert set() == set(qidl.__all__) - set(dir(qidl))
    assert dir(qidl) == sorted(set(dir(qidl)))


def test_type_checkers_are_told() -> None:
    """Type checkers, which import nothing, are told of each name where it lies."""
    (told,) = (
        node
        for node in ast.parse(inspect.getsource(qidl)).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    found = {alias.name: line.module for line in told.body if isinstance(line, ast.ImportFrom) for alias in line.names}
    assert {name: f"qidl.{module}" for name, module in qidl._LAZY.items()} == found


@pytest.mark.parametrize("name", ["schema", "declaration"])
@pytest.mark.parametrize(
    "before",
    [
        "import qidl",
        "import qidl; qidl.{name}",
        "import qidl.{name}",
        "import qidl.{name} as it",
        "from qidl import {name}",
        "from qidl import *",
        "from qidl.schema import schema_text",
        "import qidl.cli.schema, qidl.jsonschema",
        "import qidl.devices.serial",
    ],
)
def test_function_and_module_of_one_name(name: str, before: str) -> None:
    """Where a module and a function have the same name, the package shows the function, whatever was imported."""
    program = f"""
{before.format(name=name)}
import qidl
from qidl import {name} as found
assert qidl.{name} is found is sys.modules["qidl.{name}"].{name}
"""
    assert 0 == subprocess.run([sys.executable, "-c", f"import sys\n{program}"], check=False).returncode


def test_names_can_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of the package can be set as any module's can."""
    monkeypatch.setattr(qidl, "schema", 3)
    assert 3 == qidl.schema
    monkeypatch.undo()
    assert isinstance(qidl.schema, FunctionType)


def test_version() -> None:
    """The version is three numbers."""
    assert 3 == len([int(part) for part in qidl.__version__.split(".")])


@pytest.mark.parametrize("name", HEAVY)
def test_import_stays_light(name: str) -> None:
    """Importing qidl, and declaring a class, brings in nothing that only the rest needs."""
    program = f"""
import sys
import qidl
@qidl.declare
class Device:
    x: qidl.uint8 = 0
sys.exit({name!r} in sys.modules)
"""
    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode


STREAM = Path(qidl.__file__).parent / "data" / "example.qevm"
DECLARING = ["attrs", "qidl.annotations", "qidl.kinds", "qidl.declaration", "qidl.devices.serial"]
WORKING = ["tempfile", "difflib", "qidl.check", "qidl.compat", "qidl.conversion", "qidl.qobject", "qidl.wire.compiled"]

SPARED = {
    "nothing": ("import qidl", [*DECLARING, *WORKING, *HEAVY]),
    "a type of C": ("from qidl import uint8", ["qidl.kinds", *WORKING, *HEAVY]),
    "a schema": ("from qidl import schema", [*WORKING, *HEAVY]),
    "a stream": (
        "import qidl; [section.state for section in qidl.load(STREAM)]",
        ["argparse", "json", "qidl.cli", "qidl.wire.layouts.hda_audio", *DECLARING, *WORKING],
    ),
    "--help": ("run('--help')", ["construct", "json", "qidl.snapshot", *DECLARING, *WORKING]),
    "show": ("run('show', STREAM, '--json')", ["pathlib", "qidl.cli.edit", *DECLARING, *WORKING]),
    "set": ("run('set', STREAM, 'serial.state.lcr=3', '-o', 'out')", ["qidl.check", "qidl.compat", "qidl.cli.show"]),
    "schema": ("run('schema', 'serial')", ["construct", "qidl.snapshot", "qidl.cparse", "qidl.devices.ide"]),
}


@pytest.mark.parametrize("task", SPARED)
def test_imports_what_it_uses(task: str, tmp_path: Path) -> None:
    """Whatever is done, modules that only something else needs are not imported."""
    statement, spared = SPARED[task]
    program = f"""
import contextlib, io, sys

STREAM = {str(STREAM)!r}

def run(*arguments):
    from qidl.cli import main
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        assert 0 == main(arguments)

{statement}
print(sorted({set(spared)!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert ("", "[]\n") == (done.stderr, done.stdout)


@pytest.mark.parametrize("name", sorted({name for _, spared in SPARED.values() for name in spared}))
def test_what_is_spared_is_there(name: str) -> None:
    """No module is spared because it has another name now."""
    if name.startswith("qidl"):
        assert importlib.util.find_spec(name)


def test_marked_as_typed() -> None:
    """The package tells type checkers that it is annotated."""
    assert (Path(qidl.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_typed_examples_run(example: Path) -> None:
    """What the type checkers read also runs."""
    runpy.run_path(str(example))
