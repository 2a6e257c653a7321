"""What generated functions call, of layouts and of classes."""

from __future__ import annotations

import operator

from qidl.generating.source import Refused


def uint8s(value: object) -> bytes:
    """Take a list of bytes, or bytes, for the array that it is."""
    if type(value) is bytes or type(value) is bytearray:
        return bytes(value)
    if type(value) is not list or operator.countOf(map(type, value), int) != len(value):
        raise Refused
    return bytes(value)


def some_bytes(value: object) -> bytes:
    """Take bytes, or what says the same."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if not isinstance(value, list | tuple) or operator.countOf(map(type, value), int) != len(value):
        raise Refused
    return bytes(value)
