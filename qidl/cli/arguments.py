"""What the command line takes. The work is that of other modules, which are imported only for their own command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from qidl.levels import LEVELS

Commands = Any
"""What argparse gives to add commands to; its class has no public name."""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; what it parses says in ``run`` which function does the work."""
    import qidl

    top = argparse.ArgumentParser(
        prog="qidl", description="Read, check, edit and write the device state of QEMU's PC machines."
    )
    top.add_argument("--version", action="version", version=f"qidl {qidl.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in _IN_THE_ORDER_OF_HELP:
        add(commands)
    return top


def _show(commands: Commands) -> None:
    parser = commands.add_parser("show", help="show the sections of a stream, or the state of one")
    parser.add_argument("file", nargs="?", help="a stream (the example that ships with qidl)")
    parser.add_argument("path", nargs="?", metavar="SECTION[.PATH]", help="a section, or a value within its state")
    parser.add_argument("--json", action="store_true", help="as JSON, bytes as lists of integers")
    _add_lenient(parser)
    parser.set_defaults(run="show:run")


def _example(commands: Commands) -> None:
    parser = commands.add_parser("example", help="write the example that ships with qidl to a file")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="file to write")
    parser.set_defaults(run="example:run")


def _diff(commands: Commands) -> None:
    parser = commands.add_parser(
        "diff",
        help="show what differs between two streams",
        description="Exit status 0: nothing differs; 1: something does.",
    )
    parser.add_argument("file", metavar="A")
    parser.add_argument("other", metavar="B")
    _add_lenient(parser)
    parser.set_defaults(run="diff:run")


def _set(commands: Commands) -> None:
    parser = commands.add_parser(
        "set",
        help="change values and write the stream anew",
        description="VALUE is an integer (0x... for hexadecimal), true or false, hexadecimal digits for a buffer,"
        " or a JSON list. Only the bytes of the values named change.",
    )
    parser.add_argument("file")
    parser.add_argument("assignments", nargs="+", metavar="SECTION.PATH=VALUE")
    _add_lenient(parser)
    _add_output(parser)
    parser.set_defaults(run="edit:run")


def _convert(commands: Commands) -> None:
    parser = commands.add_parser("convert", help="take a machine's state to another level")
    parser.add_argument("file")
    parser.add_argument("--to", required=True, metavar="LEVEL", choices=list(LEVELS), help=", ".join(LEVELS))
    parser.add_argument("--from", dest="source", metavar="LEVEL", choices=list(LEVELS), help="deduced unless given")
    parser.add_argument("--lossless", action="store_true", help="refuse if anything is lost that a guest could notice")
    parser.add_argument("--drop", action="append", default=[], metavar="SECTION", help="leave a section out")
    _add_output(parser)
    parser.set_defaults(run="convert:run")


def _explain(commands: Commands) -> None:
    parser = commands.add_parser(
        "explain",
        help="say what stands in the way of loading a stream at a level",
        description="Exit status 0: the level loads it as it is; 1: it does not, or what is converted is lost.",
    )
    parser.add_argument("file")
    parser.add_argument("--for", dest="to", required=True, metavar="LEVEL", choices=list(LEVELS))
    parser.add_argument("--from", dest="source", metavar="LEVEL", choices=list(LEVELS), help="deduced unless given")
    parser.set_defaults(run="convert:explain")


def _levels(commands: Commands) -> None:
    parser = commands.add_parser("levels", help="list the levels, and what changes between them")
    parser.set_defaults(run="convert:levels")


def _verify(commands: Commands) -> None:
    parser = commands.add_parser("verify", help="check that every section decodes, and encodes to the same bytes")
    parser.add_argument("file")
    _add_lenient(parser)
    parser.set_defaults(run="verify:run")


def _layouts(commands: Commands) -> None:
    parser = commands.add_parser(
        "layouts",
        help="list the sections of the levels, or describe their fields",
        description="Of each section, the version that the level writes, the oldest that it reads, and the bytes of a"
        " payload. Sections whose idstr begins with a path are listed as /NAME.",
    )
    parser.add_argument("level", nargs="?", metavar="LEVEL", choices=list(LEVELS), help="all of them unless given")
    parser.add_argument("--json", action="store_true", help="every field, as JSON")
    parser.set_defaults(run="layouts:run")


def _schema(commands: Commands) -> None:
    parser = commands.add_parser("schema", help="print the QAPI schemas of a device, or of what a C file declares")
    parser.add_argument("name", metavar="NAME|FILE.c|FILE.h", help="a class, a section, or C source")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON, not in the text form of 2012")
    form.add_argument("--json-schema", action="store_true", help="the JSON Schema of a class's QObject")
    parser.add_argument("--as-2012", action="store_true", help="read C source as the 2012 tool did, defects included")
    parser.set_defaults(run="schema:run", refuse=parser.error)


def _generate(commands: Commands) -> None:
    parser = commands.add_parser("generate", help="write the Python classes that declare what a C file declares")
    parser.add_argument("name", metavar="FILE.c|FILE.h")
    parser.add_argument("-o", "--output", metavar="OUT", help="file to write (standard output)")
    parser.set_defaults(run="schema:generate")


def _check(commands: Commands) -> None:
    parser = commands.add_parser(
        "check",
        help="compare two schemas, layout dumps or -dump-vmstate files",
        description="Exit status 0: compatible, 1: not. Forward is from OLD to NEW, backward the way back.",
    )
    parser.add_argument("old", metavar="OLD", help="schemas, or what qidl layouts --json or QEMU's -dump-vmstate wrote")
    parser.add_argument("new", metavar="NEW", help="the same, later")
    parser.add_argument("--accept", metavar="FILE", help="known differences: a glob a line, PATH or PATH: KIND")
    parser.set_defaults(run="check:run")


def _add_lenient(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lenient", action="store_true", help="read what is wrong as far as possible, and list it")


def _add_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_mutually_exclusive_group(required=True)
    output.add_argument("-o", "--output", metavar="OUT", help="file to write")
    output.add_argument("--in-place", action="store_true", help="replace the file itself")


_IN_THE_ORDER_OF_HELP: tuple[Callable[[Commands], None], ...] = (
    *(_show, _example, _diff, _set, _convert, _explain, _levels),
    *(_verify, _layouts, _schema, _generate, _check),
)
