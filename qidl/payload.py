"""Payloads as objects, and back: what a layout and a declared class do together, without the QObject in between."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

from qidl import hooks
from qidl.generating.functions import MOST, USES_OF_A_LAYOUT, Generated, keep
from qidl.kinds import Declaration, declaration
from qidl.limits import LIMITS, Limits
from qidl.qobject import from_qobject, saved
from qidl.unused import may_keep_unused, without_unused

if TYPE_CHECKING:
    from collections.abc import Callable

    from qidl.wire.vmstate import VMState

T = TypeVar("T")


def from_payload(
    cls: type[T],
    layout: VMState,
    payload: bytes | memoryview,
    version_id: int | None = None,
    *,
    section: str = "",
    limits: Limits = LIMITS,
) -> T:
    """Make an object of a declared class from a payload; ``post_load`` runs last.

    Bytes that QEMU skips unread mean nothing to a device, and are left out.

    :param layout: whose states are QObjects of the class
    :param version_id: version of the payload; the newest unless given
    :param section: name of the section, for errors
    :param limits: bounds on what is read
    :raises WireError: the payload is not what the layout says
    :raises SchemaError: its state is not a QObject of the class
    :raises DeclarationError: the class is not declared
    """
    functions = layout.uses.get(cls) or _prepare(layout, cls)
    try:
        read = functions.reading[version_id]
    except Exception:
        pass
    else:
        obj: T | None = read(payload, limits)
        if obj is not None:
            return obj
    # Whatever it is that is refused, it is named on the way by the QObject.
    state = layout.decode(payload, version_id, section=section, limits=limits)
    return from_qobject(cls, functions.without_unused(state, version_id))


def to_payload(device: Any, layout: VMState, version_id: int | None = None, *, section: str = "") -> bytes:
    """Make a payload of a declared object; ``pre_save`` runs first.

    :param layout: whose states are QObjects of the object's class
    :param version_id: version of the payload; the newest unless given
    :param section: name of the section, for errors
    :raises SchemaError: a field does not hold what its declaration says
    :raises WireError: the layout has no place for a value
    :raises DeclarationError: the object's class is not declared
    """
    functions = layout.uses.get(type(device)) or _prepare(layout, type(device))
    functions.pre_save(device)
    try:
        payload: bytes = functions.writing[version_id](device)
        return payload
    except Exception:
        pass
    return layout.encode(saved(device), version_id, section=section)


class _Functions:
    """What is generated for a layout and a class together, by version.

    :ivar pre_save: runs every such hook of an object
    """

    def __init__(self, layout: VMState, described: Declaration) -> None:
        self.pre_save: Callable[[Any], None] = functools.partial(hooks.pre_save, described=described)

        def read(version_id: int | None) -> Callable[..., Any]:
            from qidl.compiled.payloads import reader

            return self._shared(reader, version_id)

        def write(version_id: int | None) -> Callable[..., Any]:
            from qidl.compiled.payloads import writer

            self.pre_save = described.functions.generate("pre_save")
            return self._shared(writer, version_id)

        self._layout = layout
        self._described = described
        self._made: dict[Any, Callable[..., Any]] = {}
        self.reading = Generated(read, USES_OF_A_LAYOUT)
        self.writing = Generated(write, USES_OF_A_LAYOUT)

    def _shared(self, generate: Callable[..., Callable[..., Any]], version_id: int | None) -> Callable[..., Any]:
        """One function for all versions that have the same fields.

        :raises LookupError: there are too many that have not
        """
        from qidl.wire.compiled.shape import variant

        accepted = self._layout.accept(version_id)
        key = generate, variant(self._layout, accepted)
        if key not in self._made:
            if len(self._made) >= MOST:
                raise LookupError
            self._made[key] = generate(self._described, self._layout, accepted)
        return self._made[key]

    def without_unused(self, state: Any, version_id: int | None) -> Any:
        """A state without what it keeps of bytes that QEMU skips unread."""
        return without_unused(state, self._layout, self._layout.accept(version_id)) if self._may_keep_unused else state

    @functools.cached_property
    def _may_keep_unused(self) -> bool:
        return may_keep_unused(self._layout)


def _prepare(layout: VMState, cls: type) -> _Functions:
    functions = _Functions(layout, declaration(cls))
    keep(layout.uses, cls, functions)
    return functions
