"""Walking a stream: finding every section's payload.

A stream has no lengths, so a payload ends where its layout says. The layouts of all levels
are tried; what they agree on is where the next section begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from qidl.errors import EndOfInput, WireError
from qidl.levels import LEVELS, Level
from qidl.limits import LIMITS, Budget, Limits
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
    :ivar end: offset of the end mark; where there is none, of what could not be read
    :ivar is_complete: whether there is an end mark
    :ivar ram: guest memory
    :ivar warnings: sections that had to be passed over, in words
    :ivar problems: what is wrong, where that was not refused
    :ivar budget: what is left of the limits
    """

    sections: tuple[Found, ...]
    end: int
    is_complete: bool
    ram: RAM
    warnings: tuple[str, ...]
    problems: tuple[WireError, ...]
    budget: Budget


def walk(
    data: memoryview, levels: Iterable[Level] | None = None, *, limits: Limits = LIMITS, strict: bool = True
) -> Walk:
    """Take a stream apart.

    :param levels: those whose layouts to try; all unless given
    :param limits: bounds on what is read
    :param strict: whether what is wrong is refused; else it is noted, and read as far as that is possible
    :raises WireError: the bytes are not a stream that any of them could have written
    """
    walker = _Walker(data, tuple(LEVELS.values() if levels is None else levels), limits, strict=strict)
    with held(data) as check:
        return walker.walk(check)


Layouts = Mapping[VMState, list[str]]
"""The layouts that a section may have, the newest first, and the levels that have them."""


