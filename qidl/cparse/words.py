"""The words of the language: which macros there are, and what each stands for."""

from __future__ import annotations

from typing import Final

SERIALIZE_KINDS: Final = frozenset(
    {"standard", "immutable", "derived", "broken", "elsewhere", "optional", "string", "size_is"}
)
"""What ``QIDL(serialize, …)`` can say."""

DEFAULT_TAGS: Final = ("standard", "immutable", "derived", "broken", "elsewhere")
"""What a struct can say of all its members."""

WORDS: Final = {
    "q_standard": ("standard",),
    "q_immutable": ("immutable",),
    "q_derived": ("derived",),
    "q_broken": ("broken",),
    "q_elsewhere": ("elsewhere",),
    "q_optional": ("optional",),
    "q_string": ("string",),
}
"""Macros without arguments."""

WORDS_WITH_ARGUMENTS: Final = {
    "q_size": ("standard", "size_is"),
    "q_property": ("immutable", "property"),
}
"""Macros with arguments, which go to the last of the annotations that they stand for."""

ANNOTATION_WORDS: Final = frozenset({"QIDL", *WORDS, *WORDS_WITH_ARGUMENTS})

QUALIFIERS: Final = frozenset({"const", "volatile", "_Atomic"})

KEYWORDS: Final = frozenset(
    {
        *("auto", "break", "case", "const", "continue", "default", "do", "else", "enum", "extern", "for", "goto"),
        *("if", "register", "return", "signed", "sizeof", "static", "struct", "typedef", "union", "unsigned"),
        *("volatile", "while"),
    }
)
"""Words that cannot name a type or a member."""

BUILTIN_TYPES: Final = frozenset(
    {"char", "short", "int", "long", "signed", "unsigned", "__signed__", "float", "double"}
)
"""Words of which a type's name is composed."""
