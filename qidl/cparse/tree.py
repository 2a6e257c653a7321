"""The tree: what a C file declares, as it is written there.

Nothing is decided here. What the annotations of a member, the struct's default tag and the
list of immutable types amount to is :mod:`qidl.cparse.meaning`'s.

Expressions (array sizes, arguments) are kept as their tokens. Places and comments do not
take part in comparisons, so that the same declaration written twice is equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from qidl.cparse.source import CSourceError, Problem, Source

Tokens = tuple[str, ...]
"""Part of the source as the text of its tokens."""

Compat = Literal["2012"] | None
"""How to read: as documented (None), or as the tool of 2012 did, defects included."""

SHIPPED_IMMUTABLE_TYPES = (
    "Notifier",
    "MemoryRegion",
    "MemoryRegionIoeventfd",
    "DeviceState",
    "BusState",
    "DMAContext",
    "qemu_irq",
    "SysBusDevice",
)
"""The types that QIDL's own header lists as immutable."""


@attrs.frozen
class Annotation:
    """One ``QIDL(…)``: the macros of the written form stand for one or more of these.

    :ivar kind: ``standard``, ``immutable``, ``derived``, ``broken``, ``elsewhere``, ``optional``,
        ``string``, ``size_is`` or ``property``
    :ivar arguments: the tokens of what follows the kind, commas included
    :ivar offset: place in the source
    """

    kind: str
    arguments: Tokens = ()
    offset: int = attrs.field(default=0, eq=False, repr=False)


@attrs.frozen
class Nested:
    """A type that is declared within a member: parsed past, never serialised.

    :ivar kind: ``struct``, ``union``, ``enum``, or the name of a macro that declares the type (``QLIST_ENTRY``)
    :ivar tag: its tag, empty for none
    :ivar body: the tokens between its braces, or a macro's parentheses
    """

    kind: str
    tag: str
    body: Tokens


@attrs.frozen
class Member:
    """One member of a struct; ``int a, b;`` are two.

    :ivar name: its name; empty for an anonymous struct or union
    :ivar type: its type without qualifiers and stars: ``uint8_t``, ``unsigned int``, ``struct tm``;
        empty where ``nested`` says what it is
    :ivar const: a qualifier ``const`` stands by the type
    :ivar pointers: stars before the name
    :ivar dimensions: the tokens between each pair of array brackets
    :ivar before: annotations that stand before the name
    :ivar after: annotations that stand behind the name and its brackets
    :ivar parameters: of a pointer to a function, the tokens of its parameters; else None
    :ivar nested: the type, where it is declared right here
    :ivar bits: of a bit-field, the tokens of its width; else None
    :ivar comment: what a comment beside the member says
    :ivar offset: place in the source
    """

    name: str
    type: str = ""
    const: bool = False
    pointers: int = 0
    dimensions: tuple[Tokens, ...] = ()
    before: tuple[Annotation, ...] = ()
    after: tuple[Annotation, ...] = ()
    parameters: Tokens | None = None
    nested: Nested | None = None
    bits: Tokens | None = None
    comment: str = attrs.field(default="", eq=False, repr=False)
    offset: int = attrs.field(default=0, eq=False, repr=False)

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Every annotation, in the order of the text."""
        return self.before + self.after


@attrs.frozen
class StructDeclaration:
    """One ``QIDL_DECLARE``, ``QIDL_DECLARE_PUBLIC`` or ``QIDL_START``, with the struct that follows.

    :ivar id: the name between the parentheses
    :ivar tag: the struct's tag, empty for none
    :ivar typedef: the name of the typedef, where the struct stands in one; else empty
    :ivar members: its members
    :ivar public: declared for other files to use: visited where ``QIDL_IMPLEMENT_PUBLIC`` names it
    :ivar default_tag: treatment of members that carry no annotation
    :ivar skip_state: no visitor is wanted
    :ivar skip_properties: no table of properties is wanted
    :ivar comment: what a comment right before the declaration says
    :ivar offset: place in the source
    """

    id: str
    tag: str
    typedef: str = ""
    members: tuple[Member, ...] = ()
    public: bool = False
    default_tag: str = "standard"
    skip_state: bool = False
    skip_properties: bool = False
    comment: str = attrs.field(default="", eq=False, repr=False)
    offset: int = attrs.field(default=0, eq=False, repr=False)

    @property
    def name(self) -> str:
        """The name of the type: the typedef's, else the tag."""
        return self.typedef or self.tag


@attrs.frozen
class Implementation:
    """One ``QIDL_IMPLEMENT_PUBLIC``: this file holds the visitor of a public declaration."""

    id: str
    skip_state: bool = False
    skip_properties: bool = False
    offset: int = attrs.field(default=0, eq=False, repr=False)


@attrs.frozen
class Unit:
    """Everything that one file, or one preprocessed translation unit, declares.

    :ivar declarations: the structs, in the order of the text
    :ivar implementations: the public ones that this unit implements
    :ivar immutable_types: each ``QIDL_IMMUTABLE_TYPES`` list
    :ivar errors: what could not be read; what is listed there is missing from ``declarations``
    :ivar warnings: what could be read but breaks a rule of the language
    :ivar constants: the values of names that array sizes may use
    :ivar preprocessed: no declaration is in the form that people write
    :ivar compat: how the text was read, and is to be understood
    """

    declarations: tuple[StructDeclaration, ...] = ()
    implementations: tuple[Implementation, ...] = ()
    immutable_types: tuple[tuple[str, ...], ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    constants: Mapping[str, int] = attrs.field(factory=dict)
    preprocessed: bool = True
    compat: Compat = None
    source: Source = attrs.field(factory=lambda: Source("", "<C>"), eq=False, repr=False)

    @property
    def as_2012(self) -> bool:
        """Whether the tool of 2012 is to be followed in everything."""
        return self.compat == "2012"

    def raise_errors(self) -> None:
        """Raise one error that lists every problem, if there is any.

        :raises CSourceError: there is
        """
        if self.errors:
            raise CSourceError(self.errors)
