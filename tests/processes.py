"""Programs that tests run in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import Any

NOBODY = 65534
AS_ROOT = os.geteuid() == 0

_START = f"""
import os, sys, tempfile
import qidl.cli.show
from qidl import files
from qidl.cli import main
from qidl.cli.example import EXAMPLE
# Nobody may read what is imported: it is to be there before.
with tempfile.TemporaryDirectory() as folder:
    main(["set", str(EXAMPLE), "hpet.config=1", "-o", folder + "/out"])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
"""


def python(program: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start a program, its output and errors as text."""
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def as_nobody(program: str, *arguments: object) -> tuple[int, str, str]:
    """Run a program as a user whom permissions bind; returns exit status, output and errors."""
    process = python(_START + program, *arguments)
    out, err = process.communicate()
    return process.returncode, out, err
