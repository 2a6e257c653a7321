"""What a state looks like, as far as a layout alone tells: its members, and the expressions for their values.

:func:`put` follows :func:`qidl.wire.path.put` step by step, so that members come in the
same order and merge in the same way.
"""

from __future__ import annotations

import itertools
from typing import Any

import attrs

from qidl.generating.source import TooHard
from qidl.wire import path as paths


@attrs.define(eq=False)
class Value:
    """A value of which no more is known.

    :ivar name: expression for it
    :ivar test: expression that says whether it is there; empty where it always is
    :ivar kind: its type, where it is known to have one, or has to have one
    :ivar bounds: what an integer can be, or each in a list; None where that is not known
    :ivar length: of bytes or of a list, where the layout alone tells
    :ivar raw: expression for a list of bytes as bytes, where there is one
    :ivar declared: the type of a class's field that it is ready for; of a list, that may be the type of the elements
    """

    name: str
    test: str = ""
    kind: str = ""
    bounds: tuple[int, int] | None = None
    length: int | None = None
    raw: str = ""
    declared: Any = None


@attrs.define(eq=False)
class Sealed(Value):
    """A struct that another function reads or writes.

    :ivar members: names that it may have
    :ivar lacks: names of members that it ought to have, and has not yet
    :ivar more: members that the struct around it adds
    """

    members: frozenset[str] = frozenset()
    lacks: set[str] = attrs.field(factory=set)
    more: Struct = attrs.field(factory=lambda: Struct())


@attrs.define(eq=False)
class Struct:
    """A dict, or an object.

    :ivar members: by name, in order
    :ivar var: expression for it, once there is one
    :ivar saved: names of the members that it has by then
    :ivar lacks: names of members that it ought to have, and has not when it is made
    :ivar tentative: so far there are members in it only under conditions
    :ivar is_open: whether subsections may add members
    :ivar count: variable for the number of its members, if that depends on conditions
    :ivar declared: what the class of an object says of it
    :ivar elsewhere: names of members that are another function's
    """

    members: dict[str, Node] = attrs.field(factory=dict)
    var: str = ""
    saved: set[str] = attrs.field(factory=set)
    lacks: set[str] = attrs.field(factory=set)
    tentative: bool = False
    is_open: bool = False
    count: str = ""
    declared: Any = None
    elsewhere: frozenset[str] = frozenset()


@attrs.define(eq=False)
class Elements:
    """A list.

    :ivar items: in order
    :ivar saved: whether the list is made
    :ivar is_whole: whether there can be no more: it is one field
    """

    items: list[Node] = attrs.field(factory=list)
    saved: bool = False
    is_whole: bool = False


Node = Value | Struct | Elements


def put(root: Struct, path: str, node: Node) -> None:
    """Set ``path``.

    :raises TooHard: what is there by then is not known well enough
    """
    steps = paths.parse(path)
    optional = isinstance(node, Value) and bool(node.test)
    within: Node = root
    for step, following in itertools.pairwise(steps):
        within = _enter(within, step, isinstance(following, int), optional)
    last = steps[-1]
    if isinstance(within, Struct) and isinstance(last, str):
        _set(within, last, node)
    elif isinstance(within, Elements) and isinstance(last, int) and not within.saved and not optional:
        _set_element(within, last, node)
    else:
        raise TooHard


def _set_element(elements: Elements, index: int, node: Node) -> None:
    items = elements.items
    before = items[index] if index < len(items) else None
    if elements.is_whole if before is None else not (type(before) is Value and before.kind == "int"):
        raise TooHard
    items += [Value("0", kind="int", bounds=(0, 0)) for _ in range(index + 1 - len(items))]
    items[index] = node


def resolve(root: Struct, path: str) -> Node | None:
    """What lies at ``path`` for certain; None if that is not known."""
    node: Node = root
    for step in paths.parse(path):
        if isinstance(node, Struct) and step in node.members:
            node = node.members[str(step)]
        elif isinstance(node, Elements) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
        if isinstance(node, Value) and node.test:
            return None
    return node


def other_form(root: Struct, path: str) -> tuple[Struct, Value] | None:
    """The member before, and what it is in, if it is the one at ``path`` too, and there under conditions."""
    *way, last = paths.parse(path)
    within: Node | None = root
    for step in way:
        within = within.members.get(str(step)) if isinstance(within, Struct) else None
    if not isinstance(within, Struct) or not within.members or [*within.members][-1] != last:
        return None
    node = within.members[str(last)]
    return (within, node) if isinstance(node, Value) and node.test else None


def _enter(within: Node, step: paths.Step, is_list: bool, optional: bool) -> Node:
    if isinstance(within, Struct) and isinstance(step, str):
        if step not in within.members:
            fresh = Elements() if is_list else Struct(tentative=optional)
            _insert(within, step, fresh)
        node = within.members[step]
    elif isinstance(within, Elements) and isinstance(step, int):
        if step >= len(within.items) and (within.saved or within.is_whole or optional):
            raise TooHard
        while len(within.items) <= step:
            within.items.append(Elements() if is_list else Struct())
        node = within.items[step]
    else:
        raise TooHard
    if isinstance(node, Struct) and not optional:
        node.tentative = False
    return node.more if isinstance(node, Sealed) and not node.test else node


def _insert(struct: Struct, name: str, node: Node) -> None:
    # A struct that is made only under a condition has its place among the others by that condition, too.
    if any(isinstance(member, Struct) and member.tentative for member in struct.members.values()):
        raise TooHard
    struct.members[name] = node


def _set(struct: Struct, name: str, node: Node) -> None:
    before = struct.members.get(name)
    if before is None:
        _insert(struct, name, node)
    elif isinstance(before, Struct) and isinstance(node, Struct):
        for inner, member in node.members.items():
            before.members[inner] = member
            before.saved.discard(inner)
    elif isinstance(before, Elements) and isinstance(node, Elements) and not before.saved:
        if len(before.items) > len(node.items):
            raise TooHard
        for index, item in enumerate(before.items):
            node.items[index] = _merged(item, node.items[index])
        struct.members[name] = node
    elif type(before) is Value and type(node) is Value and before.kind == "int" and not before.test and not node.test:
        struct.members[name] = node
        struct.saved.discard(name)
    else:
        raise TooHard


def _merged(before: Node, node: Node) -> Node:
    if isinstance(before, Struct) and isinstance(node, Struct):
        return Struct({**before.members, **node.members})
    if isinstance(before, Value) and before.kind == "int":
        return node
    raise TooHard
