"""A whole machine's state: load it, look, edit, save."""

from __future__ import annotations

import contextlib
import copy
import os
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from qidl import files
from qidl.deduction import fitting_levels, nearest_level
from qidl.errors import SectionNotFound, UnknownSectionWarning, WireError
from qidl.levels import ALIASES, level as _level
from qidl.limits import LIMITS, Budget, Limits
from qidl.section import Section, SectionName
from qidl.sentences import shown
from qidl.walk import Found, walk
from qidl.wire.mapped import copied
from qidl.wire.ram import RAM
from qidl.wire.stream import MAGIC, SectionType, write_preamble

if TYPE_CHECKING:
    from qidl.compat.step import Loss


class Snapshot:
    """The state of a machine, as a migration or savevm stream holds it.

    :ivar sections: every section in stream order, the parts of live ones included
    :ivar level: the machine level whose wire it is; of several that fit, the likeliest
    :ivar possible_levels: all levels that fit, the likeliest first; none for a mixture that no level writes
    :ivar ram: guest memory by block and offset
    :ivar trailer: bytes after the end mark, which QEMU ignores; of a stream that is not complete, the bytes
        from where it could not be read on
    :ivar is_complete: whether there is an end mark, which no stream lacks that was read strictly
    :ivar problems: what is wrong with a stream that was not read strictly
    :ivar losses: of a snapshot that was converted: what could not be kept
    """

    def __init__(
        self,
        sections: Iterable[Section],
        *,
        level: str,
        possible_levels: tuple[str, ...] = (),
        ram: RAM | None = None,
        trailer: bytes | memoryview = b"",
        is_complete: bool = True,
        problems: Iterable[WireError] = (),
        losses: Iterable[Loss] = (),
    ) -> None:
        self.sections = list(sections)
        self.level = level
        self.possible_levels = possible_levels
        self.ram = ram if ram is not None else RAM({})
        self.losses = tuple(losses)
        self.trailer = trailer
        self.is_complete = is_complete
        self.problems = tuple(problems)

    def __deepcopy__(self, memo: object) -> Snapshot:
        """Another snapshot, whose states can be edited apart; what was read is not copied, since it does not change."""
        made = copy.copy(self)
        made.sections = [copy.deepcopy(section) for section in self.sections]
        return made

    def __repr__(self) -> str:
        return f"<Snapshot {self.level}, {len(self.sections)} sections>"

    def __iter__(self) -> Iterator[Section]:
        return iter(self.sections)

    def __getitem__(self, name: str | tuple[str, int]) -> Section:
        """Return the section of an idstr, or of a device's name, where only one answers to it.

        A tuple adds the instance_id, or the port that stands for it: ``snapshot["i8259", 1]``,
        ``snapshot["i8259", 0xa0]``. So does ``#`` within the name, and ``@`` the section_id: ``snapshot["i8259#1"]``.

        :raises SectionNotFound: none answers, or several do
        """
        if isinstance(name, tuple):
            return self.find(SectionName(name[0], instance_id=name[1]))
        return self.find(self._parsed(name))

    def _parsed(self, name: str) -> SectionName:
        """What a name asks for; one that a section has is that section's."""
        return SectionName.parse(name) if isinstance(name, str) and not self._named(name) else SectionName(name)

    def __contains__(self, name: object) -> bool:
        """Whether any section answers to a name, alone or with an instance_id; or whether a section is one of these."""
        match name:
            case str():
                with contextlib.suppress(SectionNotFound):
                    return bool(self._answering(self._parsed(name)))
                return False
            case (str() as idstr, int() as instance_id):
                return bool(self._answering(SectionName(idstr, instance_id=instance_id)))
        return any(section is name for section in self.sections)

    def find(self, wanted: SectionName) -> Section:
        """Return the section that a name speaks of.

        :raises SectionNotFound: none does, or several do
        """
        found = self._answering(wanted)
        if len(found) == 1:
            return found[0]
        if not found:
            raise SectionNotFound(_not_found(wanted, self._named(wanted.name), self._named(None)))
        several = ", ".join(f"{s.idstr}#{s.instance_id} (section_id {s.section_id})" for s in found)
        raise SectionNotFound(f"{wanted.name}: expected one section, found {several}")

    def _answering(self, wanted: SectionName) -> list[Section]:
        """The sections that a name speaks of."""
        return [
            section
            for section in self._named(wanted.name)
            if _answers(section, wanted.instance_id) and wanted.section_id in (None, section.section_id)
        ]

    def _named(self, name: str | None) -> list[Section]:
        """The sections of an idstr, or else of a device's name; all if None. A live one answers with its first part."""
        found = [s for s in self.sections if s.type in (SectionType.START, SectionType.FULL)]
        if name is None:
            return found
        return [s for s in found if s.idstr == name] or [s for s in found if s.name == name]

    def locate(self, text: str) -> tuple[Section, str]:
        """Split ``SECTION.PATH`` and return the section and the path, which is empty where there is none.

        :raises SectionNotFound: no section answers to any beginning of the text
        """
        places = [len(text), *(place for place in range(len(text) - 1, 0, -1) if text[place] == ".")]
        problem: SectionNotFound | None = None
        for place in places:
            wanted = SectionName.parse(text[:place])
            try:
                return self.find(wanted), text[place + 1 :]
            except SectionNotFound as error:
                # What several sections answer to says more than what none does.
                problem = error if problem is None or "expected one section" in str(error) else problem
        assert problem is not None
        raise problem

    def pieces(self) -> Iterator[bytes | memoryview]:
        """The stream in pieces, the unedited ones not copied.

        :raises WireError: an edited state does not fit its layout
        """
        yield write_preamble()
        for section in self.sections:
            yield from section.pieces()
        if self.is_complete:
            yield b"\0"
        yield self.trailer

    def to_bytes(self) -> bytes:
        """The stream; of a snapshot that was not edited, exactly what was read.

        :raises WireError: an edited state does not fit its layout
        """
        return copied(self.pieces())

    def convert(
        self,
        level: str,
        *,
        lossless: bool = False,
        drop: Iterable[str] = (),
        steps: Iterable[object] = (),
    ) -> Snapshot:
        """Take the machine to another level; returns a new snapshot, whose ``losses`` say what was not kept.

        :param level: name of the level, older or newer
        :param lossless: refuse where something would be lost that the destination cannot compute anew
        :param drop: names of sections to leave out, such as those of devices that the level does not know
        :param steps: more steps, for devices of one's own
        :raises CompatError: something cannot be converted; the message names it
        """
        from qidl.conversion import convert

        return convert(self, level, lossless=lossless, drop=drop, steps=steps)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the stream; a crash leaves the old file or the new one.

        The path may be the one that the snapshot was loaded from: the snapshot stays as it is. A pipe or a
        device is not replaced but written into.

        :raises WireError: an edited state does not fit its layout; then nothing is written
        :raises FileCutShort: the file that the snapshot was loaded from was cut short
        :raises OSError: the file cannot be written
        """
        files.write(path, list(self.pieces()))


def load(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO,
    level: str | None = None,
    *,
    strict: bool = True,
    limits: Limits = LIMITS,
) -> Snapshot:
    """Read a stream.

    A section whose layout is not known is kept as it is, with an :class:`~qidl.UnknownSectionWarning`.

    Without ``strict``, whatever is wrong is read as far as it can be, and listed in ``problems``: values that
    a loading QEMU would refuse are in the states, a section that is not what its layout says is kept as it
    is, and so is all from where no section can be made out.

    :param source: a path, or bytes, or a binary file. Memory is not copied, and a file of more than 32 MiB is
        mapped into it: they have to be left as they are for as long as the snapshot is used
    :param level: machine level by whose layouts to read; deduced unless given
    :param strict: whether what is wrong is refused
    :param limits: bounds on what is read, strictly or not
    :raises WireError: the bytes are not a stream of a known level
    :raises CompatError: there is no level of that name
    :raises FileCutShort: the file was cut short meanwhile
    :raises OSError: the file cannot be read
    """
    data = files.read(source, beginning=MAGIC)
    chosen = None if level is None else _level(level)
    walked = walk(data, None if chosen is None else [chosen], limits=limits, strict=strict)
    possible = fitting_levels(walked, data)
    name = level or (possible[0] if possible else nearest_level(walked.sections))
    for warning in walked.warnings:
        warnings.warn(warning, UnknownSectionWarning, stacklevel=2)
    return Snapshot(
        (_section(found, data, name, walked.budget, strict=strict) for found in walked.sections),
        level=name,
        possible_levels=possible,
        ram=walked.ram,
        trailer=data[walked.end + walked.is_complete :],
        is_complete=walked.is_complete,
        problems=walked.problems,
    )


def _section(found: Found, data: memoryview, level: str, budget: Budget, *, strict: bool) -> Section:
    payload = data[found.header.payload_offset : found.end]
    # In a mixture, a section that the level does not know is read as the newest that knows it writes it.
    own = level if level in found.layouts or not found.layouts else next(iter(found.layouts))
    layout = found.layouts.get(own)
    return Section(found.header, payload, level=own, layout=layout, live=found.live, budget=budget, strict=strict)


def _answers(section: Section, instance_id: int | None) -> bool:
    """Whether a section is the instance asked for, by its number or by its port."""
    if instance_id is None or section.instance_id == instance_id:
        return True
    aliases = ALIASES.get(section.idstr, {})
    return aliases.get(section.instance_id, section.instance_id) == aliases.get(instance_id, instance_id)


def _not_found(wanted: SectionName, named: list[Section], candidates: list[Section]) -> str:
    name = wanted.name if isinstance(wanted.name, str) else shown(wanted.name)
    if named:
        present = ", ".join(f"{s.idstr}#{s.instance_id} (section_id {s.section_id})" for s in named)
        return f"{name}: expected {present}, found no such instance"
    known = ", ".join(dict.fromkeys(s.idstr for s in candidates))
    return f"{name}: expected a section of {known}, found none"
