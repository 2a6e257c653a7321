"""Finding the declarations in a file, of which most is something else.

A scanner returns the place of the next word of :data:`~qidl.cparse.tokens.SITES`. It never
looks at a character twice.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from qidl.cparse.lexer import directive_end
from qidl.cparse.tokens import SITES

_WORDS = "|".join(sorted(SITES, key=len, reverse=True))
_INTERESTING = re.compile(
    rf"""
      (?P<site>      \b(?:{_WORDS})\b(?=[ \t\r\n\f\v]{{0,99}}\() )
    | (?P<directive> ^[ \t]*\# )
    | (?P<comment>   /\* )
    | (?P<skipped>   //(?:[^\n\\]|\\[\s\S])*+ | "(?:[^"\\\n]|\\[\s\S])*+"? | '(?:[^'\\\n]|\\[\s\S])*+'? )
    """,
    re.VERBOSE | re.MULTILINE | re.ASCII,
)
_LINE_BEGINS = re.compile(r"[ \t\r\f\v\n]++")
_SITE_2012 = re.compile(rf"(?:{_WORDS}|QIDL_START\w*)[ \t]{{0,99}}\(", re.ASCII)


class Site(NamedTuple):
    """Where a declaration begins, or why there is none: the text ends, maybe within a comment."""

    offset: int
    found: bool
    unclosed: bool = False


def next_site(text: str, position: int) -> Site:
    """Find the next declaration anywhere but in comments, literals, preprocessor lines and ``#if 0``."""
    while True:
        match = _INTERESTING.search(text, position)
        if match is None:
            return Site(len(text), found=False)
        position = match.end()
        if match.lastgroup == "site":
            return Site(match.start(), found=True)
        if match.lastgroup == "directive":
            position = directive_end(text, position - 1)
        elif match.lastgroup == "comment":
            end = text.find("*/", position)
            if end < 0:
                return Site(match.start(), found=False, unclosed=True)
            position = end + 2


def next_site_2012(text: str, position: int) -> Site:
    """Find the next line that begins with a declaration, or ``position`` itself if one begins there.

    Other lines are discarded whole, whatever they hold.
    """
    while position < len(text):
        blank = _LINE_BEGINS.match(text, position)
        if blank is not None:
            position = blank.end()
        elif text.startswith("/*", position):
            end = text.find("*/", position + 2)
            if end < 0:
                return Site(position, found=False, unclosed=True)
            position = end + 2
        elif _SITE_2012.match(text, position):
            return Site(position, found=True)
        else:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end + 1
    return Site(len(text), found=False)
