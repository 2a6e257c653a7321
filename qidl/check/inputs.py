"""Reading what is to be compared: each form of input becomes schemas or layouts."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from qidl.errors import SchemaError
from qidl.sentences import brief

Input = Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | bytes | os.PathLike[str]
"""Parsed JSON, its text, or a path to it."""

_DEEPEST: Final = 50


@attrs.frozen
class WireField:
    """A field of a layout.

    :ivar path: its name
    :ivar since: version from which on it is on the wire
    :ivar condition: what decides whether it is there; empty if it always is
    :ivar size: bytes of one element, None where that is not known
    :ivar kind: name of its type, empty where that is not known
    :ivar count: number of elements, or the name of the field that holds it
    :ivar accepted: the values that are read and written, in words; empty if all are
    :ivar fields: of a struct, its fields; else None
    """

    path: str
    since: int = 0
    condition: str = ""
    size: int | None = None
    kind: str = ""
    count: str = ""
    accepted: str = ""
    fields: Layout | None = None


@attrs.frozen
class Layout:
    """The wire form of a section, a subsection or a struct.

    :ivar rules: what several fields have to be together, in words
    """

    name: str
    version_id: int
    minimum_version_id: int
    fields: tuple[WireField, ...] = ()
    subsections: tuple[Layout, ...] = ()
    rules: tuple[str, ...] = ()


@attrs.frozen
class Layouts:
    """The layouts of a program.

    :ivar sections: by section, or by type of device
    :ivar all_types: everything that the program knows is listed, whether a machine has it or not
    :ivar level: the only machine level, with which the name of every section begins; empty without one
    """

    sections: dict[str, Layout]
    all_types: bool = False
    level: str = ""

    def without_level(self) -> Layouts:
        """The same by section alone, so that one level can be held against another."""
        return Layouts(
            {name.removeprefix(f"{self.level}/"): each for name, each in self.sections.items()}, self.all_types
        )


Schemas = dict[str, dict[str, Any]]
"""The data of schemas, by type."""


def read(source: Input, which: str) -> Schemas | Layouts:
    """Read one side of a comparison.

    :param which: what errors call it, if it has no path: ``old`` or ``new``
    :raises SchemaError: it is none of the forms that can be compared
    """
    if isinstance(source, os.PathLike):
        which = os.fspath(source)
    value = _parse(source, which)
    for recognises, reader in _FORMS:
        if recognises(value):
            try:
                return reader(value)
            except SchemaError as error:
                raise SchemaError(f"{which}: {error}") from None
            except KeyError as error:
                raise SchemaError(f"{which}: expected a complete description, found one without {error}") from error
            except (TypeError, AttributeError, ValueError) as error:
                raise SchemaError(f"{which}: expected a complete description, found another: {error}") from error
    raise SchemaError(f"{which}: expected schemas, a dump of QEMU's vmstate or layouts, found {brief(value)}")


def _parse(source: Input, which: str) -> Any:
    if isinstance(source, os.PathLike):
        source = Path(source).read_bytes()
    if not isinstance(source, str | bytes):
        return source
    text = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = error
    try:
        # The text form of 2012 reads as Python: single quotes, commas after all. An empty line between two.
        return [ast.literal_eval(part.strip()) for part in re.split(r"\n\n+", text.strip()) if part.strip()]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise SchemaError(f"{which}: expected JSON, or schemas in the text form of 2012: {problem}") from None


def _is_schema(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("type"), str) and isinstance(value.get("data"), Mapping)


def _are_schemas(value: Any) -> bool:
    return _is_schema(value) or (_is_list(value) and bool(value) and all(map(_is_schema, value)))


def _schemas(value: Any) -> Schemas:
    found: dict[str, Any] = {}
    for each in [value] if _is_schema(value) else value:
        name = each["type"]
        schema = {_text(member, "name of a member"): _description(kind) for member, kind in each["data"].items()}
        if found.setdefault(name, schema) != schema:
            raise SchemaError(f"expected one schema of each type, found another of {name!r}")
    return found


def _description(value: Any) -> Any:
    """A type's name, a list of it, or a dict that has sizes beside it."""
    described = dict(value) if isinstance(value, Mapping) else {"type": value}
    kind = described["type"]
    for name in kind if isinstance(kind, list) and kind else [kind]:
        _text(name, "type")
    for key in ("array_size", "array_capacity"):
        size = described.get(key)
        for one in size if isinstance(size, list) else [size]:
            if not isinstance(one, str | None):
                _number(one, key)
    return described if isinstance(value, Mapping) else value


def _is_qemu_dump(value: Any) -> bool:
    """The file has one entry for each type of device, and ``vmschkmachine`` beside them."""
    return isinstance(value, Mapping) and ("vmschkmachine" in value or _have(value.values(), "Description"))


