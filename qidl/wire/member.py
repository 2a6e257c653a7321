"""A field of a VMState, taken apart."""

from __future__ import annotations

from typing import Any, NamedTuple

import construct

from qidl.errors import QidlError, SchemaError, WireError
from qidl.sentences import brief, raised
from qidl.wire import path as paths
from qidl.wire.primitives import Before, Conditional, Only, Since, State


class Member(NamedTuple):
    """One field of a VMState, as its construct says it.

    :ivar path: stringified path of its value in the state
    :ivar subcon: what is on the wire
    :ivar conditions: all must hold for it to be there; those on the version come first
    :ivar meaning: what it is, in words
    """

    path: str
    subcon: Any
    conditions: tuple[Conditional, ...]
    meaning: str

    def worded(self, error: Exception, path: str, offset: int | None) -> WireError | None:
        """What to say of an exception: None if it says itself what is wrong, or comes of a construct of one's own.

        :param path: of the value, from the outermost struct
        """
        if isinstance(error, QidlError | construct.ConstructError) or not _is_foreign(self.subcon):
            return None
        return WireError("what its construct says", raised(error).splitlines()[0], path=path, offset=offset)

    @classmethod
    def of(cls, field: Any) -> Member:
        """Take a named construct apart.

        :raises SchemaError: it has no name, or one that is no path
        """
        path, subcon, conditions = "", field, []
        while isinstance(subcon, construct.Renamed | Conditional):
            if isinstance(subcon, Conditional):
                conditions.append(subcon)
            else:
                path = path or subcon.name or ""
            subcon = subcon.subcon
        if not path:
            raise SchemaError(f"expected a field named with /, found {brief(field)}")
        paths.parse(path)
        if _is_bare_struct(subcon):
            raise SchemaError(f"{path}: expected a VMState, or an adapter around it, found a construct.Struct")
        # A condition on the state may ask for what another version has.
        conditions.sort(key=lambda condition: not isinstance(condition, Since | Before | Only))
        return cls(path, subcon, tuple(conditions), field.docs)

    def present(self, version_id: int, state: State) -> bool:
        """Whether the field is there, in a payload of this version, after what was read so far."""
        return all(condition.present(version_id, state) for condition in self.conditions)


def _is_foreign(subcon: Any) -> bool:
    """Whether a construct is one of construct's own, or made of such a one."""
    while isinstance(subcon, construct.Subconstruct) and not type(subcon).__module__.startswith("construct."):
        subcon = subcon.subcon
    return type(subcon).__module__.startswith("construct.")


def _is_bare_struct(subcon: Any) -> bool:
    """Whether what comes of a construct is a struct of construct's own, which holds more than its members."""
    while isinstance(subcon, construct.Subconstruct) and not isinstance(subcon, construct.Adapter):
        subcon = subcon.subcon
    return isinstance(subcon, construct.Struct)
