"""Comments that speak of a declaration or a member: they become docstrings and reasons in Python."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"^[ \t]*#[^\n]*|/\*([\s\S]*?)\*/|//([^\n]*)", re.MULTILINE)
_DECORATION = re.compile(r"^[\s*/!<]+|[\s*]+$", re.MULTILINE)
_LONGEST = 4096


def plain(comment: str) -> str:
    """The words of a comment: without stars at the starts of lines, on one line."""
    return " ".join(_DECORATION.sub("", comment).split())


def beside(gap: str) -> tuple[str, str]:
    """Read the text between one member and the next.

    :returns: what is said of the member before, on its own line; and of the one that follows,
        on the lines right above it
    """
    newline = gap.find("\n")
    trailing: list[str] = []
    leading: list[str] = []
    end = 0
    for match in _COMMENT.finditer(gap):
        words = plain(match[1] or match[2] or "")
        if match.lastindex is None:
            leading.clear()
        elif newline < 0 or match.start() < newline:
            trailing.append(words)
            if match.end() > newline >= 0:
                newline = gap.find("\n", match.end())
        else:
            if gap.count("\n", end, match.start()) > 1:
                leading.clear()
            leading.append(words)
        end = match.end()
    if gap.count("\n", end) > 1:
        leading.clear()
    return " ".join(filter(None, trailing)), " ".join(filter(None, leading))


def above(text: str, position: int) -> str:
    """Read the comment that ends right above ``position``; empty if there is none near."""
    window = text[max(0, position - _LONGEST) : position].rstrip(" \t")
    body = window.rstrip()
    if not body.endswith("*/") or window.count("\n", len(body)) > 1:
        return ""
    start = body.rfind("/*")
    return plain(body[start + 2 : -2]) if 0 <= start <= len(body) - 4 else ""
