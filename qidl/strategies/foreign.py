"""Values of a construct that qidl does not know: drawn as bytes, and read."""

from __future__ import annotations

import io
from typing import Any, Final

import construct
from hypothesis import strategies as st

from qidl.errors import QidlError, SchemaError
from qidl.sentences import raised
from qidl.strategies.values import Choice, binary
from qidl.wire.context import Context, Taken
from qidl.wire.primitives import Reader

_REFUSED: Final = object()

_MASKS: Final = (0xFF, 0x7F, 0x77, 0x0F, 0x01)
"""What is left of each byte where a construct does not take all its bits: those of text, of digits, of a flag."""


def foreign(subcon: Any, context: Context, where: str) -> Choice[Any]:
    """What bytes of a construct's size mean to it, as far as it takes them and gives them back.

    :param context: the members before it
    :param where: layout and field, for errors
    :raises SchemaError: it has no size
    """
    size = _size(subcon, context, where)

    def read(data: bytes) -> Any:
        try:
            value = subcon._parse(Reader(memoryview(data)), _copy(context), "")
            again = _built(subcon, value, context)
        except (QidlError, construct.ConstructError):
            return _REFUSED
        return value if again == data else _REFUSED

    try:
        # What is always the same is made of nothing.
        simplest = read(_built(subcon, None, context))
        return Choice(st.just(simplest), simplest)
    except Exception:
        simplest = read(bytes(size))

    def nearest(data: bytes) -> Any:
        tried = (read(bytes(byte & mask for byte in data)) for mask in _MASKS)
        return next((value for value in tried if value is not _REFUSED), simplest)

    drawn = binary(size, fixed=_is_fixed(subcon)).strategy
    strategy = drawn.map(nearest).filter(lambda value: value is not _REFUSED)
    return Choice(strategy) if simplest is _REFUSED else Choice(strategy, simplest)


def _size(subcon: Any, context: Context, where: str) -> int:
    try:
        return int(subcon._sizeof(_copy(context), ""))
    except construct.SizeofError:
        raise SchemaError(
            f"{where}: expected a construct that has a size or a method draw_value(draw, state), found {subcon!r}"
        ) from None
    except Exception as error:
        raise SchemaError(f"{where}: expected {subcon!r} to say its size, found {raised(error)}") from error


def _is_fixed(subcon: Any) -> bool:
    """Whether a construct is of one size, whatever is before it."""
    try:
        subcon._sizeof(Context({}), "")
    except Exception:
        return False
    return True


def _copy(context: Context, taken: Taken | None = None) -> Context:
    """One that a construct can note things in."""
    return Context(context.state, dict(context), taken)


def _built(subcon: Any, value: Any, context: Context) -> bytes:
    stream = io.BytesIO()
    subcon._build(value, stream, _copy(context, Taken()), "")
    return stream.getvalue()
