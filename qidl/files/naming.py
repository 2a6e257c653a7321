"""Errors that name the file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """Errors name the file that was asked for, not one that was to become it, and not none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
