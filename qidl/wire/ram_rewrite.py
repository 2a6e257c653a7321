"""Rewriting the live section ``ram`` under other block names, without copying its pages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from struct import Struct

import attrs

from qidl.wire.mapped import checker
from qidl.wire.ram import CONTINUE, EOS, MEM_SIZE, PAGE, PAGE_SIZE
from qidl.wire.ram_records import block_list, page_header

_FLAGS = PAGE_SIZE - 1
_U64 = Struct(">Q")


@attrs.frozen
class BlockChanges:
    """What becomes of a machine's blocks of memory.

    :ivar renamed: new name by old name
    :ivar dropped: names of blocks whose pages are left out
    :ivar resized: new length by old name; pages beyond it are left out
    :ivar added: new blocks by name: the old name of the block whose last bytes they repeat, and their length
    """

    renamed: Mapping[str, str] = attrs.field(factory=dict)
    dropped: frozenset[str] = frozenset()
    resized: Mapping[str, int] = attrs.field(factory=dict)
    added: Mapping[str, tuple[str, int]] = attrs.field(factory=dict)

    def __bool__(self) -> bool:
        return bool(self.renamed or self.dropped or self.resized or self.added)


class RAMRewriter:
    """Rewrites the payloads of one stream's ``ram`` section, version 4, in order.

    The payloads have been scanned before: what they hold is not checked again.

    :param changes: what becomes of the blocks
    :param lengths: bytes of each block, by its old name
    """

    def __init__(self, changes: BlockChanges, lengths: Mapping[str, int]) -> None:
        self._changes = changes
        self._lengths = lengths
        # The block that a page without a name belongs to, as read and as written.
        self._read = ""
        self._written = ""

    def rewrite(self, payload: memoryview) -> Iterator[bytes | memoryview]:
        """Yield the pieces of the payload; pages are slices of the old one."""
        offset = 0
        kept = 0
        check = checker(payload)
        # Looking at each record would take longer than reading it.
        often = itertools.cycle(range(64))
        while offset < len(payload):
            if not next(often):
                check()
            start = offset
            (header,) = _U64.unpack_from(payload, offset)
            flags = header & _FLAGS
            offset += 8
            if flags == EOS:
                continue
            if flags == MEM_SIZE:
                offset = self._skip_list(payload, offset, header - flags)
                yield payload[kept:start]
                yield self._block_list()
                kept = offset
                continue
            if not flags & CONTINUE:
                self._read = bytes(payload[offset + 1 : offset + 1 + payload[offset]]).decode("ascii")
                offset += 1 + payload[offset]
            body = offset
            offset += PAGE_SIZE if flags & PAGE else 1
            targets = self._targets(header - flags)
            records = [self._page_header(address, flags & ~CONTINUE, name) for name, address in targets]
            if records == [bytes(payload[start:body])]:
                continue
            yield payload[kept:start]
            for record in records:
                yield record
                yield payload[body:offset]
            kept = offset
        yield payload[kept:]

    def _targets(self, address: int) -> Iterator[tuple[str, int]]:
        """Blocks and addresses at which a page is written."""
        length = self._changes.resized.get(self._read, self._lengths[self._read])
        if self._read not in self._changes.dropped and address < length:
            yield self._changes.renamed.get(self._read, self._read), address
        for name, (source, length) in self._changes.added.items():
            first = self._lengths[source] - length
            if source == self._read and address >= first:
                yield name, address - first

    def _page_header(self, address: int, flags: int, name: str) -> bytes:
        block = None if name == self._written else name
        self._written = name
        return page_header(address, flags, block)

    def _skip_list(self, payload: memoryview, offset: int, total: int) -> int:
        while total > 0:
            offset += 1 + payload[offset]
            total -= _U64.unpack_from(payload, offset)[0]
            offset += 8
        return offset

    def _block_list(self) -> bytes:
        blocks = {
            self._changes.renamed.get(name, name): self._changes.resized.get(name, length)
            for name, length in self._lengths.items()
            if name not in self._changes.dropped
        }
        blocks.update((name, length) for name, (_, length) in self._changes.added.items())
        return block_list(blocks)
