"""Source that takes a state apart: every value into a variable, its type checked."""

from __future__ import annotations

import operator

from qidl.wire.compiled.source import Source, TooHard
from qidl.wire.compiled.support import Refused
from qidl.wire.compiled.tree import Elements, Node, Sealed, Struct, Value

_FEW_TYPES = 6
"""Types up to which a chain of comparisons is the fastest way to check them."""

_ONE_BY_ONE = 6
"""Members up to which they are taken one by one."""

_TYPES: dict[str, type] = {"int": int, "bool": bool, "list": list, "dict": dict}


class TakingApart:
    """Writes the statements. Every :class:`Value` bears the name of the variable that it gets."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._expected: list[tuple[type, str]] = []
        self.counted: list[Struct] = []

    def expect(self, kind: str, name: str) -> None:
        """Ask for a variable to be of exactly this type."""
        self._expected.append((_TYPES[kind], name))

    def check_types(self) -> None:
        """Write the check of what was asked for."""
        expected = [kind for kind, _ in self._expected]
        found = [f"type({name})" for _, name in self._expected]
        if len(found) <= _FEW_TYPES:
            tests = [f"{one} is {kind.__name__}" for kind, one in zip(expected, found, strict=True)]
            wrong = f"not ({' and '.join(tests)})"
        else:
            wrong = f"[{', '.join(found)}] != {self._source.constant(expected)}"
        if found:
            self._source.line(f"if {wrong}: raise {self._source.constant(Refused)}")
        self._expected = []

    def check_counts(self) -> None:
        """Write the checks that the dicts whose members depend on conditions have no others."""
        for struct in self.counted:
            self._source.line(f"if len({struct.var}) != {struct.count}: raise {self._source.constant(Refused)}")
        self.counted = []

    def take(self, node: Node, name: str) -> None:
        """Take apart what is in a variable."""
        if isinstance(node, Struct):
            node.var = name
            self.expect("dict", name)
            self.struct(node)
            if node.count:
                self.counted.append(node)
            else:
                self._source.line(f"if len({name}) != {len(node.members)}: raise {self._source.constant(Refused)}")
        elif isinstance(node, Elements):
            self.expect("list", name)
            self._elements(node, name)
        elif isinstance(node, Sealed) and node.more.members:
            if node.members & node.more.members.keys():
                raise TooHard
            node.more.var = name
            self.struct(node.more)
            if node.more.count:
                raise TooHard
        elif node.kind:
            self.expect(node.kind, name)

    def struct(self, struct: Struct) -> None:
        """Take apart the dict in ``struct.var``; where members depend on conditions, begin to count them."""
        source = self._source
        if struct.tentative:
            raise TooHard
        certain = {name: node for name, node in struct.members.items() if not (isinstance(node, Value) and node.test)}
        names = [self._name(node) for node in certain.values()]
        if len(certain) > _ONE_BY_ONE:
            get = source.constant(operator.itemgetter(*certain), *certain)
            source.line(f"({', '.join(names)}) = {get}({struct.var})")
        else:
            for key, name in zip(certain, names, strict=True):
                source.line(f"{name} = {struct.var}[{key!r}]")
        if struct.count:
            # A subsection's: the members are those of the struct that it belongs to.
            source.line(f"{struct.count} += {len(certain)}")
        elif len(certain) < len(struct.members) or struct.is_open:
            struct.count = source.local()
            source.line(f"{struct.count} = {len(certain)}")
        for node, name in zip(certain.values(), names, strict=True):
            self.take(node, name)

    def _elements(self, elements: Elements, name: str) -> None:
        source = self._source
        names = [self._name(item) for item in elements.items]
        source.line(f"({''.join(f'{item}, ' for item in names)}) = {name}")
        for item, own in zip(elements.items, names, strict=True):
            if isinstance(item, Value) and item.test:
                raise TooHard
            if isinstance(item, Value) and item.name != own:
                # An element that does not travel.
                source.line(f"if {own} != 0: raise {source.constant(Refused)}")
            self.take(item, own)

    def _name(self, node: Node) -> str:
        is_variable = isinstance(node, Value) and node.name.isidentifier()
        return node.name if is_variable and isinstance(node, Value) else self._source.local()
