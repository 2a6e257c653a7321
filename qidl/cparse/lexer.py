"""The lexer: C text → tokens, one at a time, from any place in the text.

White space, comments and preprocessor lines are left out. Nothing is an error here: what is
no token of C comes out as a token of kind ``other``, a comment that never ends as ``unclosed``,
and the parser says what it thinks of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["word", "number", "string", "char", "punct", "other", "unclosed", "end"]

# Every alternative matches without trying again, however the text goes on: time is linear.
TOKEN = re.compile(
    r"""
      (?P<blank>      [ \t\r\f\v]+ | \n | \\\r?\n )
    | (?P<line>       //(?:[^\n\\]|\\[\s\S])*+ )
    | (?P<comment>    /\* )
    | (?P<word>       [A-Za-z_]\w* )
    | (?P<number>     \.?[0-9](?:[eEpP][+-]|[\w.])*+ )
    | (?P<string>     "(?:[^"\\\n]|\\[\s\S])*+" )
    | (?P<char>       '(?:[^'\\\n]|\\[\s\S])*+' )
    | (?P<punct>      \.\.\. | <<= | >>= | -> | \+\+ | -- | << | >> | [<>=!]= | && | \|\| | [-+*/%&^|]= | \#\#
                      | <: | :> | <% | %> | %: | [][(){}.&*+~!/%<>^|?:;=,#-] )
    | (?P<other>      ["'](?:[^\n\\]|\\[\s\S])*+ | [\s\S] )
    """,
    re.VERBOSE | re.ASCII,
)

_DIGRAPHS = {"<:": "[", ":>": "]", "<%": "{", "%>": "}", "%:": "#"}
_IF_ZERO = re.compile(r"#[ \t]*if[ \t]+0[ \t]*(?:$|/)", re.MULTILINE)
_CONDITIONAL = re.compile(r"^[ \t]*#[ \t]*(if|el|endif)", re.MULTILINE)
_DIRECTIVE_PART = re.compile(r'\\\r?\n|\n|/\*|//[^\n\\]*|"(?:[^"\\\n]|\\[^\n])*+"?')


class Token(NamedTuple):
    """A token: its kind, its text (digraphs as what they stand for), and where it lies in the source."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The token as an error message calls it."""
        if self.kind == "end":
            return "the end of the file"
        if self.kind == "unclosed":
            return "a comment without end"
        text = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return text if self.kind in ("word", "number", "string", "char") else repr(text)


def lex(text: str, position: int = 0) -> Iterator[Token]:
    """Yield the tokens of ``text`` from ``position`` on; the last has the kind ``end`` or ``unclosed``."""
    at_line_start = position == 0 or text[position - 1] == "\n"
    length = len(text)
    while position < length:
        match = TOKEN.match(text, position)
        assert match is not None  # the last alternative takes anything
        kind = match.lastgroup
        found = match[0]
        if kind == "blank":
            at_line_start = at_line_start or found == "\n"
            position = match.end()
        elif kind == "line":
            position = match.end()
        elif kind == "comment":
            end = text.find("*/", position + 2)
            if end < 0:
                yield Token("unclosed", found, position, length)
                return
            position = end + 2
        elif at_line_start and found == "#":
            position = directive_end(text, position)
        else:
            at_line_start = False
            position = match.end()
            yield Token(kind, _DIGRAPHS.get(found, found), match.start(), position)  # type: ignore[arg-type]
    yield Token("end", "", length, length)


def directive_end(text: str, position: int) -> int:
    """Return where the preprocessor line whose ``#`` is at ``position`` ends: before its newline, or after the text.

    Lines that a backslash or a comment continues belong to it, and so does all that ``#if 0`` leaves out.
    """
    ignored = _IF_ZERO.match(text, position) is not None
    end = _line_end(text, position)
    return _conditional_end(text, end) if ignored else end


def _line_end(text: str, position: int) -> int:
    while True:
        match = _DIRECTIVE_PART.search(text, position)
        if match is None:
            return len(text)
        if match[0] == "\n":
            return match.start()
        position = match.end()
        if match[0] == "/*":
            end = text.find("*/", position)
            if end < 0:
                return match.start()
            position = end + 2


def _conditional_end(text: str, position: int) -> int:
    """Return the end of what ``#if 0`` leaves out: its ``#endif``, or an ``#else`` of its own."""
    depth = 0
    for match in _CONDITIONAL.finditer(text, position):
        if match[1] == "if":
            depth += 1
        elif depth == 0:
            return _line_end(text, match.end())
        elif match[1] == "endif":
            depth -= 1
    return len(text)


_APART = frozenset("()[]{},;~?")


def joins(left: str, right: str) -> bool:
    """Whether two tokens written without a space between them would be read as something else."""
    if left in _APART or right in _APART:
        return False
    match = TOKEN.match(left + right)
    return match is None or match.end() != len(left) or (left, right) == (".", ".")


def spell(tokens: tuple[str, ...]) -> str:
    """Write tokens one after the other, with spaces only where they would otherwise run together."""
    parts: list[str] = []
    for token in tokens:
        if parts and joins(parts[-1], token):
            parts.append(" ")
        parts.append(token)
    return "".join(parts)
