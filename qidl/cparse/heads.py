"""Reading how a declaration begins: ``QIDL_DECLARE(RTCState, skip_state)``, ``QIDL_IMMUTABLE_TYPES(…)``."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from qidl.cparse.annotations import split
from qidl.cparse.lexer import spell
from qidl.cparse.tokens import TokenStream
from qidl.cparse.tree import Tokens
from qidl.cparse.words import DEFAULT_TAGS, SERIALIZE_KINDS, WORDS

_WRITTEN: Final = ("QIDL_DECLARE", "QIDL_DECLARE_PUBLIC", "QIDL_IMPLEMENT_PUBLIC")
_PUBLIC: Final = ("QIDL_DECLARE_PUBLIC", "QIDL_START_PUBLIC")
_SETTINGS: Final = ("skip_state", "skip_properties", *DEFAULT_TAGS)
_IMPLEMENTATION: Final = ("QIDL_IMPLEMENT_PUBLIC", "QIDL_START_IMPLEMENTATION")


@attrs.frozen
class Head:
    """The macro that a declaration begins with.

    :ivar kind: what it begins
    :ivar written: it is in the form that people write, which includes ``struct`` and the tag
    :ivar types: the list of ``QIDL_IMMUTABLE_TYPES``
    """

    kind: Literal["declaration", "implementation", "immutable_types"]
    offset: int
    written: bool = False
    id: str = ""
    public: bool = False
    default_tag: str = "standard"
    skip_state: bool = False
    skip_properties: bool = False
    types: tuple[str, ...] = ()


def parse_head(stream: TokenStream) -> Head:
    """Take the macro and its parameters.

    :raises UnexpectedToken: they are not as the language has them
    """
    word = stream.take()
    opening = stream.peek()
    tokens = stream.enclosed("(")
    if word.text == "QIDL_IMMUTABLE_TYPES":
        types = tuple(spell(part) for part in split(tokens) if part)
        return Head("immutable_types", word.start, types=types)
    name, *parameters = split(tokens)
    if len(name) != 1 or not name[0].isidentifier():
        raise stream.unexpected("the name of a type", opening)
    settings = [_setting(parameter) for parameter in parameters if parameter]
    if not stream.as_2012 and any(setting not in _SETTINGS for setting in settings):
        raise stream.unexpected("skip_state, skip_properties or the treatment of unmarked members", opening)
    tags = [setting for setting in settings if setting in SERIALIZE_KINDS]
    return Head(
        "implementation" if word.text in _IMPLEMENTATION else "declaration",
        word.start,
        written=word.text in _WRITTEN,
        id=name[0],
        public=word.text in _PUBLIC,
        default_tag=tags[0] if tags else "standard",
        skip_state="skip_state" in settings,
        skip_properties="skip_properties" in settings,
    )


def _setting(parameter: Tokens) -> str | None:
    """What one parameter sets; None if it is not known."""
    match parameter:
        case ("skip_state" | "skip_properties",):
            return parameter[0]
        case (word,) if word in WORDS:
            return WORDS[word][0]
        case ("QIDL", "(", "serialize", ",", kind, ")") if kind in SERIALIZE_KINDS:
            return kind
    return None
