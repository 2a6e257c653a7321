"""Where forms read from, and how bytes are taken."""

from __future__ import annotations

import pytest

from qidl import WireError
from qidl.wire.primitives import Reader, as_bytes


@pytest.mark.parametrize("value", [b"ab", bytearray(b"ab"), [97, 98], (97, 98)])
def test_as_bytes(value: object) -> None:
    """Bytes are taken from whatever says the same."""
    assert b"ab" == as_bytes(value, "x")


def test_reader() -> None:
    """A reader is what construct takes for a stream, over bytes that it does not copy."""
    reader = Reader(memoryview(b"abcdef"), 1)
    assert (b"bc", 3, 3) == (reader.read(2), reader.tell(), reader.remaining)
    assert (b"def", 0, b"") == (reader.read(), reader.remaining, reader.read(1))
    assert (2, b"c") == (reader.seek(2), reader.read(1))
    assert (4, b"ef") == (reader.seek(1, 1), reader.read(9))
    assert (5, b"f") == (reader.seek(-1, 2), reader.read(1))


def test_reader_takes_all_or_nothing() -> None:
    """Taking more than there is raises, and moves nothing."""
    reader = Reader(memoryview(b"abc"))
    with pytest.raises(WireError, match=r"^x\.y: offset 0: expected 4 bytes \(what\), found 3$"):
        reader.take(4, "x.y", "what")
    assert b"abc" == reader.take(3, "", "")
