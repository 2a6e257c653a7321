"""Source that takes the dict of a state apart."""

from __future__ import annotations

import operator

from qidl.generating.source import TooHard
from qidl.generating.support import some_bytes
from qidl.generating.taking import Taking, certain_members
from qidl.generating.tree import Node, Struct, Value

_ONE_BY_ONE = 6
"""Members up to which they are taken one by one."""


class DictTaking(Taking):
    """Writes the statements."""

    def begin(self, struct: Struct, name: str) -> None:
        struct.var = name
        self.expect(dict, name)

    def struct(self, struct: Struct) -> None:
        source, certain = self._source, certain_members(struct)
        names = [self._name(node) for node in certain.values()]
        if len(certain) > _ONE_BY_ONE:
            get = source.constant(operator.itemgetter(*certain), *certain)
            source.line(f"({', '.join(names)}) = {get}({struct.var})")
        else:
            for key, name in zip(certain, names, strict=True):
                source.line(f"{name} = {struct.var}[{key!r}]")
        self._count(struct, len(certain))
        for node, name in zip(certain.values(), names, strict=True):
            self.take(node, name, None)

    def can_hold(self, struct: Struct, name: str, node: Node) -> bool:
        return True

    def member(self, struct: Struct, name: str, node: Node, variable: str) -> None:
        self._source.line(f"{variable} = {struct.var}[{name!r}]")
        self.take(node, variable, None)

    def element(self, values: Value, node: Node, variable: str) -> None:
        self.take(node, variable, None)

    def unused(self, struct: Struct, name: str, size: int) -> str:
        source, given = self._source, self._source.local()
        zeros = source.constant(bytes(size))
        source.line(f"{given} = {struct.var}.get({name!r}, {zeros})")
        with source.block(f"if {given} is not {zeros}:"):
            source.line(f"{given} = {source.constant(some_bytes)}({given})")
            source.line(f"if len({given}) != {size} or {given} == {zeros}: raise {source.refused}")
            source.line(f"{struct.count} += 1")
        return given

    def length(self, struct: Struct) -> str:
        return f"len({struct.var})"

    def has(self, struct: Struct, name: str) -> str:
        return f"{name!r} in {struct.var}"

    def is_marked(self, struct: Struct, name: str) -> str:
        return f"{struct.var}[{name!r}] is True"

    def state(self, struct: Struct) -> str:
        if not struct.var:
            raise TooHard
        return struct.var
