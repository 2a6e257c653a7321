"""Declared classes by their type."""

from __future__ import annotations

from qidl import hypothesis_plugin
from qidl.declaration import declaration


def register(*classes: type) -> None:
    """Make ``st.from_type(RTCState)`` draw from :func:`objects`, and so ``st.builds`` of what takes an RTCState.

    Where qidl is installed, Hypothesis does this by itself for every class that is declared in a
    module. What is left are classes that are declared within a function, and a Hypothesis that is
    told to load no plugins.

    :param classes: declared classes; unless given, all that have been declared so far,
        those of the modules of :mod:`qidl.devices` that have been imported included.
        Hypothesis looks a class up when ``st.from_type`` is called, so that this comes first.
    :raises DeclarationError: one is not declared
    """
    for cls in classes or tuple(hypothesis_plugin.declared()):
        declaration(cls)
        hypothesis_plugin.register(cls)
