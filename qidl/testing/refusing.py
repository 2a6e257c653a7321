"""Loading and saving where a class may refuse, and its hooks may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeVar

from qidl.errors import QidlError
from qidl.faults import check_of, hook_of, is_refusal
from qidl.qobject import from_qobject, to_qobject
from qidl.sentences import brief, raised
from qidl.testing.running import Draw, fail, skip

T = TypeVar("T")
QObject = dict[str, Any]

RAISED: Final = (Exception, SystemExit)
"""What a hook may raise: whatever does not stop the tests themselves."""


def attempt(cls: type, function: Callable[..., T], *arguments: Any) -> T:
    """Load, where the class may refuse: then the example is left. Any other exception fails."""
    try:
        return function(*arguments)
    except RAISED as error:
        judge(cls, error, arguments[-1])


def judge(cls: type, error: BaseException, source: QObject) -> NoReturn:
    """Leave the example if the class refused what it was loaded from; fail if it is at fault."""
    if is_refusal(cls, error):
        skip(error)
    hook = hook_of(cls, error)
    if hook:
        fail(hook, f"to raise QidlErrors alone, of {brief(source)}", raised(error), cause=error)
    place = check_of(cls, error) or cls.__name__
    fail(place, f"to load {brief(source)}, or to refuse it with a QidlError", raised(error), cause=error)


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
    except RAISED as error:
        hook = hook_of(cls, error)
        if hook and not isinstance(error, QidlError):
            fail(hook, f"to raise QidlErrors alone, of {brief(source)}", raised(error), cause=error)
        found = error if isinstance(error, QidlError) else raised(error)
        fail(cls.__name__, f"to be saved after it was loaded from {brief(source)}", found, cause=error)
