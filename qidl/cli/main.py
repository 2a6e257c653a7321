"""The command line: runs a command, and says its errors on one line.

Exit status: 0 fine, 1 the input or the output is at fault (or ``diff`` found a difference), 2 wrong usage,
128 and the number of the signal that stopped it, be it by the pipe that its output goes to.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Final

from qidl.cli.arguments import parser
from qidl.cli.stopping import Stopped, stoppable
from qidl.errors import FileCutShort, QidlError, UnknownSectionWarning

_MOST_PROBLEMS: Final = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    options = argparse.Namespace()
    # A process may have been started without them; they are open as long as it is. Output fails once it is written.
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # The encoding is the locale's, which may lack a character of ours or of a file's name.
            stream.reconfigure(errors="backslashreplace")
    try:
        with stoppable(), warnings.catch_warnings():
            warnings.simplefilter("always", UnknownSectionWarning)
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            return _run(arguments, options)
    except Stopped as stopped:
        return stopped.status
    except BrokenPipeError as error:
        if error.filename is not None:
            return _fail(f"{error.filename}: {error.strerror}")
        # Whoever read our output has had enough.
        _let_go_of_output()
        return 128 + signal.SIGPIPE
    except FileCutShort as error:
        return _fail(str(error))
    except QidlError as error:
        if hasattr(error, "problems"):
            # C source: every problem names its file.
            return _fail_of_each(error.problems)
        return _fail(f"{_file_name(options)}{error}")
    except MemoryError:
        return _fail(f"{_file_name(options)}expected as much as there is memory for, found more")
    except OSError as error:
        # Files that are read or written are named: what is not is our output.
        if error.filename is None:
            _let_go_of_output()
        name = "standard output" if error.filename is None else error.filename or "''"
        return _fail(f"{name}: {error.strerror or error}")


def _run(arguments: Sequence[str] | None, options: argparse.Namespace) -> int:
    try:
        parser().parse_args(arguments, options)
        module, _, function = options.run.partition(":")
        status: int = getattr(importlib.import_module(f"qidl.cli.{module}"), function)(options)
        return status
    finally:
        # Of --help, too, which leaves by SystemExit.
        sys.stdout.flush()


def _fail_of_each(problems: Sequence[object]) -> int:
    """Say what is wrong, a line for each problem; of very many, for the first."""
    for problem in problems[:_MOST_PROBLEMS]:
        _fail(str(problem))
    more = len(problems) - _MOST_PROBLEMS
    return _fail(f"and {more} more") if more > 0 else 1


def _let_go_of_output() -> None:
    """Drop what cannot be written: Python would try again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _file_name(options: argparse.Namespace) -> str:
    file = getattr(options, "file", None)
    return f"{file}: " if file else ""


def _fail(message: str) -> int:
    line = " ".join(message.split())
    print(f"qidl: {line}", file=sys.stderr)
    return 1


def _show_warning(message: Warning | str, *_: object) -> None:
    print(f"qidl: warning: {message}", file=sys.stderr)
