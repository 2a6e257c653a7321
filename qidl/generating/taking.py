"""Source that takes a value apart: every part into a variable, its type checked."""

from __future__ import annotations

from typing import Any

from qidl.generating.source import Source, TooHard
from qidl.generating.tree import Elements, Node, Sealed, Struct, Value

_FEW_TYPES = 6
"""Types up to which a chain of comparisons is the fastest way to check them."""

TYPES: dict[str, type] = {"int": int, "bool": bool, "str": str, "list": list}
"""By the kind of a :class:`~qidl.generating.tree.Value`."""


class Taking:
    """Writes the statements, as far as they are the same for dicts and for objects.

    Every :class:`~qidl.generating.tree.Value` bears the name of the variable that it gets. What a class
    says of a value is handed through as ``declared``; dicts have no class, and ignore it.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._expected: list[tuple[type, str]] = []
        self._checks: list[str] = []
        self.counted: list[Struct] = []

    def begin(self, struct: Struct, name: str) -> None:
        """Ask for the struct in a variable, which :meth:`struct` takes apart."""
        raise NotImplementedError

    def struct(self, struct: Struct) -> None:
        """Take apart the struct in ``struct.var``; where members depend on conditions, begin to count them."""
        raise NotImplementedError

    def can_hold(self, struct: Struct, name: str, node: Node) -> bool:
        """Whether a member can be of a form that the layout has for it under some condition."""
        raise NotImplementedError

    def member(self, struct: Struct, name: str, node: Node, variable: str) -> None:
        """Take a member of a struct that was taken apart, which the conditions say is there."""
        raise NotImplementedError

    def element(self, values: Value, node: Node, variable: str) -> None:
        """Take apart an element of a list that was taken."""
        raise NotImplementedError

    def unused(self, struct: Struct, name: str, size: int) -> str:
        """The bytes, zeros unless there is such a member, which is counted."""
        raise NotImplementedError

    def length(self, struct: Struct) -> str:
        """An expression for the number of a struct's members."""
        raise NotImplementedError

    def has(self, struct: Struct, name: str) -> str:
        """An expression for whether a member is there."""
        raise NotImplementedError

    def is_marked(self, struct: Struct, name: str) -> str:
        """An expression for whether a member is True."""
        raise NotImplementedError

    def state(self, struct: Struct) -> str:
        """The struct as a function of the state takes it.

        :raises TooHard: it is no dict
        """
        raise NotImplementedError

    def expect(self, kind: type, name: str) -> None:
        """Ask for a variable to be of exactly this type."""
        self._expected.append((kind, name))

    def check(self) -> None:
        """Write the checks of what was taken: the types first."""
        self._write_checks()
        self.forget()

    def _write_checks(self) -> None:
        expected = [kind for kind, _ in self._expected]
        found = [f"type({name})" for _, name in self._expected]
        if len(found) <= _FEW_TYPES:
            tests = [f"{one} is {self._source.constant(kind)}" for kind, one in zip(expected, found, strict=True)]
            wrong = f"not ({' and '.join(tests)})"
        else:
            wrong = f"[{', '.join(found)}] != {self._source.constant(expected)}"
        if found:
            self._source.line(f"if {wrong}: raise {self._source.refused}")
        for check in self._checks:
            self._source.line(check)

    def forget(self) -> None:
        """Drop what was to be checked."""
        self._expected, self._checks = [], []

    def check_counts(self) -> None:
        """Write the checks that the structs whose members depend on conditions have no others."""
        for struct in self.counted:
            self.check_length(struct)
        self.counted = []

    def check_length(self, struct: Struct) -> None:
        """Write the check that a struct has no other members than those that were taken, or are elsewhere."""
        found, taken = self.length(struct), struct.count or str(len(struct.members))
        if struct.elsewhere:
            taken += f" + {len(struct.elsewhere)}"
        if found != taken:
            self._source.line(f"if {found} != {taken}: raise {self._source.refused}")

    def take(self, node: Node, name: str, declared: Any) -> None:
        """Take apart what is in a variable."""
        if isinstance(node, Struct):
            node.declared = declared
            self.begin(node, name)
            self.struct(node)
            if node.count:
                self.counted.append(node)
            else:
                self.check_length(node)
        elif isinstance(node, Elements):
            self.expect(list, name)
            self._elements(node, name, declared)
        elif isinstance(node, Sealed):
            self._sealed(node, name, declared)
        else:
            self._value(node, name, declared)

    def _sealed(self, node: Sealed, name: str, declared: Any) -> None:
        if node.members & node.more.members.keys():
            raise TooHard
        if node.more.members:
            node.more.var, node.more.declared = name, declared
            self.struct(node.more)
            if node.more.count:
                raise TooHard

    def _value(self, node: Value, name: str, declared: Any) -> None:
        if node.kind in TYPES:
            self.expect(TYPES[node.kind], name)

    def _elements(self, elements: Elements, name: str, declared: Any) -> None:
        source = self._source
        names = [self._name(item) for item in elements.items]
        source.line(f"({''.join(f'{item}, ' for item in names)}) = {name}")
        for item, own in zip(elements.items, names, strict=True):
            if isinstance(item, Value) and item.test:
                raise TooHard
            if isinstance(item, Value) and item.name != own:
                # An element that does not travel.
                source.line(f"if {own} != 0: raise {source.refused}")
            self.take(item, own, declared)

    def _name(self, node: Node) -> str:
        is_variable = isinstance(node, Value) and node.name.isidentifier()
        return node.name if is_variable and isinstance(node, Value) else self._source.local()

    def _count(self, struct: Struct, certain: int) -> None:
        """Begin to count the members of a struct, or go on, if there may be others."""
        if struct.count:
            # A subsection's: the members are those of the struct that it belongs to.
            self._source.line(f"{struct.count} += {certain}")
        elif certain < len(struct.members) or struct.is_open:
            struct.count = self._source.local()
            self._source.line(f"{struct.count} = {certain}")


def certain_members(struct: Struct) -> dict[str, Node]:
    """The members that are there for certain.

    :raises TooHard: even the struct itself need not be there
    """
    if struct.tentative:
        raise TooHard
    return {name: node for name, node in struct.members.items() if not (isinstance(node, Value) and node.test)}
