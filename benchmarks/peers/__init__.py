"""What qidl is held against, and qidl itself in the same clothes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from captured import layout
from codec import Codec
from peers.as_construct import leaves, plain
from qidl.section import Section
from qidl.wire import path as paths
from qidl.wire.reference import REFERENCE


def qidl(section: Section) -> Codec:
    """The engine that is used."""
    form, version = layout(section), section.version_id
    return Codec(partial(form.decode, version_id=version), partial(form.encode, version_id=version))


def reference(section: Section) -> Codec:
    """The reference engine: the same constructs, with all their checks."""
    form, version = layout(section), section.version_id
    return Codec(
        partial(REFERENCE.decode, form, version_id=version), partial(REFERENCE.encode, form, version_id=version)
    )


def construct(section: Section) -> Codec:
    """construct, without anything of qidl."""
    struct = plain(layout(section), section.version_id)
    return Codec(struct.parse, struct.build)


def compiled(section: Section) -> Codec:
    """The same, compiled by construct."""
    struct = plain(layout(section), section.version_id).compile()
    return Codec(struct.parse, struct.build)


def cstruct(section: Section) -> Codec:
    """dissect.cstruct, with a type for just this payload."""
    from peers.as_cstruct import structure

    structure_type = structure(layout(section), section.state, section.version_id)
    return Codec(structure_type, structure_type.dumps)


PEERS = {
    "reference": reference,
    "construct": construct,
    "compiled": compiled,
    "cstruct": cstruct,
}
"""By the name of the column."""


def check(name: str, section: Section, codec: Codec) -> None:
    """Hold what a peer reads and writes against the state and the payload, as far as its types allow."""
    payload, found = bytes(section.payload), codec.decode(bytes(section.payload))
    match name:
        case "reference":
            assert repr(section.state) == repr(found)
        case "construct" | "compiled":
            for path, value in leaves(found):
                assert (path, paths.get(section.state, path)) == (path, value)
        case "cstruct":
            from peers.as_cstruct import values

            plainly = construct(section).decode(payload)
            assert [value for _, value in leaves(plainly)] == list(values(found))
    assert payload == codec.encode(found)


def calls(sections: Sequence[Section], codecs: Sequence[Codec]) -> tuple[Callable[[], object], Callable[[], object]]:
    """What decodes all these sections, each by its codec, and what encodes what was found."""
    payloads = [bytes(section.payload) for section in sections]
    found = [codec.decode(payload) for codec, payload in zip(codecs, payloads, strict=True)]
    return _all([codec.decode for codec in codecs], payloads), _all([codec.encode for codec in codecs], found)


def _all(functions: Sequence[Callable[[Any], Any]], arguments: Sequence[Any]) -> Callable[[], object]:
    if len(functions) == 1:
        # With nothing around it.
        return partial(functions[0], arguments[0])
    pairs = list(zip(functions, arguments, strict=True))
    return lambda: [function(argument) for function, argument in pairs]
