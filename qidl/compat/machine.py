"""A whole machine as steps see it: its sections' QObjects, and its blocks of guest memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from qidl.compat.step import Loss, Lost
from qidl.levels import section_key

State = dict[str, Any]


@attrs.define(eq=False)
class Part:
    """One section of a machine on its way between levels.

    :ivar idstr: its name, which a step may change
    :ivar instance_id: which of several of the same idstr
    :ivar version_id: version of its payload
    :ivar state: its QObject, which steps edit
    :ivar origin: name under which losses are reported: that of the section it came from
    """

    idstr: str
    instance_id: int
    version_id: int
    state: State
    origin: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.origin = f"{self.idstr}#{self.instance_id}" if self.instance_id else self.idstr

    @property
    def key(self) -> str:
        """Name by which tables know the section."""
        return section_key(self.idstr)


@attrs.define
class Block:
    """A block of guest memory on its way between levels.

    :ivar length: bytes
    :ivar origin: name in the stream that was read; of a block that a step made, that of the
        block whose last bytes it repeats
    :ivar is_copy: whether a step made it
    """

    length: int
    origin: str
    is_copy: bool = False


@attrs.define
class Machine:
    """The sections and the memory of a machine on its way between levels.

    :ivar parts: its sections, in stream order, live ones left out
    :ivar blocks: its blocks of guest memory, by name
    :ivar losses: what could not be kept so far
    """

    parts: list[Part]
    blocks: dict[str, Block] = attrs.field(factory=dict)
    losses: list[Loss] = attrs.field(factory=list)

    def find(self, key: str) -> list[Part]:
        """Return the sections that tables know by ``key``."""
        return [part for part in self.parts if part.key == key]

    def state(self, key: str) -> State | None:
        """Return the state of the only section of this key; None if there is none, or several."""
        found = self.find(key)
        return found[0].state if len(found) == 1 else None

    def remove(self, part: Part) -> None:
        """Leave a section out."""
        self.parts.remove(part)

    def add(self, part: Part, *, before: Part) -> None:
        """Put a section in front of another."""
        self.parts.insert(self.parts.index(before), part)

    def lose(self, part: Part, lost: Iterable[Lost]) -> None:
        """Take account of what of a section is not kept."""
        for one in lost:
            self.losses.append(Loss(part.origin, one.path, one.value, one.reason, one.harmless))

    def rename_block(self, old: str, new: str) -> None:
        """Give a block of memory another name."""
        self.blocks = {new if name == old else name: block for name, block in self.blocks.items()}

    def __iter__(self) -> Iterator[Part]:
        return iter(tuple(self.parts))
