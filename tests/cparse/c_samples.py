"""What the tests of the C front end share: the C files, and the notation of the schemas expected of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qidl.cparse import Unit, parse_strict, schemas
from qidl.cparse.tree import Compat

DATA = Path(__file__).parent / "data"
FILES = sorted(path.name for path in DATA.glob("*.c"))

_FIELD = re.compile(r'(\??\w+) (?:\[(\w+) x (?:(\d+)|"([^"]*)")(?: of (\d+))?\]( is_string)?|<(\w+)>|(\w+))(?:, |$)')


def unit_of(name: str, compat: Compat = None) -> Unit:
    """Parse a file of the data directory, which has no error."""
    return parse_strict((DATA / name).read_bytes(), name, compat=compat)


def struct(body: str, compat: Compat = None) -> dict[str, Any]:
    """Return the schema's data of a struct S with the members given."""
    unit = parse_strict(f"QIDL_DECLARE(S) {{ {body} }};", compat=compat)
    (schema,) = schemas(unit)
    data: dict[str, Any] = schema["data"]
    return data


def array(element: str, size: Any = None, **more: Any) -> dict[str, Any]:
    """The description of an array."""
    sized = {} if size is None else {"array_size": size}
    return {"type": [element], "<annotated>": "true", **sized, **more}


def embedded(name: str) -> dict[str, str]:
    """The description of a struct by value."""
    return {"type": name, "<annotated>": "true", "embedded": "true"}


def expected_schemas() -> dict[str, dict[str, Any]]:
    """Read schemas.txt: what the tool of 2012 made of each struct."""
    found = {}
    for line in (DATA / "schemas.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, _, fields = line.partition(": ")
            found[name] = dict(_described(match) for match in _FIELD.finditer(fields))
    return found


def _described(match: re.Match[str]) -> tuple[str, Any]:
    name, element, number, text, room, is_string, struct_name, plain = match.groups()
    key = name.replace("?", "*")
    if element:
        size = int(number) if number else text
        more = {"array_capacity": int(room)} if room else {}
        return key, array(element, size, **more, **({"is_string": "true"} if is_string else {}))
    return key, embedded(struct_name) if struct_name else plain
