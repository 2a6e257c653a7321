"""Visitors of a user's own: one that is told, one that is asked."""

# pyright: strict

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import qidl
from qidl import Declaration, InputVisitor, OutputVisitor, uint8, uint32, visit
from qidl.annotations import CType
from qidl.visitor import Name, build, fill


@qidl.declare
class Port:
    """Something to visit."""

    number: uint8 = 0
    baud: uint32 = 9600
    name: str = ""


class CSVOutputVisitor(OutputVisitor):
    """Writes every value on a line of its own."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        self._writer = csv.writer(self.text)
        self._depth = 0

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        self._depth += 1

    def end_struct(self) -> None:
        self._depth -= 1

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        self._writer.writerow([name, value, ctype.name])

    def type_bool(self, name: Name, value: bool) -> None:
        self._writer.writerow([name, value, "bool"])

    def type_str(self, name: Name, value: str) -> None:
        self._writer.writerow([name, value, "str"])


class CSVInputVisitor(InputVisitor):
    """Reads what :class:`CSVOutputVisitor` wrote."""

    def __init__(self, text: str) -> None:
        self._rows: Iterator[list[str]] = csv.reader(io.StringIO(text))

    def _value(self, name: Name, kind: str) -> str:
        row = next(self._rows, ["the end", "", ""])
        if row[0] != str(name) or row[2] != kind:
            raise self.error(name, kind, row[0])
        return row[1]

    def start_struct(self, name: Name, declaration: Declaration) -> None: ...

    def end_struct(self) -> None: ...

    def start_list(self, name: Name) -> int:
        return int(self._value(name, "list"))

    def end_list(self) -> None: ...

    def optional(self, name: Name) -> bool:
        return False

    def type_int(self, name: Name, ctype: CType) -> int:
        return int(self._value(name, ctype.name))

    def type_bool(self, name: Name) -> bool:
        return self._value(name, "bool") == "True"

    def type_str(self, name: Name, capacity: int | None) -> str:
        return self._value(name, "str")

    def type_buffer(self, name: Name) -> bytes:
        return bytes.fromhex(self._value(name, "buffer"))


visitor = CSVOutputVisitor()
visit(Port(number=1, name="com1"), visitor)
port: Port = build(Port, CSVInputVisitor(visitor.text.getvalue()))
fill(port, CSVInputVisitor(visitor.text.getvalue()))