class _Walker:
    def __init__(self, data: memoryview, levels: tuple[Level, ...], limits: Limits, *, strict: bool) -> None:
        self._data = data
        self._levels = levels
        self._budget = Budget(limits, len(data))
        self._strict = strict
        self._started: dict[int, Header] = {}
        self._ram: RAMScanner | None = None
        self._warnings: list[str] = []
        self._problems: list[WireError] = []

    def walk(self, check: Callable[[], None]) -> Walk:
        sections: list[Found] = []
        offset = read_preamble(self._data)
        is_complete = True
        try:
            while (header := self._header(offset, sections)) is not None:
                sections.append(self._section(header))
                offset = sections[-1].end
                check()
        except WireError as error:
            if self._strict:
                raise
            self._problems.append(error)
            is_complete = False
        ram = self._ram.ram() if self._ram else RAM({})
        warnings, problems = tuple(self._warnings), tuple(self._problems)
        return Walk(tuple(sections), offset, is_complete, ram, warnings, problems, self._budget)

    def _header(self, offset: int, before: list[Found]) -> Header | None:
        try:
            header = read_header(self._data, offset, self._started)
            if header is not None:
                self._budget.take_section(header.idstr, offset)
                if header.type is SectionType.START:
                    self._started[header.section_id] = header
        except WireError as error:
            if before:
                error.section = f"after {before[-1].header.idstr}"
            raise
        return header

    def _section(self, header: Header) -> Found:
        if header.type is not SectionType.FULL:
            live = self._live(header)
            if live is not None:
                return live
        known: dict[VMState, list[str]] = {}
        for level in reversed(self._levels):
            for layout in level.layouts(header.idstr):
                known.setdefault(layout, []).append(level.name)
        if not known:
            return self._opaque(header, "no layout is known")
        try:
            return self._described(header, known)
        except WireError as error:
            if all(header.version_id > layout.version_id for layout in known):
                return self._opaque(header, f"no layout is known of version {header.version_id}")
            if self._strict:
                raise
            return self._read_anyhow(header, known, error)

    def _described(self, header: Header, known: Layouts) -> Found:
        """A section by every layout that agrees on where its payload ends: where something follows that can be one.

        Once that is clear, no layout is led beyond it. A payload that one of them takes to be very long is not
        read through for each of many sections.
        """
        errors: list[WireError] = []
        ends: dict[VMState, int] = {}
        certain: int | None = None
        for layout in known:
            try:
                ends[layout] = end = self._find_end(layout, header, certain)
            except WireError as error:
                errors.append(error)
                continue
            if certain is None and self._is_followed(end):
                certain = end
        if not ends:
            raise errors[0]
        if certain is None:
            certain = next(iter(ends.values()))
            if not self._strict and not self._is_cut_at(certain) and self._find_next(header) is not None:
                # It is shorter than its layout, or longer.
                self._header(certain, [Found(header, certain)])
        return _found(header, known, ends, certain)

    def _find_end(self, layout: VMState, header: Header, most: int | None) -> int:
        offset, name = header.payload_offset, header.idstr
        stop = min(len(self._data) if most is None else most, offset + self._budget.left)
        try:
            end = layout.find_end(
                self._data[:stop], offset, header.version_id, section=name, limits=self._budget.limits
            )
        except WireError as error:
            if stop == offset + self._budget.left:
                raise self._budget.exhausted(name, offset) from None
            self._take(header, error.reached)
            raise
        self._take(header, end)
        return end

    def _take(self, header: Header, end: int | None) -> None:
        """Count what has been gone through of a payload, up to ``end``."""
        offset = header.payload_offset
        self._budget.take_bytes((end or offset) - offset, header.idstr, offset)

    def _is_followed(self, end: int) -> bool:
        try:
            read_header(self._data, end, self._started)
        except WireError:
            return False
        return True

    def _is_cut_at(self, end: int) -> bool:
        """Whether there is nothing behind a section, or the beginning of a header that is not whole."""
        try:
            read_header(self._data, end, self._started)
        except EndOfInput:
            return True
        except WireError:
            pass
        return False

    def _read_anyhow(self, header: Header, known: Layouts, refusal: WireError) -> Found:
        """A section that no layout reads as it is: with values that are noted, or as it stands."""
        from qidl.wire.reference import REFERENCE

        is_cut = False
        for layout in known:
            problems: list[WireError] = []
            try:
                _, end = REFERENCE.decode_at(
                    layout,
                    self._data[: header.payload_offset + self._budget.left],
                    header.payload_offset,
                    header.version_id,
                    section=header.idstr,
                    limits=self._budget.limits,
                    problems=problems,
                )
            except WireError as error:
                self._take(header, error.reached)
                # A value that is wrong may be why it seems to be longer.
                is_cut |= isinstance(error, EndOfInput) and not problems
                continue
            self._take(header, end)
            if self._is_followed(end):
                self._problems += problems
                return _found(header, known, {layout: end}, end)
        following = self._find_next(header)
        # What looks like the end mark may be any byte of a section that is cut.
        if following is None or (is_cut and following == len(self._data) - 1):
            raise refusal
        self._problems.append(refusal)
        return self._kept(header, following, "it is not what its layout says")

    def _live(self, header: Header) -> Found | None:
        payload: RAMPayload | BlockPayload
        try:
            if header.idstr == "ram" and header.version_id in (3, 4):
                if self._ram is None:
                    self._ram = RAMScanner(self._data, header.version_id, self._budget.limits)
                payload, end = self._ram.scan(header.payload_offset)
            elif header.idstr == "block" and header.version_id == 1:
                payload, end = scan_block(self._data, header.payload_offset, self._budget.limits)
            else:
                return None
        except WireError as error:
            error.section = ""
            raise
        return Found(header, end, live=payload)

    def _find_next(self, header: Header) -> int | None:
        """Where something begins that can follow a section, wherever that ends."""
        return find_header(self._data, header.payload_offset, header.section_id)

    def _opaque(self, header: Header, why: str) -> Found:
        offset = header.payload_offset
        end = self._find_next(header)
        if end is None:
            raise WireError(
                "a section or the end mark after it",
                f"neither, and {why}",
                section=header.idstr,
                offset=offset,
            )
        return self._kept(header, end, why)

    def _kept(self, header: Header, end: int, why: str) -> Found:
        self._take(header, end)
        length = end - header.payload_offset
        self._warnings.append(f"{header.idstr}: {why}: {length} bytes are kept as they are")
        return Found(header, end)


def _found(header: Header, known: Layouts, ends: Mapping[VMState, int], end: int) -> Found:
    layouts = {name: layout for layout, names in known.items() if ends.get(layout) == end for name in names}
    return Found(header, end, layouts)
