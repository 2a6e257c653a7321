"""A payload as a C struct for dissect.cstruct, big-endian.

It is made from the layout and the state of the very payload that it is to read: C has no conditions, so what is there
and how many is settled beforehand, and the headers of subsections are fields like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dissect.cstruct import cstruct

from peers.as_construct import subsection_header
from qidl.wire import path as paths
from qidl.wire.primitives import Again, Array, Boolean, Buffer, Checked, Integer, Listed, State, Unused
from qidl.wire.vmstate import VMState

_GAP = "gap"
"""How the names of fields begin that are no members of the state."""

_SIGNS = str.maketrans(".[]", "___")
"""What of a path a name in C cannot have."""


def structure(layout: VMState, state: State, version_id: int) -> Any:
    """Return the type that reads payloads of the shape of this state, compiled as far as dissect.cstruct can."""
    definitions = _Definitions()
    name = definitions.struct(layout, state, version_id)
    return getattr(cstruct(endian=">").load("\n".join(definitions.text.values())), name)


def values(parsed: Any) -> Iterator[Any]:
    """Yield every integer and every buffer of what such a type has read, in the order of the wire."""
    if hasattr(parsed, "__values__"):
        for name, member in parsed.__values__.items():
            if not name.startswith(_GAP):
                yield from values(member)
    elif isinstance(parsed, list):
        for element in parsed:
            yield from values(element)
    else:
        yield parsed


class _Definitions:
    """Structs in C, each once, by their fields."""

    def __init__(self) -> None:
        self.text: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def struct(self, layout: VMState, state: State, version_id: int) -> str:
        """Define a struct, unless there is one of these fields, and return its name."""
        lines = self._fields(layout, state, version_id)
        fields = "\n".join(f"    {line.format(number=number)}" for number, line in enumerate(lines))
        if fields not in self._names:
            name = self._names[fields] = f"struct_{len(self._names)}"
            self.text[name] = f"struct {name} {{\n{fields}\n}};"
        return self._names[fields]

    def _fields(self, layout: VMState, state: State, version_id: int) -> Iterator[str]:
        for member in layout.members:
            if member.present(version_id, state):
                yield from self._field(member.subcon, state, member.path)
        for subsection in layout.subsections:
            if subsection.is_in(state):
                yield f"char {_GAP}{{number}}[{len(subsection_header(subsection))}];"
                yield from self._fields(subsection, state, subsection.version_id)

    def _field(self, subcon: Any, state: State, path: str) -> Iterator[str]:
        name = f"{path.translate(_SIGNS)}_{{number}}"
        match subcon:
            case Unused(length=length):
                yield f"char {_GAP}{{number}}[{length}];"
            case Listed():
                # The lists of the captures are empty.
                yield f"uint8 {_GAP}{{number}};"
            case Buffer():
                yield f"char {name}[{len(paths.get(state, path))}];"
            case Array():
                elements = paths.get(state, path)
                types = [self._type(subcon.subcon, element) for element in elements]
                if len(set(types)) == 1:
                    yield f"{types[0]} {name}[{len(types)}];"
                else:
                    yield from (f"{one} {path.translate(_SIGNS)}_{{number}};" for one in types)
            case _:
                yield f"{self._type(subcon, paths.get(state, path))} {name};"

    def _type(self, subcon: Any, value: Any) -> str:
        match subcon:
            case Integer(kind=kind):
                return "int64" if kind == "timer" else kind
            case Boolean():
                return "uint8"
            case Checked() | Again():
                return self._type(subcon.subcon, value)
            case VMState():
                return self.struct(subcon, value, subcon.version_id)
        raise TypeError(f"{subcon}: C has no such type")
