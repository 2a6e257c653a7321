"""Loading and saving where a class may refuse, and its hooks may be wrong."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from qidl.declaration import declaration
from qidl.errors import QidlError
from qidl.qobject import from_qobject, to_qobject
from qidl.testing.places import structs
from qidl.testing.running import Draw, fail, raised, shown, skip

T = TypeVar("T")
QObject = dict[str, Any]

_HOOKS = ("pre_save", "post_load")


def is_refusal(cls: type, error: Exception) -> bool:
    """Whether an error out of loading means that the class refuses the QObject.

    It is a :class:`~qidl.errors.QidlError`, or what a validator or a converter of attrs raises. Any
    other exception out of a hook is a fault of the hook.
    """
    return isinstance(error, QidlError) or (isinstance(error, ValueError | TypeError) and not hook_of(cls, error))


def hook_of(cls: type, error: Exception) -> str:
    """The hook of the class, or of a struct in it, that an error comes out of; empty if it is none."""
    hooks = {
        f"{one.name}.{name}": hook
        for one in structs(declaration(cls))
        for name in _HOOKS
        if (hook := getattr(one.cls, name, None)) is not None
    }
    codes = {getattr(inspect.unwrap(hook), "__code__", None): name for name, hook in hooks.items()}
    found = _out_of(codes, error)
    if not found and isinstance(error, TypeError):
        # One that cannot be called has no frame.
        found = next((name for name, hook in hooks.items() if not _takes_self(hook)), "")
    return found


def check_of(cls: type, error: Exception) -> str:
    """The field of the class, or of a struct in it, out of whose ``check`` an error comes; empty if it is none."""
    codes = {
        getattr(inspect.unwrap(rule.holds), "__code__", None): f"{one.name}.{field.name}"
        for one in structs(declaration(cls))
        for field in one.serialised
        for rule in field.rules
    }
    return _out_of(codes, error)


def _out_of(codes: dict[Any, str], error: Exception) -> str:
    """The name of the first of these codes that an error comes out of; empty if it is none."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return next((codes[frame.f_code] for frame in frames if frame.f_code in codes), "")


def _takes_self(hook: Any) -> bool:
    """Whether a hook can be called as such."""
    try:
        inspect.signature(hook).bind(None)
    except (TypeError, ValueError) as error:
        # Of one without a signature, there is no telling.
        return isinstance(error, ValueError)
    return True


def attempt(cls: type, function: Callable[..., T], *arguments: Any) -> T:
    """Load, where the class may refuse: then the example is left. Any other exception fails."""
    try:
        return function(*arguments)
    except Exception as error:
        judge(cls, error, arguments[-1])


def judge(cls: type, error: Exception, source: QObject) -> NoReturn:
    """Leave the example if the class refused what it was loaded from; fail if it is at fault."""
    if is_refusal(cls, error):
        skip(error)
    hook = hook_of(cls, error)
    if hook:
        fail(hook, f"to raise QidlErrors alone, of {shown(source)}", raised(error), cause=error)
    place = check_of(cls, error) or cls.__name__
    fail(place, f"to load {shown(source)}, or to refuse it with a QidlError", raised(error), cause=error)


def draw_device(cls: type[T], draw: Draw, role: str = "loaded from") -> tuple[T, QObject]:
    """A device, and what it is saved to.

    :param role: what the QObject drawn is for, for a reader of its note
    """
    from qidl.strategies import qobjects

    drawn: QObject = draw(qobjects(cls))
    draw.note(f"{cls.__name__} {role}", drawn)
    device = attempt(cls, from_qobject, cls, drawn)
    return device, saved_from(device, drawn)


def saved_from(device: Any, source: QObject, function: Callable[[Any], Any] = to_qobject) -> Any:
    """What a device is saved to, which was loaded from ``source``: it may not refuse."""
    cls = type(device)
    try:
        return function(device)
    except Exception as error:
        hook = hook_of(cls, error)
        if hook and not isinstance(error, QidlError):
            fail(hook, f"to raise QidlErrors alone, of {shown(source)}", raised(error), cause=error)
        found = error if isinstance(error, QidlError) else raised(error)
        fail(cls.__name__, f"to be saved after it was loaded from {shown(source)}", found, cause=error)
