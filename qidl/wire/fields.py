"""The table of a layout's fields, in MyST."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from qidl.errors import SchemaError
from qidl.wire import path as paths
from qidl.wire.describe import Description

Link = Callable[[Description], str]
"""Gives the link to where a nested struct is described."""


def field_table(description: Description, link: Link) -> Iterator[str]:
    """Yield the lines of a table: offset, path, type, when the field is there, and what it means."""
    yield from table_head("offset", "path", "type", "if", "meaning")
    for field in description["fields"]:
        yield row(
            str(field.get("offset", "")),
            f"`{field['path']}`",
            _type(field, link),
            _condition(field, description["minimum_version_id"]),
            escaped(_meaning(field)),
        )


def table_head(*titles: str) -> Iterator[str]:
    """Yield the first two lines of a table."""
    yield row(*titles)
    yield row(*("---" for _ in titles))


def row(*cells: str) -> str:
    """A line of a table; its cells are MyST, in which nothing ends a cell."""
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Plain text as MyST."""
    return re.sub(r"([\\`*<>\[\]|$])", r"\\\1", text)


def _type(field: Description, link: Link) -> str:
    kind, count = field["kind"], field["count"]
    if kind == "list":
        element = field.get("struct") or field["element"]
        return f"list of {_single(element, link)}, {escaped(count)}"
    text = _single(field, link)
    if count != 1:
        text += f" × {count if isinstance(count, int) else _counted(count)}"
    if "accepted" in field:
        accepted = field["accepted"]
        each = "" if count == 1 else "each "
        text += f", {each}{'always ' if accepted.isdecimal() else ''}{escaped(accepted)}"
    return f"{text}, again" if "again" in field else text


def _single(field: Description, link: Link) -> str:
    """The type of one element."""
    if "fields" in field:
        return f"struct {link(field)}"
    match field["kind"]:
        case "struct":
            return f"struct {link(field['struct'])}"
        case "array":
            return f"({_type(field['element'], link)})"
        case "unused_buffer":
            return f"{field['size']} unused bytes"
        case "buffer":
            length = (
                field["size"] if field["size"] is not None else _counted(field.get("length", "as many as there are"))
            )
            return f"buffer of {length}"
    return str(field["kind"])


def _counted(count: int | str) -> str:
    """A count that is the path of a field, or words."""
    try:
        paths.parse(str(count))
    except SchemaError:
        return f"({escaped(str(count))})"
    return f"`{count}`"


def _condition(field: Description, minimum_version_id: int) -> str:
    found = [f"version ≥ {field['version']}"] if field["version"] > minimum_version_id else []
    condition = field.get("condition", "")
    if condition.startswith("version ="):
        found = []
    return ", and ".join([*found, *([escaped(condition)] if condition else [])])


def _meaning(field: Description) -> str:
    return "the same value as above" if "again" in field and not field["meaning"] else str(field["meaning"])
