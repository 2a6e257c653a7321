"""The values of ``#define NAME number`` lines, for array sizes in text that was not preprocessed."""

from __future__ import annotations

import re

from qidl.cparse.expression import evaluate
from qidl.cparse.lexer import lex

_DEFINE = re.compile(r"^[ \t]*\#[ \t]*define[ \t]++([A-Za-z_]\w*)[ \t]++([^\n\\]{1,200})$", re.MULTILINE | re.ASCII)
_PASSES = 4


def constants(text: str) -> dict[str, int]:
    """Return the macros of ``text`` that are constant integers, by name.

    One that is defined twice, with different values, is left out: which of the two holds
    depends on the configuration.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    for match in _DEFINE.finditer(text):
        found.setdefault(match[1], set()).add(tuple(token.text for token in lex(match[2]) if token.text))
    undecided = {name: next(iter(bodies)) for name, bodies in found.items() if len(bodies) == 1}
    values: dict[str, int] = {}
    # A macro may use one that is defined further down, so go round until nothing new comes out.
    for _ in range(_PASSES):
        decided = {name: evaluate(body, values) for name, body in undecided.items()}
        new = {name: value for name, value in decided.items() if value is not None}
        if not new:
            break
        values |= new
        undecided = {name: body for name, body in undecided.items() if name not in new}
    return values
