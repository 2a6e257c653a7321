"""Python text laid out as ``ruff format`` lays it out: names, imports, calls, docstrings."""

from __future__ import annotations

import ast
import json
import keyword
import re
import textwrap
from collections.abc import Collection, Mapping
from typing import Final

import attrs

from qidl.refusals import RESERVED

WIDTH: Final = 120
_INDENT: Final = "    "
_ANNOTATIONS: Final = "qidl.annotations"
_BUILTINS: Final = frozenset({"bool", "bytearray", "list", "object", "str"})
"""What annotations name without an import."""


@attrs.frozen
class Call:
    """A call in an expression; ``Call("size=", (), "4")`` is a keyword argument."""

    name: str
    arguments: tuple[Expression, ...] = ()
    value: str = ""

    def __str__(self) -> str:
        if self.name.endswith("="):
            return self.name + self.value
        return f"{self.name}({', '.join(map(str, self.arguments))})"


Expression = str | Call
"""Text, or a call that can be broken over several lines."""


def literal(value: str) -> str:
    """Return a Python string literal in the quotes that need fewer escapes, double ones if in doubt."""
    plain = json.dumps(value, ensure_ascii=not value.isprintable())
    if value.count('"') <= value.count("'"):
        return plain
    body = plain[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{body}'"


def assignment(target: str, value: Expression) -> list[str]:
    """Lay out ``target = value`` within a class, over several lines if one would be too long."""
    line = f"{_INDENT}{target} = {value}"
    if len(line) <= WIDTH or isinstance(value, str) or not value.arguments:
        return [line]
    inner = f"{_INDENT * 2}{', '.join(map(str, value.arguments))}"
    lines = [inner] if len(inner) <= WIDTH else [f"{_INDENT * 2}{argument}," for argument in value.arguments]
    return [f"{_INDENT}{target} = {value.name}(", *lines, f"{_INDENT})"]


def comment(words: str) -> list[str]:
    """Lay out a comment within a class."""
    return [f"{_INDENT}# {line}" for line in textwrap.wrap(printable(words), WIDTH - 6)]


def docstring(words: str, indent: str = "") -> list[str]:
    """Lay out a docstring: on one line if it fits there, with a full stop at its end."""
    text = printable(words).replace("\\", "\\\\").replace('"', "'").strip()
    text = text if text.endswith((".", "!", "?", ":")) else f"{text}."
    one_line = f'{indent}"""{text}"""'
    if len(one_line) <= WIDTH:
        return [one_line]
    lines = textwrap.wrap(text, WIDTH - len(indent) - 3, break_long_words=False, break_on_hyphens=False)
    return [f'{indent}"""{lines[0]}', *(indent + line for line in lines[1:]), f'{indent}"""']


def printable(words: str) -> str:
    """Words on one line, without what a terminal might obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def spell_classes(structs: Collection[str], members: Collection[str]) -> dict[str, str]:
    """Return the classes of C structs: each by its name, unless Python cannot have a class of that name here.

    :param members: names of fields, which hide a class of the same name
    """
    return _spell_apart(structs, {*_BUILTINS, *members})


def spell_fields(members: Collection[str]) -> dict[str, str]:
    """Return the fields of C members: each by its name, unless Python cannot have an attribute of that name.

    What says whether there is another, by its name, follows that.
    """
    spelled = _spell_apart(members, RESERVED, taken=[name.removeprefix("has_") for name in members])
    follow = {f"has_{name}": f"has_{field}" for name, field in spelled.items()}
    return {name: follow.get(name, field) for name, field in spelled.items()}


def _spell_apart(names: Collection[str], reserved: Collection[str], taken: Collection[str] = ()) -> dict[str, str]:
    taken = {*names, *reserved, *taken}
    spelled: dict[str, str] = {}
    for name in names:
        spelling = _spelled(name, reserved)
        while spelling != name and spelling in taken:
            spelling += "_"
        taken.add(spelling)
        spelled[name] = spelling
    return spelled


def _spelled(name: str, reserved: Collection[str]) -> str:
    """A name of C as one of Python; within a class, one that begins with two underscores stands for another."""
    if keyword.iskeyword(name) or name in reserved:
        return f"{name}_"
    return f"{name.strip('_') or 'field'}_" if name.startswith("__") else name


class Names:
    """The names that a module uses: what it imports, and as what.

    :param fields: names of fields, which hide imported names within a class
    :param known: the modules of classes that are declared elsewhere, by the classes' names
    :param classes: the classes of the module itself, by the names of the C structs
    """

    def __init__(self, fields: Collection[str], known: Mapping[str, str], classes: Mapping[str, str]) -> None:
        self._taken = {*fields, *classes.values()}
        self._known = known
        self._classes = classes
        self._imports: dict[str, dict[str, str]] = {}
        self.integers: set[str] = set()

    def use(self, name: str, module: str = _ANNOTATIONS) -> str:
        """Import a name, and return what it is called in the module: with a ``qidl_`` before it where it is taken."""
        alias = name
        while alias in self._taken:
            alias = f"qidl_{alias}"
        self._imports.setdefault(module, {})[name] = alias
        if re.fullmatch(r"u?int\d+|size_t|target_ulong", name):
            self.integers.add(alias)
        return alias

    def class_name(self, name: str) -> str:
        """Return what a C struct is called: a class of the module, or one that is imported."""
        if name in self._classes:
            return self._classes[name]
        return self.use(_spelled(name, _BUILTINS), self._known[name]) if name in self._known else name

    def import_lines(self, body: str) -> list[str]:
        """Lay out the imports that ``body`` needs, sorted as isort would."""
        used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
        lines = []
        for module, names in sorted(self._imports.items()):
            needed = sorted(((name, alias) for name, alias in names.items() if alias in used), key=_order)
            spelled = [name if alias == name else f"{name} as {alias}" for name, alias in needed]
            if not spelled:
                continue
            line = f"from {module} import {', '.join(spelled)}"
            if len(line) <= WIDTH:
                lines.append(line)
            else:
                lines += [f"from {module} import (", *(f"{_INDENT}{name}," for name in spelled), ")"]
        return lines


def _order(item: tuple[str, str]) -> tuple[int, list[str | int], str]:
    """Constants first, then classes, then the rest; numbers within names count as numbers."""
    name = item[0]
    group = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    parts: list[str | int] = [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name.lower())]
    return group, parts, name
