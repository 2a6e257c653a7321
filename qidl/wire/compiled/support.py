"""What generated functions call and raise. None of these exceptions gets out: the reference names the fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qidl.generating.source import Refused
from qidl.limits import Limits
from qidl.rules import Rule
from qidl.wire import path as paths
from qidl.wire.context import Context, Taken, has_member
from qidl.wire.primitives import Reader, State, Writer
from qidl.wire.vmstate import VMState

StructFunction = Callable[[VMState, Any, frozenset[str]], Callable[..., Any]]
"""Finds the function for a struct within another: by its layout, what a class says, and which members lie apart."""

Data = bytes | memoryview
"""What is read from: a payload, or the stream that it lies in."""


def check_end(data: Data, offset: int, name: bytes, least: int) -> None:
    """Refuse what a loading QEMU takes for a subsection of the struct that ends here, and does not know.

    :param name: the struct's
    :param least: characters that the name of a subsection has at the least
    """
    if data[offset : offset + 1] == b"\5" and offset + 2 <= len(data):
        length = data[offset + 1]
        if least <= length <= len(data) - offset - 2 and data[offset + 2 : offset + 2 + len(name)] == name:
            raise Refused


def check_ends(data: Data, offsets: range, name: bytes, least: int) -> None:
    """Do so for several."""
    for offset in offsets:
        check_end(data, offset, name, least)


def read_foreign(
    subcon: Any, data: Data, offset: int, limits: Limits, state: State, before: State, unsure: tuple[str, ...] = ()
) -> tuple[Any, int]:
    """Let a construct read for itself, as the reference engine has it read.

    :param before: the members before it, by path
    :param unsure: paths of members that are before it, too, if they are there
    """
    reader = Reader(memoryview(data), offset, limits)
    value = subcon._parse(reader, Context(state, before | _present(state, unsure)), "")
    return value, reader.offset


def keeps_rule(rule: Rule, state: State, known: State) -> bool:
    """Whether a state keeps a rule; it does where one of the fields is absent.

    :param known: values that need not be looked for, by path
    """
    others = tuple(path for path in rule.paths if path not in known)
    if not all(has_member(state, path) for path in others):
        return True
    values = known | {path: paths.get(state, path) for path in others}
    return rule.holds(*(values[path] for path in rule.paths))


def write_foreign(subcon: Any, value: Any, state: State, before: State, unsure: tuple[str, ...] = ()) -> bytes:
    """Let a construct write for itself, as the reference engine has it write: as :func:`read_foreign`."""
    stream, taken = Writer(), Taken()
    subcon._build(value, stream, Context(state, before | _present(state, unsure), taken), "")
    taken.check(value, "")
    return stream.getvalue()


def _present(state: State, unsure: tuple[str, ...]) -> State:
    return {path: paths.get(state, path) for path in unsure if has_member(state, path)}
