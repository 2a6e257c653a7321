"""Functions that are generated for declared classes, once each; and what they share with those of layouts.

A generated function does what the visitors of :mod:`qidl.qobject` do, for one class and in straight
Python. Whatever it refuses, for whatever reason, is left to the visitors, which name the fault; so the
two differ in nothing but time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qidl.compiled import hooks, qobjects
from qidl.compiled.source import TooHard
from qidl.kinds import Declaration

Function = Callable[[Any], Any]


def compile_function(described: Declaration, what: str) -> Function:
    """A function of one argument; it raises any exception where the visitors have to see to it.

    :param what: ``to_qobject``, from an object to its QObject, with its hooks; ``from_qobject``, from a
        QObject to an object, without them; ``post_load``, which runs the hooks of that object
    """
    try:
        return {"to_qobject": _to_qobject, "from_qobject": qobjects.from_qobject, "post_load": _post_load}[what](
            described
        )
    except TooHard:
        return _left_to_visitors


def _to_qobject(described: Declaration) -> Function:
    return after_hooks(hooks.pre_save(described), qobjects.to_qobject(described))


def _post_load(described: Declaration) -> Function:
    return hooks.post_load(described) or _nothing


def after_hooks(pre_save: Function | None, function: Function) -> Function:
    """A function that does something else first, if there is anything else."""
    if pre_save is None:
        return function

    def run(obj: Any) -> Any:
        pre_save(obj)
        return function(obj)

    return run


def _nothing(_: Any) -> None:
    """Run no hook."""


def _left_to_visitors(_: Any) -> Any:
    raise TooHard
