"""Source that takes an object of a declared class apart."""

from __future__ import annotations

from qidl.annotations import CType
from qidl.compiled.declared import described, is_within, serialised_field
from qidl.compiled.ranges import Ranges
from qidl.generating.source import Source, TooHard
from qidl.generating.taking import Taking, certain_members
from qidl.generating.tree import Elements, Node, Sealed, Struct, Value
from qidl.kinds import Array, Boolean, Field, Integer, String, Type


class ObjectTaking(Taking):
    """Writes the statements.

    They take what :func:`~qidl.visitor.visit` takes of an object whose serialised fields these are,
    or less; hooks are left out. What is declared of a value is its kind.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._ranges = Ranges(source)
        self._lists: list[tuple[str, CType]] = []

    def _write_checks(self) -> None:
        super()._write_checks()
        self._ranges.check()
        for name, ctype in self._lists:
            self._ranges.add_list(name, ctype)

    def forget(self) -> None:
        super().forget()
        self._ranges.forget()
        self._lists = []

    def begin(self, struct: Struct, name: str) -> None:
        struct.var = name
        self.expect(described(struct.declared).cls, name)

    def struct(self, struct: Struct) -> None:
        certain = certain_members(struct)
        if not struct.count and not self._required(struct) <= struct.members.keys() | struct.elsewhere:
            raise TooHard
        self._count(struct, len(certain))
        for name, node in certain.items():
            self.member(struct, name, node, self._name(node))

    def can_hold(self, struct: Struct, name: str, node: Node) -> bool:
        return _is_form_of(node, serialised_field(struct.declared, name).type)

    def member(self, struct: Struct, name: str, node: Node, variable: str) -> None:
        source, field = self._source, serialised_field(struct.declared, name)
        if field.optional and field.has:
            source.line(f"if not {struct.var}.{field.has}: raise {source.refused}")
        source.line(f"{variable} = {struct.var}.{name}")
        if isinstance(field.type, Array):
            self._cut(struct, field.type, variable)
        self.take(node, variable, field.type)

    def element(self, values: Value, node: Node, variable: str) -> None:
        self.take(node, variable, values.declared.element)

    def unused(self, struct: Struct, name: str, size: int) -> str:
        # An object has no place for bytes that QEMU skips.
        return self._source.constant(bytes(size))

    def length(self, struct: Struct) -> str:
        """As many as :func:`~qidl.visitor.visit` tells of."""
        fields = described(struct.declared).serialised
        tests = [f"({self._presence(struct, field)})" for field in fields if field.optional]
        return " + ".join([str(len(fields) - len(tests)), *tests])

    def has(self, struct: Struct, name: str) -> str:
        field = serialised_field(struct.declared, name)
        return self._presence(struct, field) if field.optional else "True"

    def is_marked(self, struct: Struct, name: str) -> str:
        serialised_field(struct.declared, name)
        return f"{struct.var}.{name} is True"

    def state(self, struct: Struct) -> str:
        raise TooHard

    def _required(self, struct: Struct) -> set[str]:
        return {field.name for field in described(struct.declared).serialised if not field.optional}

    def _sealed(self, node: Sealed, name: str, declared: Type) -> None:
        node.declared = declared
        if node.more.members:
            node.more.elsewhere = frozenset(self._required(Struct(declared=declared)))
        super()._sealed(node, name, declared)

    def _elements(self, elements: Elements, name: str, declared: Type) -> None:
        if not isinstance(declared, Array) or declared.is_buffer:
            raise TooHard
        if isinstance(declared.size, int) and declared.size != len(elements.items):
            raise TooHard
        super()._elements(elements, name, declared.element)

    def _presence(self, struct: Struct, field: Field) -> str:
        return f"bool({struct.var}.{field.has})" if field.has else f"{struct.var}.{field.name} is not None"

    def _cut(self, struct: Struct, kind: Array, variable: str) -> None:
        """Leave what is beyond the size."""
        source = self._source
        if isinstance(kind.size, str):
            size = f"{struct.var}.{kind.size}"
            room = "" if kind.capacity is None else f" <= {kind.capacity}"
            source.line(f"if not 0 <= {size}{room} or {size} > len({variable}): raise {source.refused}")
        elif kind.size is None or kind.capacity is None or kind.size == kind.capacity:
            return
        else:
            size = str(kind.size)
        if not kind.is_buffer:
            # What is cut of a list is a list, also of what is not quite one.
            source.line(f"if type({variable}) is not list: raise {source.refused}")
        source.line(f"{variable} = {variable}[:{size}]")

    def _value(self, node: Value, name: str, declared: Type) -> None:
        node.declared = declared
        match declared:
            case Integer(ctype) if node.kind == "int":
                self.expect(int, name)
                if not is_within(node.bounds, ctype):
                    self._ranges.add(name, ctype)
            case Boolean() if node.kind == "bool":
                self.expect(bool, name)
            case String() if node.kind == "str":
                self.expect(str, name)
            case Array():
                self._array(node, name, declared)
            case _:
                raise TooHard

    def _array(self, node: Value, name: str, kind: Array) -> None:
        source, element = self._source, kind.element
        if isinstance(kind.size, int):
            self._checks.append(f"if len({name}) != {kind.size}: raise {source.refused}")
        if kind.is_buffer and node.kind == "bytes":
            source.line(f"if type({name}) is bytearray: {name} = bytes({name})")
            self.expect(bytes, name)
            return
        if kind.is_buffer or node.kind not in ("bytes", "list"):
            raise TooHard
        if (node.kind == "bytes" or node.bounds is not None) and not isinstance(element, Integer):
            # Integers are to be written, which here are others' elements.
            raise TooHard
        self.expect(list, name)
        if isinstance(element, Integer) and not is_within(node.bounds, element.ctype):
            self._lists.append((name, element.ctype))


def _is_form_of(node: Node, kind: Type) -> bool:
    """Whether a field of this kind can have a form, as far as the form itself tells."""
    match kind:
        case Integer():
            return isinstance(node, Value) and node.kind == "int"
        case Boolean():
            return isinstance(node, Value) and node.kind == "bool"
        case Array() if isinstance(node, Elements):
            return all(_is_form_of(item, kind.element) for item in node.items)
        case Array():
            return isinstance(node, Value) and node.kind in ("bytes", "list")
    return isinstance(node, Struct | Sealed)
