"""What a check says that fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest


def sentence(check: Callable[[], None]) -> str:
    """What a check says that fails: one line."""
    with pytest.raises(AssertionError) as caught:
        check()
    text = str(caught.value)
    assert 1 == len(text.splitlines())
    assert re.fullmatch(r"\S.*: expected .*, found .*", text)
    return text
