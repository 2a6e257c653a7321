"""``qidl schema``: the QAPI schema of a declaration."""

from __future__ import annotations

import argparse
from typing import Any

from qidl.cli.output import json_text
from qidl.devices import find_class
from qidl.schema import schema, schema_text


def add_parser(commands: Any) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser("schema", help="print the QAPI schema of a device")
    parser.add_argument("name", metavar="NAME", help="a class (RTCState) or a section (mc146818rtc)")
    parser.add_argument("--json", action="store_true", help="as JSON, not in the text form of 2012")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema."""
    cls = find_class(options.name)
    print(json_text(schema(cls)) if options.json else schema_text(cls), end="\n" if options.json else "")
    return 0
