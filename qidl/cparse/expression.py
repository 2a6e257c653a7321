"""Constant expressions of C, such as array sizes: ``0x10``, ``2048 / 32``, ``(160 * 100)``, ``4ULL``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from qidl.cparse.tree import Tokens

_LONGEST = 100
_LIMIT = 1 << 64
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlL]{0,3}")


def _divided(left: int, right: int) -> int | None:
    """C's division, which rounds towards zero."""
    if right == 0:
        return None
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _remainder(left: int, right: int) -> int | None:
    quotient = _divided(left, right)
    return None if quotient is None else left - right * quotient


def _shifted(left: int, right: int) -> int | None:
    return left << right if 0 <= right < 64 else None


_BINARY: Final[Mapping[str, tuple[int, Callable[[int, int], int | None]]]] = {
    "||": (1, lambda a, b: int(bool(a or b))),
    "&&": (2, lambda a, b: int(bool(a and b))),
    "|": (3, lambda a, b: a | b),
    "^": (4, lambda a, b: a ^ b),
    "&": (5, lambda a, b: a & b),
    "==": (6, lambda a, b: int(a == b)),
    "!=": (6, lambda a, b: int(a != b)),
    "<": (7, lambda a, b: int(a < b)),
    ">": (7, lambda a, b: int(a > b)),
    "<=": (7, lambda a, b: int(a <= b)),
    ">=": (7, lambda a, b: int(a >= b)),
    "<<": (8, _shifted),
    ">>": (8, lambda a, b: a >> b if 0 <= b < 64 else None),
    "+": (9, lambda a, b: a + b),
    "-": (9, lambda a, b: a - b),
    "*": (10, lambda a, b: a * b),
    "/": (10, _divided),
    "%": (10, _remainder),
}

_UNARY: Final[Mapping[str, Callable[[int], int]]] = {
    "+": lambda a: a,
    "-": lambda a: -a,
    "~": lambda a: ~a,
    "!": lambda a: int(not a),
}


def number(text: str) -> int | None:
    """Read an integer literal of C, with its suffix; None if it is none, or has more than 64 bits."""
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > 70:
        return None
    digits = match[1]
    try:
        octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0"
        value = int(digits, 8 if octal else 0)
    except ValueError:
        return None
    return value if value < _LIMIT else None


def evaluate(tokens: Tokens, constants: Mapping[str, int]) -> int | None:
    """Return the value of an expression; None if it is none, or is not constant as far as ``constants`` tell."""
    if not 0 < len(tokens) <= _LONGEST:
        return None
    reader = _Reader(tokens, constants)
    value = reader.conditional()
    return value if reader.finished else None


class _Reader:
    """Reads one expression. What is not constant has the value None, and so has all that is computed from it."""

    def __init__(self, tokens: Tokens, constants: Mapping[str, int]) -> None:
        self._tokens = tokens
        self._constants = constants
        self._next = 0

    @property
    def finished(self) -> bool:
        return self._next == len(self._tokens)

    def _peek(self) -> str:
        return "" if self.finished else self._tokens[self._next]

    def _take(self) -> str:
        token = self._peek()
        self._next += not self.finished
        return token

    def conditional(self) -> int | None:
        condition = self._binary(0)
        if self._peek() != "?":
            return condition
        self._take()
        then = self.conditional()
        if self._take() != ":":
            return None
        otherwise = self.conditional()
        if condition is None:
            return None
        return then if condition else otherwise

    def _binary(self, above: int) -> int | None:
        left = self._unary()
        while True:
            operator = self._peek()
            precedence, compute = _BINARY.get(operator, (0, None))
            if compute is None or precedence <= above:
                return left
            self._take()
            right = self._binary(precedence)
            value = None if left is None or right is None else compute(left, right)
            left = value if value is not None and -_LIMIT < value < _LIMIT else None

    def _unary(self) -> int | None:
        token = self._take()
        if token in _UNARY:
            value = self._unary()
            return None if value is None else _UNARY[token](value)
        if token == "(":
            value = self.conditional()
            return value if self._take() == ")" else None
        if token in self._constants:
            return self._constants[token]
        return number(token)
