"""Walking a stream: finding every section's payload, and the levels that the whole fits.

A stream has no lengths, so a payload ends where its layout says. The layouts of all levels
are tried; what they agree on is where the next section begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from qidl.errors import WireError
from qidl.levels import LEVELS, Level
from qidl.wire.block import BlockPayload, scan_block
from qidl.wire.mapped import held
from qidl.wire.ram import RAM, RAMPayload, RAMScanner
from qidl.wire.stream import Header, SectionType, find_header, read_header, read_preamble
from qidl.wire.vmstate import VMState


class Found(NamedTuple):
    """One section of a stream.

    :ivar header: its header
    :ivar end: offset at which its payload ends
    :ivar layouts: the layout by which each level reads it; empty for live sections and
        those that no level knows
    :ivar live: what a payload of ``ram`` or ``block`` holds
    """

    header: Header
    end: int
    layouts: Mapping[str, VMState] = MappingProxyType({})
    live: RAMPayload | BlockPayload | None = None


class Walk(NamedTuple):
    """A stream taken apart.

    :ivar sections: in stream order
    :ivar end: offset of the end mark
    :ivar ram: guest memory
    :ivar warnings: sections that had to be passed over, in words
    """

    sections: tuple[Found, ...]
    end: int
    ram: RAM
    warnings: tuple[str, ...]


def walk(data: memoryview, levels: Iterable[Level] | None = None) -> Walk:
    """Take a stream apart.

    :param levels: those whose layouts to try; all unless given
    :raises WireError: the bytes are not a stream that any of them could have written
    """
    walker = _Walker(data, tuple(LEVELS.values() if levels is None else levels))
    return walker.walk()


class _Walker:
    def __init__(self, data: memoryview, levels: tuple[Level, ...]) -> None:
        self._data = data
        self._levels = levels
        self._started: dict[int, Header] = {}
        self._ram: RAMScanner | None = None
        self._warnings: list[str] = []

    def walk(self) -> Walk:
        sections: list[Found] = []
        with held(self._data) as check:
            offset = read_preamble(self._data)
            while (header := self._header(offset, sections)) is not None:
                sections.append(self._section(header))
                offset = sections[-1].end
                check()
        ram = self._ram.ram() if self._ram else RAM({})
        return Walk(tuple(sections), offset, ram, tuple(self._warnings))

    def _header(self, offset: int, before: list[Found]) -> Header | None:
        try:
            return read_header(self._data, offset, self._started)
        except WireError as error:
            if before:
                error.section = f"after {before[-1].header.idstr}"
            raise

    def _section(self, header: Header) -> Found:
        if header.type is not SectionType.FULL:
            live = self._live(header)
            if live is not None:
                return live
        known = self._candidates(header)
        if not known:
            return self._opaque(header, "no layout is known")
        errors: list[WireError] = []
        found: dict[VMState, int] = {}
        for layout in known:
            try:
                end = layout.find_end(self._data, header.payload_offset, header.version_id, section=header.idstr)
                found[layout] = end
            except WireError as error:
                errors.append(error)
        if not found:
            if all(header.version_id > layout.version_id for layout in known):
                return self._opaque(header, f"no layout is known of version {header.version_id}")
            raise errors[0]
        end = self._choose(found)
        layouts = {name: layout for layout, names in known.items() if found.get(layout) == end for name in names}
        return Found(header, end, layouts)

    def _candidates(self, header: Header) -> dict[VMState, list[str]]:
        """The layouts that a section may have, the newest first, and the levels that have them."""
        known: dict[VMState, list[str]] = {}
        for level in reversed(self._levels):
            for layout in level.layouts(header.idstr):
                known.setdefault(layout, []).append(level.name)
        return known

    def _choose(self, found: dict[VMState, int]) -> int:
        """Where the payload ends, if layouts disagree: where something follows that can be a section."""
        for end in found.values():
            try:
                read_header(self._data, end, dict(self._started))
            except WireError:
                continue
            return end
        return next(iter(found.values()))

    def _live(self, header: Header) -> Found | None:
        payload: RAMPayload | BlockPayload
        try:
            if header.idstr == "ram" and header.version_id in (3, 4):
                if self._ram is None:
                    self._ram = RAMScanner(self._data, header.version_id)
                payload, end = self._ram.scan(header.payload_offset)
            elif header.idstr == "block" and header.version_id == 1:
                payload, end = scan_block(self._data, header.payload_offset)
            else:
                return None
        except WireError as error:
            error.section = ""
            raise
        return Found(header, end, live=payload)

    def _opaque(self, header: Header, why: str) -> Found:
        end = find_header(self._data, header.payload_offset, header.section_id)
        if end is None:
            raise WireError(
                "a section or the end mark after it",
                f"neither, and {why}",
                section=header.idstr,
                offset=header.payload_offset,
            )
        self._warnings.append(f"{header.idstr}: {why}: {end - header.payload_offset} bytes are kept as they are")
        return Found(header, end)


def fitting_levels(sections: Iterable[Found]) -> tuple[str, ...]:
    """Names of the levels that could have written these sections, the oldest first.

    Where none could, those that could read them: a section may be of an older version than
    any level writes.
    """
    described = [found for found in sections if found.layouts]

    def writes(found: Found, name: str) -> bool:
        layout = found.layouts.get(name)
        return layout is not None and layout.accept(found.header.version_id) == layout.written(found.header.version_id)

    written = tuple(name for name in LEVELS if all(writes(found, name) for found in described))
    return written or tuple(name for name in LEVELS if all(name in found.layouts for found in described))


def nearest_level(sections: Iterable[Found]) -> str:
    """The level that reads the most sections, the oldest of several: for a mixture that fits none whole."""
    described = [found for found in sections if found.layouts]

    def count(name: str) -> Any:
        return sum(name in found.layouts for found in described)

    return max(LEVELS, key=count)
