"""Whose fault it is that an object could not be loaded or saved."""

from __future__ import annotations

import inspect
import traceback
from typing import Any

from qidl.declaration import declaration
from qidl.errors import QidlError
from qidl.kinds import structs

_HOOKS = ("pre_save", "post_load")


def is_refusal(cls: type, error: BaseException) -> bool:
    """Whether an error out of loading means that the class refuses the QObject.

    It is a :class:`~qidl.errors.QidlError`, or what a validator or a converter of attrs raises. Any
    other exception out of a hook is a fault of the hook.
    """
    return isinstance(error, QidlError) or (isinstance(error, ValueError | TypeError) and not hook_of(cls, error))


def hook_of(cls: type, error: BaseException) -> str:
    """The hook of the class, or of a struct in it, that an error comes out of; empty if it is none."""
    hooks = {
        f"{owner.__name__}.{name}": vars(owner)[name]
        for one in structs(declaration(cls))
        for name in _HOOKS
        if (owner := next((base for base in one.cls.__mro__ if name in vars(base)), None)) is not None
    }
    codes = {getattr(inspect.unwrap(_function(hook)), "__code__", None): name for name, hook in hooks.items()}
    found = _out_of(codes, error)
    if not found and isinstance(error, TypeError):
        # One that cannot be called has no frame.
        found = next((name for name, hook in hooks.items() if not _can_be_called(hook)), "")
    return found


def _function(hook: Any) -> Any:
    return hook.__func__ if isinstance(hook, staticmethod | classmethod) else hook


def check_of(cls: type, error: BaseException) -> str:
    """The field of the class, or of a struct in it, out of whose ``check`` an error comes; empty if it is none."""
    codes = {
        getattr(inspect.unwrap(rule.holds), "__code__", None): f"{one.name}.{field.name}"
        for one in structs(declaration(cls))
        for field in one.serialised
        for rule in field.rules
    }
    return _out_of(codes, error)


def _out_of(codes: dict[Any, str], error: BaseException) -> str:
    """The name of the first of these codes that an error comes out of; empty if it is none."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return next((codes[frame.f_code] for frame in frames if frame.f_code in codes), "")


def _can_be_called(hook: Any) -> bool:
    """Whether a hook can be called as such, as it stands in its class."""
    try:
        inspect.signature(_function(hook)).bind(*(() if isinstance(hook, staticmethod) else (None,)))
    except (TypeError, ValueError) as error:
        # Of one without a signature, there is no telling.
        return isinstance(error, ValueError)
    return True
