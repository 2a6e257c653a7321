"""Source that makes a state of what is known of it."""

from __future__ import annotations

from typing import Any

from qidl.generating.source import Source, TooHard
from qidl.generating.tree import Elements, Node, Sealed, Struct, Value
from qidl.wire import path as paths

_AT_ONCE = 15
"""Members up to which a dict display is the fastest: longer ones are made in parts, and merged."""


class DictMaking:
    """Writes the statements that make dicts and lists, and add to them."""

    keeps_unused = True
    copies_bytes = False

    def __init__(self, source: Source) -> None:
        self._source = source

    def kind(self, declared: Any, path: tuple[paths.Step, ...]) -> None:
        return None

    def is_literal(self, node: Node) -> bool:
        if isinstance(node, Struct):
            return len(node.members) <= _AT_ONCE and all(map(self.is_literal, node.members.values()))
        if isinstance(node, Elements):
            return all(map(self.is_literal, node.items))
        return not node.test and not (isinstance(node, Sealed) and node.more.members)

    def is_saved(self, struct: Struct) -> bool:
        return bool(struct.var) and not any(self._is_pending(struct, name) for name in struct.members)

    def mark(self, struct: Struct, name: str) -> None:
        self._source.line(f"{struct.var}[{name!r}] = True")

    def state(self, struct: Struct) -> str:
        return self.save(struct)

    def save(self, struct: Struct) -> str:
        if not struct.var:
            expression = self._struct(struct)
            if expression != struct.var:
                struct.var = self._source.local()
                self._source.line(f"{struct.var} = {expression}")
        else:
            self._add(struct)
        return struct.var

    def expression(self, node: Node, declared: Any = None, owner: Struct | None = None) -> str:
        if isinstance(node, Struct):
            return self.save(node) if node.var else self._struct(node)
        if isinstance(node, Elements):
            node.saved = True
            return f"[{', '.join(map(self.expression, node.items))}]"
        if isinstance(node, Sealed) and node.more.members:
            if node.members & node.more.members.keys():
                raise TooHard
            node.more.var = node.name
            self._add(node.more)
        return node.name

    def _struct(self, struct: Struct) -> str:
        if struct.tentative:
            raise TooHard
        members = list(struct.members.items())
        certain = 0
        while certain < min(_AT_ONCE, len(members)) and not _test(members[certain][1]):
            certain += 1
        at_once = ", ".join(f"{name!r}: {self.expression(node)}" for name, node in members[:certain])
        struct.saved = {name for name, _ in members[:certain]}
        if certain == len(members):
            return f"{{{at_once}}}"
        struct.var = self._source.local()
        self._source.line(f"{struct.var} = {{{at_once}}}")
        self._add(struct)
        return struct.var

    def _add(self, struct: Struct) -> None:
        pending = [name for name in struct.members if self._is_pending(struct, name)]
        if len(pending) > 1 and not struct.var.isidentifier():
            name = self._source.local()
            self._source.line(f"{name} = {struct.var}")
            struct.var = name
        for name in pending:
            node = struct.members[name]
            place = f"{struct.var}[{name!r}]"
            if name not in struct.saved:
                store = f"{place} = {self.expression(node)}"
                self._source.line(f"if {_test(node)}: {store}" if _test(node) else store)
            else:
                self._add_within(node, place)
        struct.saved = set(struct.members)

    def _add_within(self, node: Node, place: str) -> None:
        if isinstance(node, Struct):
            node.var = node.var or place
            self._add(node)
        elif isinstance(node, Elements):
            for index, item in enumerate(node.items):
                if _lacks(item):
                    self._add_within(item, f"{place}[{index}]")
        else:
            self.expression(node)

    def _is_pending(self, struct: Struct, name: str) -> bool:
        return name not in struct.saved or _lacks(struct.members[name])


def reach(state: str, path: str) -> str:
    """An expression for what lies at a path of a dict that is made."""
    return state + "".join(f"[{step!r}]" for step in paths.parse(path))


def _lacks(node: Node) -> bool:
    """Whether a dict that is made lacks members, it or one within it."""
    if isinstance(node, Struct):
        return any(name not in node.saved or _lacks(member) for name, member in node.members.items())
    if isinstance(node, Elements):
        return any(map(_lacks, node.items))
    return isinstance(node, Sealed) and _lacks(node.more)


def _test(node: Node) -> str:
    return node.test if isinstance(node, Value) else ""
