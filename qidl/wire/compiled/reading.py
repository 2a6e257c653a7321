"""The function that reads a struct: from bytes to its state, or to an object, or only to where it ends."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any

from qidl.generating.dict_making import DictMaking, reach
from qidl.generating.making import Making
from qidl.generating.source import Source, TooHard
from qidl.generating.tree import Elements, Node, Sealed, Struct, Value, other_form, put, resolve
from qidl.rules import Rule
from qidl.wire import path as paths
from qidl.wire.compiled.fixed_fields import FixedFields
from qidl.wire.compiled.run import Run
from qidl.wire.compiled.scope import ReadingScope
from qidl.wire.compiled.shape import (
    FEW,
    FEW_STRUCTS,
    atom,
    behaves_as,
    is_element,
    is_fixed,
    is_integer,
    is_mask,
    is_plain,
    is_unbounded,
    is_when,
    may_be_empty,
    members,
    number,
    subsections_stand_apart,
)
from qidl.wire.compiled.support import StructFunction, keeps_rule, read_foreign
from qidl.wire.primitives import Again, Array, Buffer, Conditional, Listed, minimum_size
from qidl.wire.vmstate import Member, VMState


class Reading:
    """Writes the source of the function.

    :param source: where it is written
    :param struct_function: finds the function of the same kind for another struct
    :param builds: whether it makes the state, or only finds the end
    :param making: how it is made
    """

    def __init__(
        self,
        source: Source,
        struct_function: StructFunction,
        *,
        builds: bool,
        making: Callable[[Source], Making] = DictMaking,
    ) -> None:
        self._struct_function = struct_function
        self._builds = builds
        self._source = source
        self._making = making(self._source)
        self._fixed = FixedFields(self._source, self._making if builds else None)

    def part(
        self, layout: VMState, version_id: int, declared: Any = None, elsewhere: frozenset[str] = frozenset()
    ) -> Callable[..., Any]:
        """The function for what begins at an offset: ``(data, o, limits)`` to the state and its end, or to its end.

        The data is a payload, or a view of the stream that it lies in: of either, no more is copied than is kept.

        :param declared: what a class says of it
        :param elsewhere: names of members that are read elsewhere
        """
        scope = ReadingScope(layout, version_id, self._source.depth, declared=declared)
        state = self._struct(layout, scope)
        if not scope.root.lacks <= elsewhere:
            raise TooHard
        self._source.line(f"return {state}, o" if self._builds else "return o")
        return self._source.function("read(data, o, limits)", layout.name)

    def whole(self, layout: VMState, version_id: int) -> Callable[..., Any]:
        """The function for a payload: ``(data, limits)`` to the state."""
        self._source.line(f"return {self.payload(layout, version_id)}")
        return self._source.function("decode(data, limits)", layout.name)

    def payload(self, layout: VMState, version_id: int, declared: Any = None) -> str:
        """Write what reads the payload in ``data``, within ``limits``; returns an expression for its state."""
        source = self._source
        scope = ReadingScope(layout, version_id, source.depth, declared=declared)
        source.line("if type(data) is not bytes: data = bytes(memoryview(data))")
        source.line(f"if limits.nesting < {layout.nesting}: raise {source.refused}")
        source.line("o = 0")
        self._fields(layout, scope)
        if not layout.subsections and self._fixed.run.flush_all():
            return self._making.expression(scope.root, declared)
        self._fixed.run.flush()
        state = self._making.save(scope.root)
        if scope.root.lacks:
            raise TooHard
        if layout.subsections and not layout.old_style:
            with source.block("if o != len(data):"):
                self._subsections(layout, scope)
        source.line(f"if o != len(data): raise {source.refused}")
        return state

    def _struct(self, layout: VMState, scope: ReadingScope) -> str:
        """A struct with its subsections; returns the variable for its state, if it is made."""
        has_subsections = bool(layout.subsections) and not layout.old_style
        self._fields(layout, scope)
        if not layout.old_style and not has_subsections:
            self._fixed.run.end_struct(layout.name)
        self._fixed.run.flush()
        state = self._making.save(scope.root) if self._builds else ""
        if has_subsections:
            with self._source.block("if o < len(data) and data[o] == 5:"):
                self._subsections(layout, scope)
        return state

    def _subsections(self, layout: VMState, outer: ReadingScope) -> None:
        """Those that follow, each at most once and in order."""
        if not subsections_stand_apart(layout):
            raise TooHard
        source = self._source
        for subsection in layout.subsections:
            header = subsection.header
            with source.block(f"if data[o:o + {len(header)}] == {source.constant(header)}:"):
                source.line(f"o += {len(header)}")
                scope = ReadingScope(subsection, subsection.version_id, source.depth, declared=outer.declared)
                scope.root.var = outer.root.var
                if self._builds and not subsection.fields:
                    self._making.mark(scope.root, subsection.marker)
                self._struct(subsection, scope)
        self._fixed.run.end_struct(layout.name)
        self._fixed.run.flush()

    def _fields(self, layout: VMState, scope: ReadingScope) -> None:
        for member, conditions in members(layout, scope.version_id):
            if conditions:
                self._conditional(member, conditions, scope)
            else:
                node = self._value(member.subcon, scope, paths.parse(member.path))
                if node is not None:
                    put(scope.root, member.path, node)
                    scope.add(member.path, is_certain=not (isinstance(node, Value) and node.test))
        for rule in layout.rules:
            self._rule(rule, layout, scope)

    def _rule(self, rule: Rule, layout: VMState, scope: ReadingScope) -> None:
        present = {member.path: conditions for member, conditions in members(layout, scope.version_id)}
        if not present.keys() >= set(rule.paths):
            return
        source, nodes = self._source, [resolve(scope.root, path) for path in rule.paths]
        names = [node.name for node in nodes if isinstance(node, Value) and node.name and not _lacks_members(node)]
        if len(names) == len(nodes):
            test = f"{source.constant(rule.holds)}({', '.join(names)})"
            self._fixed.run.checks.append(f"if not {test}: raise {source.refused}")
        else:
            test = f"{source.constant(keeps_rule)}({source.constant(rule)}, {self._state(scope)}, {{}})"
            source.line(f"if not {test}: raise {source.refused}")

    def _conditional(self, member: Member, conditions: tuple[Conditional, ...], scope: ReadingScope) -> None:
        source = self._source
        tests = " and ".join([self._test(condition, scope) for condition in conditions])
        self._fixed.run.flush()
        before = other_form(scope.root, member.path)
        name = before[1].name if before is not None else source.local()
        path = paths.parse(member.path)
        declared = self._declared(scope, path)
        if before is None and self._builds:
            source.line(f"{name} = None")
        with source.block(f"if {tests}:"):
            if before is not None and self._builds:
                source.line(f"if {name} is not None: raise {source.refused}")
            node = self._value(member.subcon, scope, path)
            self._fixed.run.flush()
            if node is not None and self._builds:
                self._give(name, node, declared)
        scope.add(member.path, is_certain=False)
        if before is not None:
            before[0].saved.discard(str(path[-1]))
        elif node is not None:
            put(scope.root, member.path, Value(name, test=f"{name} is not None", declared=declared))

    def _give(self, name: str, node: Node, declared: Any) -> None:
        """Give a variable a value that is there under a condition."""
        try:
            value = self._making.expression(node, declared)
        except TooHard:
            # A form that the class does not hold.
            self._source.line(f"raise {self._source.refused}")
            return
        test = node.test if isinstance(node, Value) else ""
        self._source.line(f"{name} = {value} if {test} else None" if test else f"{name} = {value}")

    def _test(self, condition: Conditional, scope: ReadingScope) -> str:
        constant = self._source.constant
        if not is_when(condition):
            return f"{constant(condition)}.present({scope.version_id}, {self._state(scope)})"
        if callable(condition.test):
            value = f"{constant(condition.test)}({self._state(scope)})"
        else:
            value = self._earlier(condition.test, scope).name
        return value if condition.equals is None else f"{value} == {constant(condition.equals)}"

    def _earlier(self, path: str, scope: ReadingScope) -> Value:
        """An expression for an earlier field, which may be of a struct around this one."""
        found = resolve(scope.root, path)
        if isinstance(found, Value) and found.name:
            self._fixed.run.flush()
            return found
        return Value(f"{self._source.constant(paths.get)}({self._state(scope)}, {path!r})")

    def _count(self, count: Any, scope: ReadingScope) -> str:
        if isinstance(count, int):
            return str(count)
        if callable(count):
            return f"int({self._source.constant(count)}({self._state(scope)}))"
        value = self._earlier(count, scope)
        return value.name if value.kind == "int" else f"int({value.name})"

    def _state(self, scope: ReadingScope) -> str:
        """The state as it is so far, complete."""
        if not self._builds:
            raise TooHard
        self._fixed.run.flush()
        if self._source.depth != scope.depth and not self._making.is_saved(scope.root):
            raise TooHard
        return self._making.state(scope.root)

    def _value(self, subcon: Any, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Node | None:
        field = atom(subcon)
        if field is not None:
            return self._fixed.atom(field, is_asked_for=scope.asks_for(path))
        if behaves_as(subcon, Again) and is_fixed(subcon):
            self._again(subcon, scope)
            return None
        if behaves_as(subcon, Array) and is_fixed(subcon):
            return self._fixed_array(subcon, scope, path)
        if is_plain(subcon) and is_fixed(subcon):
            return self._inner_struct(subcon, scope, path)
        self._fixed.run.flush()
        if is_plain(subcon):
            return self._outer_struct(subcon, scope, path)
        if behaves_as(subcon, Buffer):
            return self._buffer(subcon, scope)
        if behaves_as(subcon, Array) and is_integer(subcon.subcon):
            return self._integers(subcon, scope)
        if behaves_as(subcon, Array) and is_element(subcon.subcon):
            return self._array(subcon, scope, path)
        if behaves_as(subcon, Listed) and is_plain(subcon.subcon) and subcon.marker:
            return self._listed(subcon, scope, path)
        return self._foreign(subcon, scope)

    def _declared(self, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Any:
        return self._making.kind(scope.declared, path) if self._builds else None

    def _again(self, subcon: Again, scope: ReadingScope) -> None:
        first = resolve(scope.root, subcon.path)
        if not isinstance(first, Value) or not first.name:
            raise TooHard
        self._fixed.again(subcon.subcon, first)

    def _fixed_array(self, subcon: Array, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Node:
        element, count = subcon.subcon, number(subcon.count)
        if is_integer(element) and (count > FEW or element.code == "B"):
            return self._fixed.long_array(element, count, is_asked_for=scope.asks_for(path))
        field = atom(element)
        if field is not None and count and is_mask(field):
            return self._fixed.masked_array(field, count)
        items = [self._value(element, scope, (*path, index)) for index in range(count)]
        return Elements([item for item in items if item is not None], is_whole=True)

    def _inner_struct(self, layout: VMState, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Struct:
        declared = self._declared(scope, path)
        inner = ReadingScope(layout, layout.version_id, self._source.depth, scope, path, declared=declared)
        self._fields(layout, inner)
        if not layout.old_style:
            self._fixed.run.end_struct(layout.name)
        return inner.root

    def _outer_struct(self, layout: VMState, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Node:
        declared = self._declared(scope, path)
        inner = ReadingScope(layout, layout.version_id, self._source.depth, declared=declared)
        state = self._struct(layout, inner)
        return Sealed(state, members=layout.roots, lacks=inner.root.lacks, declared=declared)

    def _called_struct(self, layout: VMState, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Node:
        source, declared = self._source, self._declared(scope, path)
        sealed = Sealed(source.local(), members=layout.roots, declared=declared)
        function = source.later(lambda: self._struct_function(layout, declared, frozenset(sealed.more.members)))
        source.line(
            f"{sealed.name}, o = {function}(data, o, limits)" if self._builds else f"o = {function}(data, o, limits)"
        )
        return sealed

    def _buffer(self, subcon: Buffer, scope: ReadingScope) -> Value:
        source, name = self._source, self._source.local()
        source.line(f"e = o + {self._count(subcon.length, scope)}")
        source.line(f"if not o <= e <= len(data): raise {source.refused}")
        if self._builds:
            source.line(f"{name} = bytes(data[o:e])")
        source.line("o = e")
        return Value(name, kind="bytes")

    def _counted(self, subcon: Array, scope: ReadingScope, size: int) -> str:
        """The number of elements, held against what is left."""
        source = self._source
        if isinstance(subcon.count, int) and subcon.count >= 0:
            source.line(f"if o + {subcon.count * size} > len(data): raise {source.refused}")
            return str(subcon.count)
        count = source.local()
        source.line(f"{count} = {self._count(subcon.count, scope)}")
        source.line(f"if not 0 <= {count} * {size} <= len(data) - o: raise {source.refused}")
        if not isinstance(subcon.count, int):
            source.line(f"if {count} > limits.elements: raise {source.refused}")
        return count

    def _integers(self, subcon: Array, scope: ReadingScope) -> Value:
        source, element, name = self._source, subcon.subcon, self._source.local()
        count = self._counted(subcon, scope, element.length)
        source.line(f"e = o + {count} * {element.length}")
        if self._builds:
            unpack = source.constant(struct.unpack)
            values = "*data[o:e]" if element.code == "B" else f'*{unpack}(f">{{{count}}}{element.code}", data[o:e])'
            source.line(f"{name} = [{values}]")
        source.line("o = e")
        return Value(name, kind="list", bounds=(element.minimum, element.maximum))

    def _array(self, subcon: Array, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Node:
        """Elements of any form; those of a plain one in one go."""
        if may_be_empty(subcon):
            raise TooHard
        source, outer = self._source, self._fixed.run
        if isinstance(subcon.count, int) and 0 <= subcon.count <= FEW_STRUCTS and not is_fixed(subcon.subcon):
            # Spelled out, since a later field may add to one of them.
            self._counted(subcon, scope, max(minimum_size(subcon.subcon), 1))
            return Elements(
                [self._called_struct(subcon.subcon, scope, (*path, i)) for i in range(subcon.count)], is_whole=True
            )
        within = (*path, 0)
        declared = self._declared(scope, within)
        self._fixed.run = run = Run(source)
        before = source.length
        element = self._value(subcon.subcon, scope, within) if is_fixed(subcon.subcon) else None
        self._fixed.run = outer
        if source.length > before:
            # Statements of one element, such as a rule takes that asks for its state: they belong into a loop.
            source.cut(before)
            element = None
        count = self._counted(subcon, scope, max(run.size, minimum_size(subcon.subcon), 1))
        if element is None or not run.is_plain or not run.size or not self._making.is_literal(element):
            return self._loop(subcon.subcon, f"for _ in range({count}):", scope, within)
        name = source.local()
        if self._builds:
            run.flush_repeated(self._making.expression(element, declared), name, count)
        else:
            source.line(f"e = o + {count} * {run.size}")
            run.flush_ends_repeated()
        return Value(name, kind="list", declared=declared)

    def _loop(
        self, element: Any, header: str, scope: ReadingScope, path: tuple[paths.Step, ...], first: Iterable[str] = ()
    ) -> Value:
        source, name, declared = self._source, self._source.local(), self._declared(scope, path)
        if self._builds:
            source.line(f"{name} = []")
        with source.block(header):
            for statement in first:
                source.line(statement)
            if is_plain(element) and not is_fixed(element):
                node: Node | None = self._outer_struct(element, scope, path)
            else:
                node = self._value(element, scope, path)
            self._fixed.run.flush()
            if self._builds and node is not None:
                source.line(f"{name}.append({self._making.expression(node, declared)})")
        return Value(name, kind="list", declared=declared)

    def _listed(self, subcon: Listed, scope: ReadingScope, path: tuple[paths.Step, ...]) -> Value:
        source, count = self._source, self._source.local()
        source.line(f"{count} = 0")
        value = self._loop(
            subcon.subcon,
            f"while data[o] == {subcon.marker}:",
            scope,
            (*path, 0),
            ["o += 1", f"{count} += 1", f"if {count} > limits.elements: raise {source.refused}"],
        )
        source.line(f"if data[o]: raise {source.refused}")
        source.line("o += 1")
        return value

    def _foreign(self, subcon: Any, scope: ReadingScope) -> Value:
        """Have the construct read, as the reference engine has it."""
        if is_unbounded(subcon):
            raise TooHard
        source, state = self._source, self._state(scope)
        name = source.local()
        before = ", ".join(f"{path!r}: {reach(state, path)}" for path in scope.done)
        members = f"{state}, {{{before}}}, {tuple(scope.unsure)!r}"
        read = f"{source.constant(read_foreign)}({source.constant(subcon)}, data, o, limits, {members})"
        source.line(f"{name}, o = {read}")
        source.line(f"if {name} is None: raise {source.refused}")
        return Value(name)


def _lacks_members(node: Node) -> bool:
    """Whether a struct that another function reads is to have more."""
    return isinstance(node, Sealed) and bool(node.more.members)
