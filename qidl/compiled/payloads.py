"""The two functions of a layout and a class together: from a payload to an object, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qidl.compiled.declared import structs_of
from qidl.compiled.hooks import post_load_within
from qidl.compiled.object_making import ObjectMaking
from qidl.compiled.object_taking import ObjectTaking
from qidl.generating.functions import keep
from qidl.generating.source import Source, TooHard, function_or, left_to_reference
from qidl.kinds import Declaration, Struct
from qidl.limits import Limits
from qidl.wire.compiled.reading import Reading
from qidl.wire.compiled.shape import is_plain
from qidl.wire.compiled.writing import Writing
from qidl.wire.vmstate import VMState

Function = Callable[..., Any]


def reader(described: Declaration, layout: VMState, version_id: int) -> Function:
    """From a payload, and the limits on it, to an object, whose hooks have run.

    It takes what the way by the QObject takes, or less. Where it is less it makes None, and has run no hook: an
    exception that gets out is a hook's own.
    """

    def generate() -> Function:
        _check(described, layout)
        source = Source()
        hooks = post_load_within(source, described)
        with source.block("try:"):
            made = _reading(source).payload(layout, version_id, Struct(described))
            hooks.find(made)
        source.line("except Exception: return None")
        hooks.run()
        source.line(f"return {made}")
        return source.function("from_payload(data, limits)", layout.name)

    return function_or(_makes_none, generate)


def _makes_none(data: bytes | memoryview, limits: Limits) -> None:
    """Stand for a reader that could not be generated."""


def writer(described: Declaration, layout: VMState, version_id: int) -> Function:
    """From an object to a payload. No hook runs; as :func:`reader` does, it may take less than there is to take."""

    def generate() -> Function:
        _check(described, layout)
        return _writing().function(layout, version_id, Struct(described))

    return function_or(left_to_reference, generate)


def _reading(source: Source) -> Reading:
    return Reading(source, _reader, builds=True, making=ObjectMaking)


def _writing() -> Writing:
    return Writing(_writer, taking=ObjectTaking)


# The functions for structs within others.


def _reader(layout: VMState, declared: Struct, elsewhere: frozenset[str]) -> Function:
    _check(declared.declaration, layout)
    return _shared(layout, "read", declared, elsewhere, _reading(Source()).part)


def _writer(layout: VMState, declared: Struct, elsewhere: frozenset[str]) -> Function:
    _check(declared.declaration, layout)
    return _shared(layout, "write", declared, elsewhere, _writing().function)


def _shared(
    layout: VMState, kind: str, declared: Struct, elsewhere: frozenset[str], generate: Callable[..., Function]
) -> Function:
    """Generate a function, unless there is one."""
    key = (kind, declared.declaration.cls, elsewhere)
    found: Function | None = layout.uses.get(key)
    if found is None:
        found = generate(layout, layout.version_id, declared, elsewhere)
        keep(layout.uses, key, found)
    return found


def _check(described: Declaration, layout: VMState) -> None:
    structs_of(described)
    if not is_plain(layout):
        raise TooHard
