"""Reading fields of fixed form: their places in a run, and what is made of them."""

from __future__ import annotations

from qidl.generating.making import Making
from qidl.generating.source import Source
from qidl.generating.tree import Elements, Value
from qidl.wire.compiled.run import Run
from qidl.wire.compiled.shape import Atom
from qidl.wire.primitives import Integer

_BOOLS = (False, True)

_LARGE = 1024
"""Bytes of a buffer from which on it is worth a view of them to copy them once rather than twice."""


class FixedFields:
    """Adds fields to a run.

    :param making: what is made of their values; None where it is only asked whether they are allowed
    :ivar run: the current one
    """

    def __init__(self, source: Source, making: Making | None) -> None:
        self._source = source
        self._builds = making is not None
        self._keeps_unused = making is not None and making.keeps_unused
        self._copies_bytes = making is not None and making.copies_bytes
        self.run = Run(source)

    def atom(self, field: Atom, *, is_asked_for: bool) -> Value:
        """A single field."""
        source = self._source
        if field.kind == "bytes" and field.size >= _LARGE and self._copies_bytes and not is_asked_for:
            return self._view(field)
        is_checked = field.bounds is not None or field.accepts is not None or field.kind == "bool"
        is_needed = self._keeps_unused if field.kind == "unused" else self._builds
        is_named = is_needed or is_checked or is_asked_for
        name = self.run.add(field.code, field.size, source.local() if is_named else "")
        if field.bounds is not None:
            self._check(name, *field.bounds)
        if field.accepts is not None:
            self.run.checks.append(f"if not {source.constant(field.accepts)}({name}): raise {source.refused}")
        if field.kind == "unused":
            return Value(name, f"{name} != {source.constant(bytes(field.size))}", "unused")
        if field.kind == "bool":
            if not self._builds:
                self._check(name, 0, 1)
            return Value(f"{source.constant(_BOOLS)}[{name}]", kind="bool")
        return Value(name, kind=field.kind, bounds=field.range, length=field.size)

    def _view(self, field: Atom) -> Value:
        """Bytes that are copied in any case: once is enough."""
        name, first = self._source.local(), self.run.size
        self.run.add(field.code, field.size)
        self.run.checks.append(f"{name} = memoryview(data)[o + {first}:o + {self.run.size}]")
        return Value(name, kind="bytes", length=field.size)

    def again(self, field: Integer, first: Value) -> None:
        """A field that repeats another."""
        name = self.run.add(field.code, field.length, self._source.local())
        self.run.checks.append(f"if {name} != {first.name}: raise {self._source.refused}")

    def masked_array(self, field: Atom, count: int) -> Elements:
        """Integers of which each has some low bits alone: no bit beyond is set in any, nor the sign."""
        _, most = field.bounds or (0, 0)
        names = [self.run.add(field.code, field.size, self._source.local()) for _ in range(count)]
        self._check(" | ".join(names), 0, most)
        return Elements([Value(name, kind="int", bounds=field.bounds) for name in names], is_whole=True)

    def long_array(self, element: Integer, count: int, *, is_asked_for: bool) -> Value:
        """Integers in one go."""
        size, bounds = count * element.length, (element.minimum, element.maximum)
        name = self.run.add(f"{size}s", size, self._source.local() if self._builds or is_asked_for else "")
        if not name:
            return Value("", kind="list", bounds=bounds, length=count)
        values = f"[*{name}]" if element.code == "B" else f"[*{self._unpack(element, count)}({name})]"
        raw = name if element.code == "B" else ""
        if is_asked_for:
            name = self._source.local()
            self.run.checks.append(f"{name} = {values}")
        return Value(name if is_asked_for else values, kind="list", bounds=bounds, length=count, raw=raw)

    def _unpack(self, element: Integer, count: int) -> str:
        own = Run(self._source)
        own.add(f"{count}{element.code}", count * element.length, "?")
        return own.format("unpack")

    def _check(self, value: str, least: int, most: int) -> None:
        test = f"{value} != {least}" if least == most else f"not {least} <= {value} <= {most}"
        self.run.checks.append(f"if {test}: raise {self._source.refused}")
