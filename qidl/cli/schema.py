"""``qidl schema``, ``qidl generate``: from C source, or a class, to schemas and Python classes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qidl import files
from qidl.cli.output import json_text
from qidl.cli.paths import refuse_input
from qidl.devices import find_class
from qidl.errors import SchemaError
from qidl.schema import schema, schema_text

if TYPE_CHECKING:
    from qidl.cparse.tree import Compat, Unit

_C_SUFFIXES = (".c", ".h", ".i")


def run(options: argparse.Namespace) -> int:
    """Print the schema, or those of every declaration of a file."""
    if not options.name.endswith(_C_SUFFIXES):
        if options.as_2012:
            options.refuse("argument --as-2012: not allowed with a class")
        return _print_class(options)
    if options.json_schema:
        options.refuse("argument --json-schema: not allowed with C source")
    from qidl.cparse import schemas_json, schemas_text

    unit = _unit(options, "2012" if options.as_2012 else None)
    print(schemas_json(unit) if options.json else schemas_text(unit), end="")
    return 0


def _print_class(options: argparse.Namespace) -> int:
    cls = find_class(options.name)
    if options.json_schema:
        from qidl.jsonschema import json_schema

        print(json_text(json_schema(cls)))
    elif options.json:
        print(json_text(schema(cls)))
    else:
        print(schema_text(cls), end="")
    return 0


def _unit(options: argparse.Namespace, compat: Compat = None) -> Unit:
    """What the file declares.

    :raises SchemaError: it cannot be read, or declares nothing
    """
    from qidl.cparse import parse_strict

    # What is at fault, if anything is, is the source.
    options.file = options.name
    unit = parse_strict(Path(options.name).read_bytes(), options.name, compat=compat)
    if not unit.declarations:
        raise SchemaError("expected a declaration such as QIDL_DECLARE(Name), found none")
    return unit


def generate(options: argparse.Namespace) -> int:
    """Write the module."""
    from qidl.cparse import generate as generate_module

    module = generate_module(_unit(options))
    if options.output:
        refuse_input(options.name, options.output)
        files.write(options.output, [module.encode()])
    else:
        print(module, end="")
    return 0
