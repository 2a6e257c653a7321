"""``qidl layouts``: what is on the wire of each level."""

from __future__ import annotations

import argparse
from typing import Any

from qidl.cli.output import json_text, print_table
from qidl.levels import LEVELS
from qidl.wire.describe import describe
from qidl.wire.extent import extent


def add_parser(commands: Any) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "layouts",
        help="list the sections of the levels, or describe their fields",
        description="Of each section, the version that the level writes, the oldest that it reads, and the bytes of a"
        " payload. Sections whose idstr begins with a path are listed as /NAME.",
    )
    parser.add_argument("level", nargs="?", metavar="LEVEL", choices=list(LEVELS), help="all of them unless given")
    parser.add_argument("--json", action="store_true", help="every field, as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was asked for."""
    levels = [level for level in LEVELS.values() if options.level in (None, level.name)]
    if options.json:
        described = {
            level.name: {key: [describe(layout) for layout in level.layouts(key)] for key in level.table}
            for level in levels
        }
        print(json_text({"levels": described}))
        return 0
    rows = [
        (level.name, key, str(layout.version_id), str(layout.minimum_version_id), str(extent(layout)))
        for level in levels
        for key in level.table
        for layout in level.layouts(key)
    ]
    # Layouts that the payload does not tell apart look the same from here.
    print_table(("level", "section", "version", "minimum", "bytes"), list(dict.fromkeys(rows)))
    return 0
