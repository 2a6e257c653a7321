"""``qidl convert``, ``qidl explain``, ``qidl levels``: from one machine level to another."""

from __future__ import annotations

import argparse
import sys

from qidl.cli.output import print_table
from qidl.cli.paths import output_path
from qidl.compat.chain import STEPS
from qidl.compat.step import Step
from qidl.explain import obstacles
from qidl.levels import LEVELS
from qidl.snapshot import load


def run(options: argparse.Namespace) -> int:
    """Convert, save, and say on standard error what was lost."""
    output = output_path(options)
    converted = load(options.file, options.source).convert(options.to, lossless=options.lossless, drop=options.drop)
    converted.save(output)
    for loss in converted.losses:
        print(f"qidl: lost{', harmless' if loss.harmless else ''}: {loss}", file=sys.stderr)
    return 0


def explain(options: argparse.Namespace) -> int:
    """Print what would have to change, section by section."""
    snapshot = load(options.file, options.source)
    found = obstacles(snapshot, options.to)
    if not found:
        print(f"{options.to} loads it as it is")
        return 0
    for obstacle in found:
        print(f"{obstacle.section}: {obstacle.reason}")
        for remedy in obstacle.remedies:
            print(f"  {remedy}")
    return 1


def levels(_: argparse.Namespace) -> int:
    """Print the levels and the steps between them."""
    print_table(
        ("level", "QEMU", "sections"), [(level.name, level.release, str(len(level.table))) for level in LEVELS.values()]
    )
    for step in STEPS:
        section = step.section.lstrip("/") if isinstance(step, Step) else "machine"
        print(f"\n{step.older} <-> {step.newer}, {section}: {step.why}")
    return 0
