"""The function that writes a struct: from its state to bytes.

A state is taken apart first, every member that is there for certain in one go; then the
fields are packed in the order of the wire, and last the members are counted, so that
none is left behind.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from qidl.wire import path as paths
from qidl.wire.compiled.columns import flat_form, write_columns
from qidl.wire.compiled.functions import Functions
from qidl.wire.compiled.packing import Packing, pack_function
from qidl.wire.compiled.shape import (
    FEW,
    Atom,
    atom,
    behaves_as,
    count_values,
    is_element,
    is_entered,
    is_fixed,
    is_integer,
    is_plain,
    is_when,
    members,
    roots,
    subsections_stand_apart,
)
from qidl.wire.compiled.source import Source, TooHard
from qidl.wire.compiled.support import Refused, some_bytes, subsection_header, uint8s, write_foreign
from qidl.wire.compiled.takeapart import TakingApart
from qidl.wire.compiled.tree import Elements, Node, Sealed, Struct, Value, other_form, put, resolve
from qidl.wire.primitives import Again, Array, Buffer, Conditional, Listed, Unused
from qidl.wire.vmstate import Member, VMState

_FEW_VALUES = 24
_FEW_STRUCTS = 8

Later = list[Callable[[], None]]
"""What is to be written once the state is taken apart."""


class Scope:
    """One struct while its fields are gone through.

    :ivar root: its state
    :ivar done: paths of the members so far that are there for certain
    """

    def __init__(self, layout: VMState, version_id: int) -> None:
        self.layout = layout
        self.version_id = version_id
        self.root = Struct()
        self.done: list[str] = []


class Writing:
    """Writes the source of the function."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._source = Source()
        self._packing = Packing(self._source)
        self._apart = TakingApart(self._source)

    def struct(self, layout: VMState, version_id: int) -> Callable[..., Any]:
        """The function for a struct: ``(d, others)`` to bytes, where ``others`` members are not its own."""
        scope, count = self._whole(layout, version_id)
        self._source.line(f"if len(d) != {count} + others: raise {self._refused}")
        self._source.line(f"return {self._packing.expression()}")
        return self._source.function("write(d, others=0)", layout.name)

    def subsection(self, layout: VMState) -> Callable[..., Any]:
        """The function for a subsection: ``(d)`` to bytes, and how many members they are made of."""
        scope, count = self._whole(layout, layout.version_id)
        self._source.line(f"return {self._packing.expression()}, {count}")
        return self._source.function("write(d)", layout.name)

    @property
    def _refused(self) -> str:
        return self._source.constant(Refused)

    def _whole(self, layout: VMState, version_id: int) -> tuple[Scope, str]:
        scope, later = Scope(layout, version_id), Later()
        scope.root.var = "d"
        self._fields(scope, later)
        self._apart.expect("dict", "d")
        self._apart.struct(scope.root)
        self._apart.check_types()
        for write in later:
            write()
        self._apart.check_counts()
        return scope, self._subsections(scope)

    def _subsections(self, scope: Scope) -> str:
        """Write those that the state has; returns an expression for the number of members by then."""
        own = str(len(scope.root.members))
        if not scope.layout.subsections:
            return scope.root.count or own
        if not subsections_stand_apart(scope.layout):
            raise TooHard
        source, count, written = self._source, scope.root.count or self._source.local(), self._source.local()
        if not scope.root.count:
            source.line(f"{count} = {own}")
        source.line(f"{written} = b''")
        with source.block(f"if len(d) != {count}:"):
            for subsection in scope.layout.subsections:
                self._subsection(subsection, count, written)
        self._packing.add_piece(written)
        return count

    def _subsection(self, layout: VMState, count: str, written: str) -> None:
        source, header = self._source, self._source.constant(subsection_header(layout))
        function = source.constant(self._functions.subsection(layout))
        names = {str(paths.parse(m.path)[0]) for m in layout.members if not isinstance(m.subcon, Unused)}
        names |= set() if layout.fields else {layout.marker}
        with source.block(f"if {' or '.join(f'{name!r} in d' for name in sorted(names))}:"):
            if not layout.fields:
                source.line(f"if d[{layout.marker!r}] is not True: raise {self._refused}")
                source.line(f"{count} += 1")
            one, number = source.local(), source.local()
            source.line(f"{one}, {number} = {function}(d)")
            source.line(f"{written} += {header} + {one}")
            source.line(f"{count} += {number}")

    def _fields(self, scope: Scope, later: Later) -> None:
        for member, conditions in members(scope.layout, scope.version_id):
            if isinstance(member.subcon, Unused):
                self._unused(member, conditions, scope, later)
            elif isinstance(member.subcon, Again):
                self._again(member.subcon, conditions, scope, later)
            elif conditions:
                self._conditional(member, conditions, scope, later)
            else:
                node = self._value(member.subcon, scope, later, member.path)
                put(scope.root, member.path, node)
                scope.done.append(member.path)

    def _conditional(self, member: Member, conditions: tuple[Conditional, ...], scope: Scope, later: Later) -> None:
        source, inner = self._source, Later()
        node = self._value(member.subcon, scope, inner, member.path)
        name = node.name if isinstance(node, Value) else source.local()
        container, key = self._optional(scope, member.path)

        def write() -> None:
            written = source.local()
            tests = " and ".join([self._test(condition, scope) for condition in conditions])
            source.line(f"{written} = b''")
            packing, counted = self._packing, self._apart.counted
            self._packing, self._apart.counted = Packing(source), []
            with source.block(f"if {tests}:"):
                source.line(f"{name} = {_variable(container)}[{key!r}]")
                source.line(f"{container.count} += 1")
                self._apart.take(node, name)
                self._apart.check_types()
                for one in inner:
                    one()
                self._apart.check_counts()
                source.line(f"{written} = {self._packing.expression()}")
            self._packing, self._apart.counted = packing, counted
            self._packing.add_piece(written)

        later.append(write)

    def _optional(self, scope: Scope, path: str) -> tuple[Struct, str]:
        """Note a member that need not be there; returns the dict that it would be in, and its name."""
        *way, last = paths.parse(path)
        if other_form(scope.root, path) is None:
            put(scope.root, path, Value("", test="?"))
        container = resolve(scope.root, paths.join(*way)) if way else scope.root
        if not isinstance(container, Struct) or not isinstance(last, str):
            raise TooHard
        return container, last

    def _unused(self, member: Member, conditions: tuple[Conditional, ...], scope: Scope, later: Later) -> None:
        if conditions:
            raise TooHard
        container, key = self._optional(scope, member.path)
        size = member.subcon.length

        def write() -> None:
            source, name = self._source, self._source.local()
            zeros = source.constant(bytes(size), size)
            source.line(f"{name} = {_variable(container)}.get({key!r}, {zeros})")
            with source.block(f"if {name} is not {zeros}:"):
                source.line(f"{name} = {source.constant(some_bytes)}({name})")
                source.line(f"if len({name}) != {size} or {name} == {zeros}: raise {self._refused}")
                source.line(f"{container.count} += 1")
            self._packing.add(f"{size}s", name)

        later.append(write)

    def _again(self, subcon: Again, conditions: tuple[Conditional, ...], scope: Scope, later: Later) -> None:
        if conditions or not is_fixed(subcon):
            raise TooHard

        def write() -> None:
            first = resolve(scope.root, subcon.path)
            if not isinstance(first, Value) or first.kind != "int":
                raise TooHard
            self._packing.add(subcon.subcon.code, first.name)

        later.append(write)

    def _test(self, condition: Conditional, scope: Scope) -> str:
        constant, state = self._source.constant, _variable(scope.root)
        if not is_when(condition):
            return f"{constant(condition)}.present({scope.version_id}, {state})"
        if callable(condition.test):
            value = f"{constant(condition.test)}({state})"
        else:
            value = self._earlier(condition.test, scope)
        return value if condition.equals is None else f"{value} == {constant(condition.equals)}"

    def _earlier(self, path: str, scope: Scope) -> str:
        found = resolve(scope.root, path)
        if isinstance(found, Value) and found.kind in ("int", "bool"):
            return found.name
        return f"{self._source.constant(paths.get)}({_variable(scope.root)}, {path!r})"

    def _count(self, count: Any, scope: Scope) -> str:
        if isinstance(count, int):
            return str(count)
        if callable(count):
            return f"{self._source.constant(count)}({_variable(scope.root)})"
        return f"int({self._earlier(count, scope)})"

    def _value(self, subcon: Any, scope: Scope, later: Later, path: str) -> Node:
        field = atom(subcon)
        if field is not None:
            return self._atom(field, later)
        if behaves_as(subcon, Array) and is_integer(subcon.subcon):
            return self._integers(subcon, scope, later)
        if behaves_as(subcon, Array) and is_element(subcon.subcon):
            return self._array(subcon, scope, later, path)
        if is_plain(subcon) and is_fixed(subcon):
            return self._inner_struct(subcon, later)
        if is_plain(subcon):
            return self._outer_struct(subcon, later)
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
                self._check(name, *field.bounds)
            if field.kind == "bytes":
                self._check_bytes(name, str(field.size))
            self._packing.add("?" if field.kind == "bool" else field.code, name)

        later.append(write)
        return Value(name, kind="" if field.kind == "bytes" else field.kind)

    def _check(self, value: str, least: int, most: int) -> None:
        test = f"{value} != {least}" if least == most else f"not {least} <= {value} <= {most}"
        self._source.line(f"if {test}: raise {self._refused}")

    def _check_bytes(self, name: str, length: str) -> None:
        source = self._source
        source.line(f"if type({name}) is not bytes: {name} = {source.constant(some_bytes)}({name})")
        source.line(f"if len({name}) != {length}: raise {self._refused}")

    def _buffer(self, length: Any, scope: Scope, later: Later) -> Value:
        name = self._source.local()

        def write() -> None:
            self._check_bytes(name, self._count(length, scope))
            self._packing.add_piece(name)

        later.append(write)
        return Value(name)

    def _integers(self, subcon: Array, scope: Scope, later: Later) -> Node:
        element, count = subcon.subcon, subcon.count
        if element.kind != "uint8" and isinstance(count, int) and 0 <= count <= FEW // 2:
            return Elements([self._value(element, scope, later, "") for _ in range(count)])
        source, name = self._source, self._source.local()

        def write() -> None:
            length = self._count(count, scope)
            if element.kind == "uint8":
                source.line(f"{name} = {source.constant(uint8s)}({name})")
                source.line(f"if len({name}) != {length}: raise {self._refused}")
                packed = name
            else:
                wrong = f"len({name}) != {length} or [*map(type, {name})].count(int) != {length}"
                source.line(f"if {wrong}: raise {self._refused}")
                packed = f'{source.constant(struct.pack)}(f">{{len({name})}}{element.code}", *{name})'
            if isinstance(count, int) and count >= 0:
                if element.kind != "uint8":
                    packed = f"{pack_function(source, f'{count}{element.code}')}(*{name})"
                self._packing.add(f"{count * element.length}s", packed)
            else:
                self._packing.add_piece(packed)

        later.append(write)
        return Value(name, kind="" if element.kind == "uint8" else "list")

    def _array(self, subcon: Array, scope: Scope, later: Later, path: str) -> Node:
        element, count = subcon.subcon, subcon.count
        values = count_values(subcon)
        is_few = isinstance(count, int) and 0 <= count <= _FEW_STRUCTS and not is_fixed(element)
        if 0 <= values <= _FEW_VALUES or is_few or (is_fixed(subcon) and (path and is_entered(scope.layout, path))):
            field = atom(element)
            if field is not None and field.bounds is not None:
                return self._bounded(field, count, later)
            return Elements([self._value(element, scope, later, "") for _ in range(count)])
        if not is_plain(element):
            return self._foreign(subcon, scope, later)
        source, name = self._source, self._source.local()

        def write() -> None:
            number, form = self._count(count, scope), flat_form(element)
            if not number.isdecimal():
                source.line(f"{name}n = {number}")
                number = f"{name}n"
            if form is not None:
                write_columns(source, self._packing, form, name, number)
                return
            function = source.constant(self._functions.struct(element))
            source.line(f"if len({name}) != {number}: raise {self._refused}")
            self._packing.add_piece(f"b''.join([{function}(e) for e in {name}])")

        later.append(write)
        return Value(name, kind="list")

    def _bounded(self, field: Atom, count: int, later: Later) -> Elements:
        names = [self._source.local() for _ in range(count)]
        least, most = field.bounds or (0, 0)

        def write() -> None:
            if least == 0 and most & (most + 1) == 0:
                # All at once: no bit is set beyond those that each may have.
                self._check(" | ".join(names), least, most)
            else:
                for name in names:
                    self._check(name, least, most)
            for name in names:
                self._packing.add(field.code, name)

        later.append(write)
        return Elements([Value(name, kind="int") for name in names])

    def _inner_struct(self, layout: VMState, later: Later) -> Struct:
        inner = Scope(layout, layout.version_id)
        self._fields(inner, later)
        return inner.root

    def _outer_struct(self, layout: VMState, later: Later) -> Node:
        source = self._source
        sealed = Sealed(source.local(), members=roots(layout))

        def write() -> None:
            function = source.constant(self._functions.struct(layout))
            others = f", {len(sealed.more.members)}" if sealed.more.members else ""
            self._packing.add_piece(f"{function}({sealed.name}{others})")

        later.append(write)
        return sealed

    def _listed(self, subcon: Listed, later: Later) -> Value:
        source, name = self._source, self._source.local()

        def write() -> None:
            function = source.constant(self._functions.struct(subcon.subcon))
            marker = source.constant(bytes([subcon.marker]), subcon.marker)
            self._packing.add_piece(f"b''.join([{marker} + {function}(e) for e in {name}])")
            self._packing.add_piece(r"b'\0'")

        later.append(write)
        return Value(name, kind="list")

    def _foreign(self, subcon: Any, scope: Scope, later: Later) -> Value:
        """Have the construct write, as the reference engine has it."""
        source, name, done = self._source, self._source.local(), list(scope.done)

        def write() -> None:
            state = _variable(scope.root)
            before = ", ".join(f"{path!r}: {_reach(state, path)}" for path in done)
            function = source.constant(write_foreign)
            self._packing.add_piece(f"{function}({source.constant(subcon)}, {name}, {state}, {{{before}}})")

        later.append(write)
        return Value(name)


def _variable(struct: Struct) -> str:
    """The variable that holds a dict."""
    if not struct.var:
        raise TooHard
    return struct.var


def _reach(state: str, path: str) -> str:
    return state + "".join(f"[{step!r}]" for step in paths.parse(path))
