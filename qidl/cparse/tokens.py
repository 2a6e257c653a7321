"""A stream of tokens with what every part of the parser does: peek, accept, expect, take what brackets enclose."""

from __future__ import annotations

from collections import deque

from qidl.cparse.lexer import Token, lex
from qidl.cparse.source import Problem, Source

SITES = frozenset(
    {
        "QIDL_DECLARE",
        "QIDL_DECLARE_PUBLIC",
        "QIDL_IMPLEMENT_PUBLIC",
        "QIDL_IMMUTABLE_TYPES",
        "QIDL_START",
        "QIDL_START_PUBLIC",
        "QIDL_START_IMPLEMENTATION",
    }
)
"""The words with which a declaration begins. One inside a declaration means that its end is missing."""

_CLOSING = {"(": ")", "[": "]", "{": "}"}

_DECORATIONS = frozenset(
    {"__attribute__", "__attribute", "__aligned__", "_Alignas", "alignas", "QEMU_PACKED", "QEMU_ALIGNED"}
)
_SILENT = frozenset({"__extension__", "restrict", "__restrict", "__restrict__", "inline"})


class UnexpectedToken(Exception):
    """The text goes on otherwise than it should; carries the problem to where parsing can resume."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class TokenStream:
    """Tokens of one source from a place on, read as they are needed.

    What is not seen by the parser at all: attributes of GCC, alignment and packing.
    Reading as in 2012, they are seen.

    :ivar source: where the tokens come from
    :ivar position: end of the last token taken
    """

    def __init__(self, source: Source, position: int, *, as_2012: bool = False) -> None:
        self.source = source
        self.position = position
        self.as_2012 = as_2012
        self._lexer = lex(source.text, position)
        self._ahead: deque[Token] = deque()
        self._last: Token | None = None

    def _read(self) -> Token:
        if self._last is not None:
            return self._last
        token = next(self._lexer)
        if token.kind in ("end", "unclosed"):
            self._last = token
        return token

    def peek(self, distance: int = 0) -> Token:
        """Look at a token that is still to come."""
        while len(self._ahead) <= distance:
            token = self._read()
            if token.kind == "word" and not self.as_2012:
                if token.text in _SILENT:
                    continue
                if token.text in _DECORATIONS:
                    self._skip_arguments()
                    continue
            self._ahead.append(token)
        return self._ahead[distance]

    def _skip_arguments(self) -> None:
        """Skip what parentheses enclose, if they come next; the word before them has been read."""
        depth = 0
        while True:
            token = self._read()
            depth += (token.text == "(") - (token.text == ")")
            if token.kind in ("end", "unclosed") or token.text in SITES or (depth == 0 and token.text != ")"):
                self._ahead.append(token)
                return
            if depth == 0:
                return

    def take(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self._ahead.popleft()
        if token.kind in ("end", "unclosed"):
            self._ahead.append(token)
        self.position = token.end
        return token

    def at(self, text: str, distance: int = 0) -> bool:
        """Whether a token to come is ``text``."""
        return self.peek(distance).text == text

    def accept(self, text: str) -> bool:
        """Take the next token if it is ``text``, and say whether it was."""
        if self.peek().text != text:
            return False
        self.take()
        return True

    def at_end(self) -> bool:
        """Whether no token of this declaration can follow: the text ends, or another declaration begins."""
        token = self.peek()
        return token.kind in ("end", "unclosed") or (token.text in SITES and self.at("(", 1))

    def expect(self, text: str, what: str = "") -> Token:
        """Take the next token, which has to be ``text``.

        :raises UnexpectedToken: it is another
        """
        if self.peek().text != text:
            raise self.unexpected(what or text)
        return self.take()

    def expect_word(self, what: str) -> Token:
        """Take the next token, which has to be a word.

        :raises UnexpectedToken: it is something else
        """
        if self.peek().kind != "word":
            raise self.unexpected(what)
        return self.take()

    def unexpected(self, expected: str, token: Token | None = None) -> UnexpectedToken:
        """Make the error that says what was expected in place of a token, the next unless given."""
        found = token or self.peek()
        return UnexpectedToken(Problem(self.source.place(found.start), expected, found.shown))

    def enclosed(self, opening: str) -> tuple[str, ...]:
        """Take a bracket, what it encloses, and the bracket that closes it; return what is between.

        :raises UnexpectedToken: the bracket is not there, is never closed, or encloses what is no token of C
        """
        closing = _CLOSING[opening]
        start = self.expect(opening)
        depth = 1
        tokens: list[str] = []
        while True:
            if self.at_end():
                line = self.source.place(start.start).line
                raise self.unexpected(f"{closing}, to close the {opening} of line {line}")
            token = self.take()
            if token.kind == "other":
                raise self.unexpected("a token of C", token)
            if token.text == opening:
                depth += 1
            elif token.text == closing:
                depth -= 1
                if depth == 0:
                    return tuple(tokens)
            tokens.append(token.text)
