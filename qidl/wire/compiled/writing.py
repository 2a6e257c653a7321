"""The function that writes a struct: from its state, or an object, to bytes.

That is taken apart first, every member that is there for certain in one go; then the
fields are packed in the order of the wire, and last the members are counted, so that
none is left behind.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from typing import Any

from qidl.generating.dict_making import reach
from qidl.generating.dict_taking import DictTaking
from qidl.generating.source import Source, TooHard
from qidl.generating.taking import Taking
from qidl.generating.tree import Elements, Node, Sealed, Struct, Value, other_form, put, resolve
from qidl.rules import Rule
from qidl.wire import path as paths
from qidl.wire.compiled.packing import Packing, pack_function
from qidl.wire.compiled.scope import WritingScope
from qidl.wire.compiled.shape import (
    FEW,
    FEW_STRUCTS,
    Atom,
    atom,
    behaves_as,
    is_element,
    is_fixed,
    is_integer,
    is_mask,
    is_plain,
    is_when,
    members,
    number,
    subsections_stand_apart,
)
from qidl.wire.compiled.support import StructFunction, keeps_rule, write_foreign
from qidl.wire.compiled.value_checks import ValueChecks
from qidl.wire.primitives import Again, Array, Buffer, Conditional, Listed, Unused
from qidl.wire.vmstate import Member, VMState

Later = list[Callable[[], None]]
"""What is to be written once the state is taken apart."""


class Writing:
    """Writes the source of the function.

    :param struct_function: finds the function of the same kind for another struct
    :param taking: how a state is taken apart
    """

    def __init__(self, struct_function: StructFunction, *, taking: Callable[[Source], Taking] = DictTaking) -> None:
        self._struct_function = struct_function
        self._source = Source()
        self._packing = Packing(self._source)
        self._apart = taking(self._source)
        self._values = ValueChecks(self._source)

    def function(
        self, layout: VMState, version_id: int, declared: Any = None, elsewhere: frozenset[str] = frozenset()
    ) -> Callable[..., Any]:
        """The function for a struct, which takes it to bytes.

        :param declared: what a class says of it
        :param elsewhere: names of members that are written elsewhere
        """
        scope, later = WritingScope(layout, version_id), Later()
        scope.root.declared, scope.root.elsewhere = declared, elsewhere
        self._plan(scope, later)
        self._apart.begin(scope.root, "d")
        self._write(lambda: self._apart.struct(scope.root), later)
        self._apart.check_length(scope.root)
        self._source.line(f"return {self._packing.expression()}")
        return self._source.function("encode(d)", layout.name)

    def _plan(self, scope: WritingScope, later: Later) -> None:
        """Go through a struct, its subsections included."""
        self._fields(scope, later)
        if scope.layout.subsections:
            if not subsections_stand_apart(scope.layout):
                raise TooHard
            scope.root.is_open = True
            later.append(lambda: self._subsections(scope.layout, scope.root))

    def _write(self, take_apart: Callable[[], None], later: Later) -> None:
        """Take something apart, then write what is to be written of it."""
        counted, self._apart.counted = self._apart.counted, []
        take_apart()
        self._apart.check()
        for write in later:
            write()
        self._apart.check_counts()
        self._apart.counted = counted

    def _in_block(self, header: str, write: Callable[[], None]) -> None:
        """Write under a condition: what comes of it is a piece that may be empty."""
        source, piece, packing = self._source, self._source.local(), self._packing
        source.line(f"{piece} = b''")
        self._packing = Packing(source)
        with source.block(header):
            write()
            source.line(f"{piece} = {self._packing.expression()}")
        self._packing = packing
        self._packing.add_piece(piece)

    def _subsections(self, layout: VMState, root: Struct) -> None:
        def write_all() -> None:
            for subsection in layout.subsections:
                names = {str(paths.parse(m.path)[0]) for m in subsection.members if not isinstance(m.subcon, Unused)}
                names |= set() if subsection.fields else {subsection.marker}
                test = " or ".join(self._apart.has(root, name) for name in sorted(names))
                self._in_block(f"if {test}:", functools.partial(self._subsection, subsection, root))

        self._in_block(f"if {self._apart.length(root)} != {root.count}:", write_all)

    def _subsection(self, subsection: VMState, root: Struct) -> None:
        source, scope, later = self._source, WritingScope(subsection, subsection.version_id), Later()
        header = subsection.header
        self._packing.add(f"{len(header)}s", source.constant(header))
        scope.root.var, scope.root.count, scope.root.declared = root.var, root.count, root.declared
        if not subsection.fields:
            source.line(f"if not ({self._apart.is_marked(root, subsection.marker)}): raise {source.refused}")
            source.line(f"{root.count} += 1")
        self._plan(scope, later)
        self._write(lambda: self._apart.struct(scope.root), later)

    def _fields(self, scope: WritingScope, later: Later) -> None:
        for member, conditions in members(scope.layout, scope.version_id):
            if isinstance(member.subcon, Unused):
                self._unused(member, conditions, scope, later)
                scope.add(member.path, is_certain=False)
            elif isinstance(member.subcon, Again):
                self._again(member.subcon, conditions, scope, later)
            elif conditions:
                self._conditional(member, conditions, scope, later)
                scope.add(member.path, is_certain=False)
            else:
                node = self._value(member.subcon, scope, later)
                put(scope.root, member.path, node)
                scope.add(member.path, is_certain=True)
        for rule in scope.layout.rules:
            later.append(functools.partial(self._rule, rule, scope))

    def _rule(self, rule: Rule, scope: WritingScope) -> None:
        forms = {member.path: member.subcon for member, _ in members(scope.layout, scope.version_id)}
        if not forms.keys() >= set(rule.paths):
            return
        nodes = {path: resolve(scope.root, path) for path in rule.paths}
        values = {path: _as_read(node) for path, node in nodes.items() if isinstance(node, Value) and node.name}
        if len(values) == len(nodes):
            self._values.ask(", ".join(values[path] for path in rule.paths), rule.holds)
        elif any(_has_other_forms(forms[path]) for path in nodes if path not in values):
            raise TooHard
        else:
            known = ", ".join(f"{path!r}: {value}" for path, value in values.items())
            self._values.ask(f"{self._apart.state(scope.root)}, {{{known}}}", functools.partial(keeps_rule, rule))

    def _conditional(
        self, member: Member, conditions: tuple[Conditional, ...], scope: WritingScope, later: Later
    ) -> None:
        source, inner = self._source, Later()
        written = self._written_variable(member.path, scope, later)
        node = self._value(member.subcon, scope, inner)
        name = node.name if isinstance(node, Value) else source.local()
        container, key = self._optional(scope, member.path)

        def write() -> None:
            tests = " and ".join([self._test(condition, scope) for condition in conditions])

            def write_member() -> None:
                if not self._apart.can_hold(container, key, node):
                    source.line(f"raise {source.refused}")
                    return
                if written:
                    source.line(f"if {written}: raise {source.refused}")
                    source.line(f"{written} = True")
                source.line(f"{container.count} += 1")
                self._write(lambda: self._apart.member(container, key, node, name), inner)

            self._in_block(f"if {tests}:", write_member)

        later.append(write)

    def _written_variable(self, path: str, scope: WritingScope, later: Later) -> str:
        """The variable that says whether a member has been written that has several forms; empty if it has one."""
        forms = [member for member, _ in members(scope.layout, scope.version_id) if member.path == path]
        if len(forms) < 2:
            return ""
        if path not in scope.written:
            scope.written[path] = self._source.local()
            later.append(lambda: self._source.line(f"{scope.written[path]} = False"))
        return scope.written[path]

    def _optional(self, scope: WritingScope, path: str) -> tuple[Struct, str]:
        """Note a member that need not be there; returns the dict that it would be in, and its name."""
        *way, last = paths.parse(path)
        if other_form(scope.root, path) is None:
            put(scope.root, path, Value("", test="?"))
        container = resolve(scope.root, paths.join(*way)) if way else scope.root
        if not isinstance(container, Struct) or not isinstance(last, str):
            raise TooHard
        return container, last

    def _unused(self, member: Member, conditions: tuple[Conditional, ...], scope: WritingScope, later: Later) -> None:
        if conditions:
            raise TooHard
        container, key = self._optional(scope, member.path)
        size = member.subcon.length

        later.append(lambda: self._packing.add(f"{size}s", self._apart.unused(container, key, size)))

    def _again(self, subcon: Again, conditions: tuple[Conditional, ...], scope: WritingScope, later: Later) -> None:
        if conditions or not is_fixed(subcon):
            raise TooHard

        def write() -> None:
            first = resolve(scope.root, subcon.path)
            if not isinstance(first, Value) or first.kind != "int":
                raise TooHard
            self._packing.add(subcon.subcon.code, first.name)

        later.append(write)

    def _test(self, condition: Conditional, scope: WritingScope) -> str:
        constant = self._source.constant
        if not is_when(condition):
            return f"{constant(condition)}.present({scope.version_id}, {self._apart.state(scope.root)})"
        if callable(condition.test):
            value = f"{constant(condition.test)}({self._apart.state(scope.root)})"
        else:
            value = self._earlier(condition.test, scope)
        return value if condition.equals is None else f"{value} == {constant(condition.equals)}"

    def _earlier(self, path: str, scope: WritingScope) -> str:
        found = resolve(scope.root, path)
        if isinstance(found, Value) and found.kind in ("int", "bool"):
            return found.name
        return f"{self._source.constant(paths.get)}({self._apart.state(scope.root)}, {path!r})"

    def _count(self, count: Any, scope: WritingScope) -> str:
        if isinstance(count, int):
            return str(count)
        if callable(count):
            return f"int({self._source.constant(count)}({self._apart.state(scope.root)}))"
        return f"int({self._earlier(count, scope)})"

    def _value(self, subcon: Any, scope: WritingScope, later: Later) -> Node:
        field = atom(subcon)
        if field is not None:
            return self._atom(field, later)
        if behaves_as(subcon, Array) and is_integer(subcon.subcon):
            return self._integers(subcon, scope, later)
        if behaves_as(subcon, Array) and is_element(subcon.subcon):
            return self._array(subcon, scope, later)
        if is_plain(subcon):
            return self._inner_struct(subcon, later)
        if behaves_as(subcon, Buffer):
            return self._buffer(subcon.length, scope, later)
        if behaves_as(subcon, Listed) and is_plain(subcon.subcon):
            return self._listed(subcon, later)
        return self._foreign(subcon, scope, later)

    def _atom(self, field: Atom, later: Later) -> Value:
        name = self._source.local()
        if field.kind == "unused":
            raise TooHard

        def write() -> None:
            if field.bounds is not None:
                self._values.check(name, *field.bounds)
            if field.accepts is not None:
                self._values.ask(name, field.accepts)
            if field.kind == "bytes":
                self._values.check_bytes(name, str(field.size))
            self._packing.add("?" if field.kind == "bool" else field.code, name)

        later.append(write)
        return Value(name, kind=field.kind, bounds=field.range)

    def _masked(self, field: Atom, count: int, later: Later) -> Elements:
        names = [self._source.local() for _ in range(count)]

        def write() -> None:
            _, most = field.bounds or (0, 0)
            if names:
                self._values.check(" | ".join(names), 0, most)
            for name in names:
                self._packing.add(field.code, name)

        later.append(write)
        return Elements([Value(name, kind="int", bounds=field.bounds) for name in names], is_whole=True)

    def _buffer(self, length: Any, scope: WritingScope, later: Later) -> Value:
        name = self._source.local()

        def write() -> None:
            self._values.check_bytes(name, self._count(length, scope))
            self._packing.add_piece(name)

        later.append(write)
        return Value(name, kind="bytes")

    def _integers(self, subcon: Array, scope: WritingScope, later: Later) -> Node:
        element, count = subcon.subcon, subcon.count
        is_bytes = element.kind == "uint8" and element.code == "B"
        if not is_bytes and isinstance(count, int) and 0 <= count <= FEW // 2:
            return Elements([self._value(element, scope, later) for _ in range(count)], is_whole=True)
        name = self._source.local()

        def write() -> None:
            length = self._count(count, scope)
            if is_bytes:
                self._values.check_uint8s(name, length)
            else:
                self._values.check_integers(name, length)
            if isinstance(count, int) and count >= 0:
                packed = name if is_bytes else f"{pack_function(self._source, f'{count}{element.code}')}(*{name})"
                self._packing.add(f"{count * element.length}s", packed)
            else:
                pack = self._source.constant(struct.pack)
                self._packing.add_piece(name if is_bytes else f'{pack}(f">{{len({name})}}{element.code}", *{name})')

        later.append(write)
        return Value(name, kind="bytes" if is_bytes else "list", bounds=(element.minimum, element.maximum))

    def _array(self, subcon: Array, scope: WritingScope, later: Later) -> Node:
        element, count = subcon.subcon, subcon.count
        if is_fixed(subcon):
            field = atom(element)
            if field is not None and is_mask(field):
                return self._masked(field, number(count), later)
            return Elements([self._value(element, scope, later) for _ in range(number(count))], is_whole=True)
        if not is_plain(element):
            return self._foreign(subcon, scope, later)
        if isinstance(count, int) and 0 <= count <= FEW_STRUCTS:
            return Elements([self._called_struct(element, later) for _ in range(count)], is_whole=True)
        values = Value(self._source.local(), kind="list")

        def write() -> None:
            self._source.line(f"if len({values.name}) != {self._count(count, scope)}: raise {self._source.refused}")
            self._each(element, values, "")

        later.append(write)
        return values

    def _each(self, element: VMState, values: Value, marker: str) -> None:
        """Write every element of a list of structs, with a marker before it."""
        source, piece, one, packing = self._source, self._source.local(), self._source.local(), self._packing
        source.line(f"{piece} = []")
        self._packing = Packing(source)
        with source.block(f"for {one} in {values.name}:"):
            later = Later()
            if marker:
                self._packing.add("1s", marker)
            node = self._inner_struct(element, later)
            self._write(lambda: self._apart.element(values, node, one), later)
            source.line(f"{piece}.append({self._packing.expression()})")
        self._packing = packing
        self._packing.add_piece(f"b''.join({piece})")

    def _inner_struct(self, layout: VMState, later: Later) -> Struct:
        inner = WritingScope(layout, layout.version_id)
        self._plan(inner, later)
        return inner.root

    def _called_struct(self, layout: VMState, later: Later) -> Node:
        source = self._source
        sealed = Sealed(source.local(), members=layout.roots)

        def write() -> None:
            function = source.later(
                lambda: self._struct_function(layout, sealed.declared, frozenset(sealed.more.members))
            )
            self._packing.add_piece(f"{function}({sealed.name})")

        later.append(write)
        return sealed

    def _listed(self, subcon: Listed, later: Later) -> Value:
        values = Value(self._source.local(), kind="list")

        def write() -> None:
            self._each(subcon.subcon, values, self._source.constant(bytes([subcon.marker])))
            self._packing.add_piece(r"b'\0'")

        later.append(write)
        return values

    def _foreign(self, subcon: Any, scope: WritingScope, later: Later) -> Value:
        """Have the construct write, as the reference engine has it."""
        source, name, done, unsure = self._source, self._source.local(), list(scope.done), tuple(scope.unsure)

        def write() -> None:
            state = self._apart.state(scope.root)
            before = ", ".join(f"{path!r}: {reach(state, path)}" for path in done)
            members = f"{state}, {{{before}}}, {unsure!r}"
            self._packing.add_piece(f"{source.constant(write_foreign)}({source.constant(subcon)}, {name}, {members})")

        later.append(write)
        return Value(name)


def _as_read(value: Value) -> str:
    """An expression for a value as reading gives it: an array of bytes is a list."""
    return f"[*{value.name}]" if value.kind == "bytes" and value.bounds is not None else value.name


def _has_other_forms(subcon: Any) -> bool:
    """Whether a state may hold something else than what reading gives."""
    return isinstance(subcon, Buffer | VMState) or (isinstance(subcon, Array) and subcon.kind == "uint8")
