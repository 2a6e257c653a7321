"""Golden files: states as JSON that a person can read and review."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from qidl.declaration import is_declared
from qidl.errors import SchemaError

_ROW = 16
_BYTES = 32
# No name of a member: those are C's.
_HEX = "$hex"


def to_state(value: Any) -> Any:
    """The state of a section, a device's QObject, or what is a state already."""
    if is_declared(type(value)):
        from qidl.qobject import to_qobject

        return to_qobject(value)
    if hasattr(value, "state") and hasattr(value, "idstr"):
        return value.state
    if isinstance(value, dict | list):
        return value
    raise SchemaError(f"golden file: expected a section, a device or a state, found {type(value).__name__}")


def write(path: Path, state: Any) -> None:
    """Write a golden file, whole or not at all, and the folders on the way.

    :raises OSError: it cannot be written
    """
    from qidl import files

    path.parent.mkdir(parents=True, exist_ok=True)
    text = _INTEGERS.sub(_in_rows, json.dumps(_readable(state), indent=2))
    files.write(path, [f"{text}\n".encode()])


# In a string, JSON has no line breaks.
_INTEGERS = re.compile(r"\[\n *(-?\d+(?:,\n *-?\d+)*)\n( *)\]")


def _in_rows(found: re.Match[str]) -> str:
    """An array of integers, which else took a line for each."""
    numbers, margin = found[1].split(","), found[2]
    texts = [number.strip() for number in numbers]
    rows = [", ".join(texts[start : start + _ROW]) for start in range(0, len(texts), _ROW)]
    return f"[{rows[0]}]" if len(rows) == 1 else f"[\n{margin}  " + f",\n{margin}  ".join(rows) + f"\n{margin}]"


def read(path: Path) -> Any:
    """Return the state of a golden file.

    :raises SchemaError: it is not one
    :raises OSError: it cannot be read
    """
    from qidl.qobject import parse_json

    try:
        return _original(parse_json(path.read_bytes()))
    except ValueError as error:
        raise SchemaError(f"{path}: expected hexadecimal digits, found {error}") from None


def _readable(value: Any) -> Any:
    """Bytes become rows of hexadecimal digits, so that a review shows which of them changed."""
    if isinstance(value, bytes | bytearray):
        return {_HEX: [value[start : start + _BYTES].hex() for start in range(0, len(value), _BYTES)]}
    if isinstance(value, dict):
        return {name: _readable(member) for name, member in value.items()}
    return [_readable(element) for element in value] if isinstance(value, list | tuple) else value


def _original(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {_HEX} and isinstance(value[_HEX], list):
            return bytes.fromhex("".join(value[_HEX]))
        return {name: _original(member) for name, member in value.items()}
    return [_original(element) for element in value] if isinstance(value, list) else value
