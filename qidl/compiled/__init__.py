"""Functions that are generated for declared classes, once each.

A generated function does what the visitors of :mod:`qidl.qobject` do, for one class and in straight
Python. Whatever it refuses, for whatever reason, is left to the visitors, which name the fault; so the
two differ in nothing but time. Only hooks, which may change anything, are never run a second time: where
they have begun to run, nothing is refused any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qidl.compiled import hooks, qobjects
from qidl.generating.source import function_or, left_to_reference
from qidl.kinds import Declaration

Function = Callable[[Any], Any]

_GENERATE: dict[str, Callable[[Declaration], Function]] = {
    "pre_save": hooks.pre_save,
    "to_qobject": qobjects.to_qobject,
    "from_qobject": qobjects.from_qobject,
    "post_load": hooks.post_load,
}


def compile_function(described: Declaration, what: str) -> Function:
    """A function of one argument.

    :param what: ``to_qobject``, from an object to its QObject, or ``from_qobject``, the other way round: without
        hooks, and raising any exception where the visitors have to see to it; ``pre_save`` or ``post_load``, which
        run these hooks of an object and of all within it
    """
    return function_or(left_to_reference, lambda: _GENERATE[what](described))