def _qemu_dump(value: Any) -> Layouts:
    devices = {name: entry for name, entry in value.items() if name != "vmschkmachine"}
    return Layouts(
        {_text(name, "name"): _qemu_layout(entry["Description"], 0) for name, entry in devices.items()}, all_types=True
    )


def _qemu_layout(value: Any, depth: int) -> Layout:
    return Layout(
        _text(value.get("name") or value["vmsd_name"], "name"),
        _number(value["version_id"], "version_id"),
        _number(value["minimum_version_id"], "minimum_version_id"),
        tuple(_qemu_field(field, _deeper(depth)) for field in value.get("Fields", ())),
        tuple(_qemu_layout(section, _deeper(depth)) for section in value.get("Subsections", ())),
    )


def _qemu_field(value: Any, depth: int) -> WireField:
    struct = value.get("Description")
    return WireField(
        _text(value["field"], "field"),
        _number(value["version_id"], "version_id"),
        "a function of QEMU's" if value["field_exists"] else "",
        _number(value["size"], "size"),
        fields=None if struct is None else _qemu_layout(struct, depth),
    )


def _are_layouts(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "levels" in value or _is_layout(value) or _have(value.values(), "fields")
    return _is_list(value) and _have(value, "fields")


def _is_layout(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("fields"), list | tuple) and "version_id" in value


def _layouts(value: Any) -> Layouts:
    """Read a layout, a list of them, a dict of them by section, or such dicts by level.

    A section may have a list: of several layouts, each is numbered.
    """
    if isinstance(value, Mapping) and "levels" in value:
        levels = {_text(level, "level"): _sections(layouts) for level, layouts in value["levels"].items()}
        named = {f"{level}/{name}": each for level, sections in levels.items() for name, each in sections.items()}
        return Layouts(named, level=next(iter(levels)) if len(levels) == 1 else "")
    return Layouts(_sections(value))


def _sections(value: Any) -> dict[str, Layout]:
    if isinstance(value, Mapping) and not _is_layout(value):
        return {name: _layout(each, 0) for key, given in value.items() for name, each in _numbered(key, given)}
    found: dict[str, list[Any]] = {}
    for each in [value] if isinstance(value, Mapping) else value:
        found.setdefault(_text(each.get("name", ""), "name"), []).append(each)
    return {name: _layout(each, 0) for key, given in found.items() for name, each in _numbered(key, given)}


def _numbered(key: Any, given: Any) -> list[tuple[str, Any]]:
    name = _text(key, "name")
    if not _is_list(given):
        return [(name, given)]
    return [(f"{name}[{number}]" if len(given) > 1 else name, each) for number, each in enumerate(given)]


def _layout(value: Any, depth: int) -> Layout:
    version = _number(value.get("version_id", 0), "version_id")
    return Layout(
        _text(value.get("name", ""), "name"),
        version,
        _number(value.get("minimum_version_id", version), "minimum_version_id"),
        tuple(_layout_field(field, _deeper(depth)) for field in value["fields"]),
        tuple(_layout(section, _deeper(depth)) for section in value.get("subsections", ())),
        tuple(f"{', '.join(rule['paths'])}: {rule['expected']}" for rule in value.get("rules", ())),
    )


def _layout_field(value: Any, depth: int) -> WireField:
    size = value.get("size")
    struct = value.get("struct", value)
    return WireField(
        _text(value.get("path") or value["name"], "path"),
        _number(value.get("version") or value.get("since") or value.get("version_id") or 0, "version"),
        _text(value.get("condition") or "", "condition"),
        None if size is None else _number(size, "size"),
        _text(value.get("kind", ""), "kind"),
        _count(value.get("count") or ""),
        _text(value.get("accepted") or "", "accepted values"),
        _layout(struct, depth) if struct.get("fields") is not None else None,
    )


def _count(value: Any) -> str:
    """A number as text, or the path or the words that stand for it."""
    return value if isinstance(value, str) else str(_number(value, "count"))


def _number(value: Any, what: str) -> int:
    """An integer: a version, or a number of bytes or of elements.

    :raises SchemaError: it is none, or takes more than 64 bits
    """
    if type(value) is not int or value.bit_length() > 64:
        raise SchemaError(f"expected an integer of 64 bits as {what}, found {brief(value)}")
    return value


def _text(value: Any, what: str) -> str:
    """A name, a path or words.

    :raises SchemaError: it is no text
    """
    if not isinstance(value, str):
        raise SchemaError(f"expected text as {what}, found {brief(value)}")
    return value


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _have(values: Any, key: str) -> bool:
    return bool(values) and all(isinstance(each, Mapping) and key in each for each in values)


def _deeper(depth: int) -> int:
    if depth >= _DEEPEST:
        raise ValueError(f"structs within structs, {_DEEPEST} deep")
    return depth + 1


# The adapters: how a form is recognised, and what reads it.
_FORMS: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any], Schemas | Layouts]], ...]] = (
    (_are_schemas, _schemas),
    (_are_layouts, _layouts),
    (_is_qemu_dump, _qemu_dump),
)
