"""``qidl layouts``: what is on the wire of each level."""

from __future__ import annotations

import argparse

from qidl.cli.output import json_text, print_table
from qidl.levels import LEVELS
from qidl.wire.describe import describe
from qidl.wire.extent import extent


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
