"""The engines that a layout can be run by."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Protocol

from qidl.errors import SchemaError, WireError
from qidl.sentences import brief
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

State = dict[str, Any]


class Engine(Protocol):
    """What turns payloads into states, and back."""

    def decode(self, layout: VMState, data: bytes, version_id: int | None = None) -> State:
        """Turn a payload into a state, as :meth:`~qidl.wire.vmstate.VMState.decode`."""
        ...

    def encode(self, layout: VMState, state: State, version_id: int | None = None) -> bytes:
        """Turn a state into a payload, as :meth:`~qidl.wire.vmstate.VMState.encode`."""
        ...


class Compiled:
    """The engine that is used, through the layout's own methods; from the first use on, which else does not pay."""

    def decode(self, layout: VMState, data: bytes, version_id: int | None = None) -> State:
        _compile(layout, version_id)
        return layout.decode(data, version_id)

    def encode(self, layout: VMState, state: State, version_id: int | None = None) -> bytes:
        _compile(layout, version_id)
        return layout.encode(state, version_id)


def _compile(layout: VMState, version_id: int | None) -> None:
    # A version that there is not is refused by what follows.
    with contextlib.suppress(WireError):
        layout.compile_now(version_id)


def engines() -> Mapping[str, Engine]:
    """Return every engine there is, by name; the one that defines what is right is called ``reference``."""
    return {"reference": REFERENCE, "compiled": Compiled()}


def check_is_layout(layout: object) -> None:
    """Refuse what no engine can be run on.

    :raises SchemaError: it is no layout
    """
    if not isinstance(layout, VMState):
        raise SchemaError(f"layout: expected a VMState, found {brief(layout)}")
