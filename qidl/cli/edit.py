"""``qidl set``: change values of a stream."""

from __future__ import annotations

import argparse
import os
from typing import Any

from qidl.errors import QidlError, SchemaError
from qidl.qobject import parse_json
from qidl.snapshot import load


def add_parser(commands: Any) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "set",
        help="change values and write the stream anew",
        description="VALUE is an integer (0x… for hexadecimal), true or false, hexadecimal digits for a buffer,"
        " or a JSON list. Only the bytes of the values named change.",
    )
    parser.add_argument("file")
    parser.add_argument("assignments", nargs="+", metavar="SECTION.PATH=VALUE")
    add_output(parser)
    parser.set_defaults(run=run)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments that say where to write."""
    output = parser.add_mutually_exclusive_group(required=True)
    output.add_argument("-o", "--output", metavar="OUT", help="file to write")
    output.add_argument("--in-place", action="store_true", help="replace the file itself")


def run(options: argparse.Namespace) -> int:
    """Make the changes, all or none, and save."""
    output = output_path(options)
    snapshot = load(options.file)
    for assignment in options.assignments:
        target, equals, text = assignment.partition("=")
        if not equals:
            raise SchemaError(f"{assignment}: expected SECTION.PATH=VALUE")
        section, path = snapshot.locate(target)
        if not path:
            raise SchemaError(f"{target}: expected SECTION.PATH, found a section alone")
        section.set(path, _value(text, section.get(path), target))
    snapshot.save(output)
    return 0


def output_path(options: argparse.Namespace) -> str:
    """The file to write: never the input, unless that was asked for by ``--in-place``.

    :raises QidlError: the output is the input, or what is to be replaced is no file that can be
    """
    if not options.in_place:
        refuse_input(options.file, options.output, "; --in-place replaces it")
        return str(options.output)
    if os.path.exists(options.file) and not os.path.isfile(options.file) and not os.path.isdir(options.file):
        raise QidlError("expected a regular file to replace, found a pipe or a device; -o writes another")
    return str(options.file)


def refuse_input(file: str, output: str, remedy: str = "") -> None:
    """Refuse to write what is being read, by whatever name it goes.

    :raises QidlError: the output is the input
    """
    if os.path.exists(output) and os.path.samefile(file, output):
        raise QidlError(f"expected another file to write, found the input{remedy}")


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
    except (ValueError, KeyError, TypeError):
        kinds = {bool: "true or false", int: "an integer", bytes: "hexadecimal digits"}
        raise SchemaError(f"{target}: expected {kinds.get(type(before), 'a JSON list')}, found {text!r}") from None
    raise SchemaError(f"{target}: expected the path of a value, found a struct")
