"""``qidl set``: change values of a stream."""

from __future__ import annotations

import argparse
import warnings
from typing import Any

from qidl.cli.output import print_problems
from qidl.cli.paths import output_path
from qidl.errors import SchemaError
from qidl.qobject import parse_json
from qidl.sentences import shown
from qidl.snapshot import Snapshot, load


def run(options: argparse.Namespace) -> int:
    """Make the changes, all or none, and save."""
    output = output_path(options)
    snapshot = load(options.file, strict=not options.lenient)
    for assignment in options.assignments:
        target, equals, text = assignment.partition("=")
        if not equals:
            raise SchemaError(f"{assignment}: expected SECTION.PATH=VALUE")
        section, path = snapshot.locate(target)
        if not path:
            raise SchemaError(f"{target}: expected SECTION.PATH, found a section alone")
        section.set(path, _value(text, section.get(path), target))
    snapshot.save(output)
    return _print_what_is_left(snapshot) if options.lenient else 0


def _print_what_is_left(snapshot: Snapshot) -> int:
    """Say what is still wrong; 1 if anything is."""
    # Of unknown sections, the user has been warned.
    with warnings.catch_warnings(action="ignore"):
        return print_problems(load(snapshot.to_bytes(), strict=False))


def _value(text: str, before: Any, target: str) -> Any:
    """What a value written on the command line stands for, where ``before`` lies.

    :raises SchemaError: it cannot stand for such a value
    """
    try:
        match before:
            case bool():
                return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
            case int():
                return int(text, 0)
            case bytes():
                return bytes(parse_json(text)) if text.startswith("[") else bytes.fromhex(text)
            case list():
                return parse_json(text)
    except (ValueError, KeyError, TypeError, SchemaError):
        kinds = {bool: "true or false", int: "an integer", bytes: "hexadecimal digits"}
        raise SchemaError(f"{target}: expected {kinds.get(type(before), 'a JSON list')}, found {shown(text)}") from None
    # What is no value is not set, whatever the text stands for.
    return text
