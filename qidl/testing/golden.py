"""Golden files: states as JSON that a person can read and review."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path, PurePath
from typing import Any

from qidl.declaration import is_declared
from qidl.errors import SchemaError
from qidl.sentences import brief
from qidl.wire import path as paths

_ROW = 16
_BYTES = 32
_WIDEST = 4096
"""Bits of an integer that JSON can hold: Python neither prints nor reads the longest."""
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


def place(folder: Path, name: str) -> Path:
    """The path of a golden file, which lies in the folder or below.

    :raises SchemaError: it does not
    """
    steps = PurePath(name).parts if isinstance(name, str) else ()
    if not steps or PurePath(name).is_absolute() or ".." in steps or not _can_be_named(name):
        raise SchemaError(f"golden file: expected a name of a file in {folder.name}/, found {brief(name)}")
    return folder / f"{name}.json"


def _can_be_named(name: str) -> bool:
    """Whether the system takes such a name: no NUL, and no half of a character."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def write(path: Path, state: Any) -> None:
    """Write a golden file, whole or not at all, and the folders on the way.

    :raises SchemaError: the state has what a state cannot have
    :raises RecursionError: the state holds itself, or is too deep
    :raises OSError: it cannot be written
    """
    from qidl import files

    readable = _readable(state, "")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _INTEGERS.sub(_in_rows, json.dumps(readable, indent=2))
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
    except SchemaError as error:
        problem = f"a golden file, found {error}"
    except (ValueError, TypeError) as error:
        problem = f"hexadecimal digits, found {error}"
    raise SchemaError(f"{path}: expected {problem}")


def _readable(value: Any, path: str) -> Any:
    """Bytes become rows of hexadecimal digits, so that a review shows which of them changed.

    :raises SchemaError: a value would not be read again as what it is
    """
    if isinstance(value, bytes | bytearray):
        return {_HEX: [value[start : start + _BYTES].hex() for start in range(0, len(value), _BYTES)]}
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str) or name == _HEX:
                raise SchemaError(f"{path or 'golden file'}: expected names of members, found {name!r}")
        return {name: _readable(member, paths.join(path, name)) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(element, paths.join(path, index)) for index, element in enumerate(value)]
    if isinstance(value, int) and value.bit_length() > _WIDEST:
        raise SchemaError(f"{path or 'golden file'}: expected what a state holds, found {brief(value)}")
    if value is None or isinstance(value, int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise SchemaError(f"{path or 'golden file'}: expected what a state holds, found {brief(value)}")


def _original(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {_HEX} and isinstance(value[_HEX], list):
            return bytes.fromhex("".join(value[_HEX]))
        return {name: _original(member) for name, member in value.items()}
    return [_original(element) for element in value] if isinstance(value, list) else value
