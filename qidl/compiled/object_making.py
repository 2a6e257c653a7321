"""Source that makes an object of a declared class of what is known of it, without a call of its ``__init__``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, repeat, starmap

from qidl import kinds
from qidl.compiled.declared import described, is_within, serialised_field
from qidl.compiled.plain_class import begins_zeroed, default_expressions
from qidl.compiled.ranges import Ranges
from qidl.generating.source import Source, TooHard
from qidl.generating.tree import Elements, Node, Sealed, Struct, Value
from qidl.kinds import Array, Boolean, Declaration, Field, Integer, Type, zero
from qidl.wire import path as paths


class ObjectMaking:
    """Writes the statements that make objects, and add to them.

    They take what :func:`~qidl.visitor.build` takes for a struct with these members, or less, and make
    the same of it; hooks are left out. What is declared of a value is its kind.
    """

    keeps_unused = False
    copies_bytes = True

    def __init__(self, source: Source) -> None:
        self._source = source
        self._ranges = Ranges(source)

    def kind(self, declared: Type, path: tuple[paths.Step, ...]) -> Type:
        """The kind of a field; TooHard if the class has none there that is serialised."""
        kind = declared
        for step in path:
            if isinstance(kind, kinds.Struct) and isinstance(step, str):
                kind = serialised_field(kind, step).type
            elif isinstance(kind, Array) and isinstance(step, int):
                kind = kind.element
            else:
                raise TooHard
        return kind

    def is_literal(self, node: Node) -> bool:
        if isinstance(node, Elements):
            return all(map(self.is_literal, node.items))
        return type(node) is Value and not node.test

    def is_saved(self, struct: Struct) -> bool:
        return bool(struct.var) and struct.members.keys() <= struct.saved

    def save(self, struct: Struct) -> str:
        if struct.var:
            self._add(struct)
        else:
            struct.var = self._new(struct)
        return struct.var

    def mark(self, struct: Struct, name: str) -> None:
        field = serialised_field(struct.declared, name)
        if not isinstance(field.type, Boolean):
            raise TooHard
        self._set(struct.var, field, "True", "", "None")

    def state(self, struct: Struct) -> str:
        raise TooHard

    def expression(self, node: Node, declared: Type, owner: Struct | None = None) -> str:
        try:
            held = self._held(node, declared, owner or Struct())
        except TooHard:
            self._ranges.forget()
            raise
        self._ranges.check()
        return held

    def _held(self, node: Node, kind: Type, owner: Struct) -> str:
        """An expression for what a field of this kind holds.

        :param owner: the struct that the field is in
        """
        if type(node) is Value and node.declared is kind:
            return node.name
        match kind:
            case Integer(ctype) if isinstance(node, Value) and node.kind == "int":
                if not is_within(node.bounds, ctype):
                    self._ranges.add(node.name, ctype)
                return node.name
            case Boolean() if isinstance(node, Value) and node.kind == "bool":
                return node.name
            case kinds.Struct():
                return self._struct(node, kind)
            case Array():
                return self._array(node, kind, owner)
        raise TooHard

    def _refuse_if(self, test: str) -> None:
        self._source.line(f"if {test}: raise {self._source.refused}")

    def _struct(self, node: Node, kind: kinds.Struct) -> str:
        if isinstance(node, Struct):
            node.declared = kind
            name = self._new(node)
            if node.lacks:
                raise TooHard
            return name
        if not isinstance(node, Sealed) or node.declared is not kind or node.test:
            raise TooHard
        if node.members & node.more.members.keys() or not node.lacks <= node.more.members.keys():
            raise TooHard
        node.more.var, node.more.declared = node.name, kind
        self._add(node.more)
        return node.name

    def _new(self, struct: Struct) -> str:
        """Make an object. It has no fields yet, so each is set, but for those that are noted to lack."""
        if struct.tentative:
            raise TooHard
        cls, source = described(struct.declared), self._source
        defaults = default_expressions(cls, source)
        members = {name: node for name, node in struct.members.items() if not _is_unused(node)}
        held = {name: self._member(name, node, struct) for name, node in members.items()}
        self._ranges.check()
        self._check_rules(struct)
        var = self._blank(cls)
        for field in cls.fields:
            if field.name in held:
                self._set(var, field, held[field.name], _test(members[field.name]), defaults.get(field.name, "None"))
            elif not field.serialised:
                source.store(var, field.name, defaults[field.name])
            elif field.optional:
                self._set(var, field, "None", "False", defaults.get(field.name, "None"))
            else:
                struct.lacks.add(field.name)
        struct.saved = set(struct.members)
        return var

    def _blank(self, cls: Declaration) -> str:
        """Make an object without fields."""
        return self._source.create(f"{self._source.constant(object.__new__)}(*{self._arguments(cls)})")

    def _arguments(self, cls: Declaration) -> str:
        """The arguments of ``__new__``, in a tuple that is there: a call that spells them out makes one, which takes a
        quarter of its time.
        """
        return self._source.constant((cls.cls,), cls.cls)

    def _check_rules(self, struct: Struct) -> None:
        """Hold the members against what the fields are to be."""
        for field in described(struct.declared).serialised:
            for rule in field.rules:
                if (own := struct.members.get(field.name)) is None:
                    continue
                if isinstance(field.type, Array) and rule.paths == (field.name,):
                    self._ask_each(rule.holds, own, field.type)
                else:
                    self._ask(rule.holds, [struct.members.get(path) for path in rule.paths], [_test(own)])

    def _ask_each(self, holds: Callable[..., bool], node: Node, kind: Array) -> None:
        """Ask of each element of an array, and of those of the arrays in it."""
        if isinstance(node, Elements):
            for item in node.items:
                if isinstance(kind.element, Array):
                    self._ask_each(holds, item, kind.element)
                else:
                    self._ask(holds, [item], [])
        elif type(node) is Value and not node.test:
            self._refuse_if(f"not all(map({self._source.constant(holds)}, {self._flat(node, kind)}))")
        else:
            raise TooHard

    def _flat(self, node: Value, kind: Array) -> str:
        """An expression for the elements that are no arrays themselves."""
        name, element = node.raw or node.name, kind.element
        while isinstance(element, Array):
            name, element = f"{self._source.constant(chain.from_iterable)}({name})", element.element
        return name

    def _ask(self, holds: Callable[..., bool], nodes: list[Node | None], tests: list[str]) -> None:
        """Ask of values, where all of them are there."""
        values = [node for node in nodes if type(node) is Value and node.name]
        if len(values) < len(nodes):
            raise TooHard
        asked = f"{self._source.constant(holds)}({', '.join(value.name for value in values)})"
        present = dict.fromkeys(test for test in [*tests, *(value.test for value in values)] if test)
        self._refuse_if(" and ".join([*present, f"not {asked}"]))

    def _add(self, struct: Struct) -> None:
        self._check_rules(struct)
        defaults = default_expressions(described(struct.declared), self._source)
        for name, node in struct.members.items():
            if name not in struct.saved and not _is_unused(node):
                field = serialised_field(struct.declared, name)
                held = self._member(name, node, struct)
                self._ranges.check()
                self._set(struct.var, field, held, _test(node), defaults.get(name, "None"))
        struct.saved = set(struct.members)

    def _member(self, name: str, node: Node, owner: Struct) -> str:
        field = serialised_field(owner.declared, name)
        if isinstance(field.type, Array | kinds.Struct) and not begins_zeroed(described(owner.declared), name):
            raise TooHard
        if _test(node):
            assert isinstance(node, Value)
            if node.declared is not field.type:
                raise TooHard
            if not field.optional:
                self._refuse_if(f"not ({node.test})")
        return self._held(node, field.type, owner)

    def _set(self, var: str, field: Field, value: str, test: str, default: str) -> None:
        """Set a field, and whether it is there; ``value`` is None where it is not."""
        if field.has is not None:
            self._source.store(var, field.has, test or "True")
            value = f"{value} if {test} else {default}" if test else value
        self._source.store(var, field.name, value)

    def _array(self, node: Node, kind: Array, owner: Struct) -> str:
        known: int | None
        if isinstance(node, Elements):
            items = [self._held(item, kind.element, owner) for item in node.items]
            name, known = f"[{', '.join(items)}]", len(items)
        elif type(node) is Value and node.kind in ("bytes", "list"):
            name, known = self._elements(node, kind), node.length
        else:
            raise TooHard
        if kind.is_buffer:
            name = f"bytearray({name})"
        if known is None or isinstance(kind.size, str):
            given = self._source.local()
            self._source.line(f"{given} = {name}")
            name = given
        count = f"len({name})" if known is None else str(known)
        self._check_size(kind, count, known, owner)
        is_full = kind.capacity is None or kind.capacity == (kind.size if known is None else known)
        return name if is_full else self._padded(name, kind, count)

    def _elements(self, node: Value, kind: Array) -> str:
        """An expression for the elements of a list, checked, or for bytes."""
        element = kind.element
        if kind.is_buffer and (node.raw or node.kind == "bytes"):
            return node.raw or node.name
        if node.declared is element:
            return node.name
        if not isinstance(element, Integer):
            raise TooHard
        name = node.name if node.kind == "list" else f"[*{node.name}]"
        if is_within(node.bounds, element.ctype):
            return name
        given = self._source.local()
        self._source.line(f"{given} = {name}")
        self._ranges.add_list(given, element.ctype)
        return given

    def _check_size(self, kind: Array, count: str, known: int | None, owner: Struct) -> None:
        """As many elements as the size says, for which there is room."""
        if isinstance(kind.size, str):
            size = owner.members.get(kind.size)
            if not isinstance(size, Value) or size.test or size.kind != "int":
                raise TooHard
            self._refuse_if(f"{size.name} != {count}")
            if kind.capacity is not None:
                self._refuse_if(f"{size.name} > {kind.capacity}")
        elif kind.size is not None:
            if known is None:
                self._refuse_if(f"{count} != {kind.size}")
            elif known != kind.size:
                raise TooHard

    def _padded(self, name: str, kind: Array, count: str) -> str:
        """An array as long as there is room: what the size leaves is zero."""
        if kind.is_buffer:
            return f"{name}.ljust({kind.capacity}, b'\\0')"
        if isinstance(kind.element, Integer):
            return f"{name} + [0] * ({kind.capacity} - {count})"
        return f"{name} + {self._zeros(kind.element, f'{kind.capacity} - {count}')}"

    def _zeros(self, kind: Type, count: str) -> str:
        """A list of what zeroed memory holds, or of objects as they are at first."""
        source = self._source
        if not isinstance(kind, kinds.Struct):
            return f"[{source.constant(zero)}({source.constant(kind)}) for _ in range({count})]"
        blanks, var, new = source.local(), source.local(), source.constant(object.__new__)
        arguments = f"{source.constant(repeat)}({self._arguments(kind.declaration)}, {count})"
        source.line(f"{blanks} = [*{source.constant(starmap)}({new}, {arguments})]")
        with source.block(f"for {var} in {blanks}:"):
            for name, default in default_expressions(kind.declaration, source).items():
                source.store(var, name, default)
        return blanks


def _is_unused(node: Node) -> bool:
    """Whether this is what is kept of bytes that QEMU skips: a device has no place for it."""
    return type(node) is Value and node.kind == "unused"


def _test(node: Node) -> str:
    return node.test if isinstance(node, Value) else ""
