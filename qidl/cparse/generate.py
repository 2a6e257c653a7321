"""C declarations written as a Python module of declared classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Final

from qidl.cparse.meaning import StructMeaning, understand
from qidl.cparse.pyfields import PyField, py_field
from qidl.cparse.pytext import Names, assignment, comment, docstring, spell_classes, spell_fields
from qidl.cparse.pytypes import Scope
from qidl.cparse.tree import Unit

WELL_KNOWN: Final = {"tm": "qidl.cparse.wellknown", "Int128": "qidl.cparse.wellknown"}
"""Structs that QIDL serialises although no file declares them, and the modules of their classes."""


def generate(unit: Unit, *, known: Mapping[str, str] | None = None) -> str:
    """Write a Python module that declares every struct of a unit.

    The module is laid out as ``ruff format`` does it. Its classes stand in the order that
    Python needs; comments of the C source become docstrings, reasons and comments. What is
    serialised in C but has no counterpart in Python, such as a pointer to an undeclared type
    or an array whose size is computed, is marked ``broken`` with the reason. A member or a struct
    whose name means something else in Python, or there, gets an underscore behind it, or more.

    :param known: classes declared in other modules: ``{"PCIDevice": "qidl.devices.pci"}``
    :raises CSourceError: the unit has errors
    """
    unit.raise_errors()
    modules = {**WELL_KNOWN, **(known or {})}
    meanings = understand(unit)
    structs = _ordered(meanings)
    for struct in structs:
        modules.pop(struct.name, None)
    names = Names(fields=_field_names(meanings), known=modules, classes=class_names(meanings))
    done = set(modules)
    later = {*modules, *(struct.name for struct in structs)}
    classes = []
    for struct in structs:
        classes.append("\n".join(_class(struct, names, done, later)))
        done.add(struct.name)
    file = PurePath(unit.source.main_file).name
    body = "\n\n\n".join(classes)
    imports = names.import_lines(body)
    head = [*docstring(f"State that {file} declares"), "", "from __future__ import annotations"]
    top = "\n".join([*head, "", *imports] if imports else head)
    return f"{top}\n\n\n{body}\n" if body else f"{top}\n"


def class_names(structs: Sequence[StructMeaning]) -> dict[str, str]:
    """Return what the structs are called in Python, by their names in C."""
    return spell_classes([struct.name for struct in structs], _field_names(structs))


def _field_names(structs: Sequence[StructMeaning]) -> set[str]:
    return {name for struct in structs for name in _spelled_fields(struct).values()}


def _spelled_fields(struct: StructMeaning) -> dict[str, str]:
    """What the members are called in Python, by their names in C."""
    return spell_fields(list(dict.fromkeys(field.name for field in struct.fields if field.name)))


def _ordered(structs: tuple[StructMeaning, ...]) -> list[StructMeaning]:
    """Put every struct behind those that its serialised members are made of, as far as no circle prevents it."""
    by_name = {struct.name: struct for struct in structs}
    placed: dict[str, StructMeaning] = {}
    met: set[str] = set()
    for struct in structs:
        stack = [(struct, False)]
        while stack:
            current, complete = stack.pop()
            if complete:
                placed[current.name] = current
            elif current.name not in met:
                met.add(current.name)
                stack.append((current, True))
                needed = [
                    field.member.type.removeprefix("struct ")
                    for field in reversed(current.fields)
                    if not field.is_ignored
                ]
                stack.extend((by_name[name], False) for name in needed if name in by_name and name not in met)
    return list(placed.values())


def _class(struct: StructMeaning, names: Names, done: set[str], later: set[str]) -> list[str]:
    default_tag = struct.declaration.default_tag
    declare = names.use("declare", "qidl.declaration")
    mark = f"(mark={names.use('Mark')}.{default_tag.upper()})" if default_tag != "standard" else ""
    name = names.class_name(struct.name)
    words = struct.declaration.comment or f"{struct.name} of the C source"
    if name != struct.name and struct.declaration.comment:
        words = f"{words.rstrip('.')}; called {struct.name} in C"
    lines = [f"@{declare}{mark}", f"class {name}:", *docstring(words, "    ")]
    spelled = _spelled_fields(struct)
    fields = _fields(struct, default_tag, Scope(names, done, later, {}, spelled))
    if fields:
        lines.append("")
    for field in fields:
        lines += comment(field.comment) + assignment(f"{field.name}: {field.annotation}", field.value)
    derived = [spelled[field.name] for field in struct.fields if "derived" in field.marks[:1]]
    if derived:
        listed = ", ".join(derived[:-1]) + " and " + derived[-1] if len(derived) > 1 else derived[0]
        lines += ["", "    def post_load(self) -> None:", *docstring(f"Compute {listed}", "        ")]
    return lines


def _fields(struct: StructMeaning, default_tag: str, scope: Scope) -> list[PyField]:
    fields = []
    for meaning in struct.fields:
        if meaning.name and meaning.name not in scope.earlier:
            fields.append(py_field(meaning, default_tag, scope))
            scope.earlier[meaning.name] = fields[-1].annotation
    return fields
