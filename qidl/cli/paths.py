"""Which file a command writes: never the one that it reads, unless that is asked for."""

from __future__ import annotations

import argparse
import os

from qidl.errors import QidlError


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
