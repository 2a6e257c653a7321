"""Values of a construct that qidl does not know: drawn as bytes, and read."""

from __future__ import annotations

import io
from typing import Any, Final

import construct
from hypothesis import strategies as st

from qidl.errors import QidlError, SchemaError
from qidl.strategies.values import Choice, binary
from qidl.wire.context import Context, Taken
from qidl.wire.primitives import Reader

State = dict[str, Any]

_REFUSED: Final = object()

_MASKS: Final = (0xFF, 0x7F, 0x77, 0x0F, 0x01)
"""What is left of each byte where a construct does not take all its bits: those of text, of digits, of a flag."""


def foreign(subcon: Any, state: State) -> Choice[Any]:
    """What bytes of a construct's size mean to it, as far as it takes them and gives them back.

    :raises SchemaError: it has no size
    """
    try:
        size = int(subcon._sizeof(Context(state), ""))
    except construct.SizeofError:
        raise SchemaError(
            f"{subcon!r}: expected a construct that has a size or a method draw_value(draw, state), found neither"
        ) from None

    def read(data: bytes) -> Any:
        try:
            value = subcon._parse(Reader(memoryview(data)), Context(state), "")
            again = _built(subcon, value, state)
        except (QidlError, construct.ConstructError):
            return _REFUSED
        return value if again == data else _REFUSED

    try:
        # What is always the same is made of nothing.
        simplest = read(_built(subcon, None, state))
        return Choice(st.just(simplest), simplest)
    except Exception:
        simplest = read(bytes(size))

    def nearest(data: bytes) -> Any:
        tried = (read(bytes(byte & mask for byte in data)) for mask in _MASKS)
        return next((value for value in tried if value is not _REFUSED), simplest)

    strategy = binary(size).strategy.map(nearest).filter(lambda value: value is not _REFUSED)
    return Choice(strategy) if simplest is _REFUSED else Choice(strategy, simplest)


def _built(subcon: Any, value: Any, state: State) -> bytes:
    stream = io.BytesIO()
    subcon._build(value, stream, Context(state, taken=Taken()), "")
    return stream.getvalue()
