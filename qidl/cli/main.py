"""The command line: runs a command, and says its errors on one line.

Exit status: 0 fine, 1 the input is at fault (or ``diff`` found a difference), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import warnings
from collections.abc import Sequence

from qidl.cli.arguments import parser
from qidl.errors import QidlError, UnknownSectionWarning


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UnknownSectionWarning)
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            status = _run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except QidlError as error:
        if hasattr(error, "problems"):
            # C source: every problem with its line and a caret, as compilers do.
            print(error, file=sys.stderr)
            return 1
        return _fail(f"{_file_name(options)}{error}")
    except OSError as error:
        name = error.filename or getattr(options, "file", None) or ""
        return _fail(f"{name}: {error.strerror or error}" if name else str(error))
    return status


def _run(options: argparse.Namespace) -> int:
    module, _, function = options.run.partition(":")
    status: int = getattr(importlib.import_module(f"qidl.cli.{module}"), function)(options)
    return status


def _file_name(options: argparse.Namespace) -> str:
    file = getattr(options, "file", None)
    return f"{file}: " if file else ""


def _fail(message: str) -> int:
    line = " ".join(message.split())
    print(f"qidl: {line}", file=sys.stderr)
    return 1


def _show_warning(message: Warning | str, *_: object) -> None:
    print(f"qidl: warning: {message}", file=sys.stderr)
