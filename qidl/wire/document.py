"""The wire of each level as a page of MyST, from the layouts.

A page describes in full what no earlier page does, and refers to the earlier ones for the rest.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from qidl.wire.describe import Description, describe
from qidl.wire.extent import SUBSECTION_HEADER, Extent
from qidl.wire.fields import escaped, field_table, row, table_head
from qidl.wire.notes import MISSING, NOTES, Note

if TYPE_CHECKING:
    from qidl.levels import Level


def pages(levels: Iterable[Level]) -> dict[str, str]:
    """Return the text of each level's page by the name of its file.

    :param levels: the oldest first
    """
    book = _Book()
    return {f"{level.name}.md": "\n".join(_Page(level, book).lines()) + "\n" for level in levels}


@attrs.frozen
class _Section:
    """Sections of a level whose layouts are the same but for the name."""

    level: str
    keys: tuple[str, ...]
    forms: list[Description] = attrs.field(eq=False)
    notes: list[Note] = attrs.field(eq=False)

    @property
    def title(self) -> str:
        return ", ".join(f"`{key.replace('/', '…/')}`" for key in self.keys)

    @property
    def label(self) -> str:
        return _label(self.level, self.keys[0].replace("/", "path "))

    @property
    def content(self) -> str:
        """What an older section has to say, too, if a page is to refer to it."""
        return _text([self.keys, self.forms])


@attrs.define
class _Book:
    """What the pages so far describe: sections by what they say, and the links to structs likewise."""

    sections: dict[str, _Section] = attrs.field(factory=dict)
    structs: dict[str, str] = attrs.field(factory=dict)

    def link(self, struct: Description) -> str:
        return self.structs[_text(struct)]


class _Page:
    def __init__(self, level: Level, book: _Book) -> None:
        self.level = level
        self.book = book
        self.sections = _sections(level)
        self.older = {section: book.sections.get(section.content) for section in self.sections}
        self.labels: dict[str, str] = {}
        self.shared: list[Description] = []
        self.owned: dict[_Section, list[Description]] = {section: [] for section in self.sections}
        self._place()

    def _place(self) -> None:
        """Decide where each struct is described: after its section, or at the end if it has several."""
        new = [section for section in self.sections if self.older[section] is None]
        structs = {section: _structs(section.forms) for section in new}
        users = Counter(text for section in new for text in structs[section])
        names: Counter[str] = Counter()
        for section in new:
            self.book.sections[section.content] = section
            for text, struct in structs[section].items():
                if text in self.book.structs:
                    continue
                names[struct["name"]] += 1
                number = names[struct["name"]]
                title = f"`{struct['name']}`" + (f" ({number})" if number > 1 else "")
                self.labels[text] = _label(self.level.name, f"struct {struct['name']} {number}")
                self.book.structs[text] = f"[{title}](#{self.labels[text]})"
                (self.shared if users[text] > 1 else self.owned[section]).append(struct)

    def lines(self) -> Iterator[str]:
        """Yield the page's lines."""
        level = self.level
        yield f"# {level.name}"
        yield ""
        yield f"What QEMU {level.release} writes for each device, field by field. It is released, so it stays as it is."
        yield "[How to read this page](index.md)."
        yield ""
        yield from self._overview()
        for section in self.sections:
            yield from self._section(section)
        if self.shared:
            yield from _heading(2, "Structs of several sections")
        for struct in self.shared:
            yield from self._struct(struct)
        yield from self._missing()

    def _overview(self) -> Iterator[str]:
        yield "## Sections"
        yield ""
        yield from table_head("section", "version", "reads from", "bytes", "")
        for section in self.sections:
            older = self.older[section]
            form = section.forms[0]
            versions = str(form["version_id"]), str(form["minimum_version_id"])
            where = f"as at {older.level}" if older else ""
            yield row(f"[{section.title}](#{(older or section).label})", *versions, _size(form), where)
        yield ""

    def _section(self, section: _Section) -> Iterator[str]:
        older = self.older[section]
        notes = [note for note in section.notes if older is None or note not in older.notes]
        if older is not None and not notes:
            return
        yield from _heading(2, section.title, section.label)
        if older is not None:
            yield f"[As at {older.level}](#{older.label})."
            yield ""
        if notes:
            yield "```{note}"
            yield "\n\n".join(note.text for note in notes)
            yield "```"
            yield ""
        if older is None:
            for number, form in enumerate(section.forms, 1):
                yield from self._body(form, f"Form {number}: v" if len(section.forms) > 1 else "V")
            for struct in self.owned[section]:
                yield from self._struct(struct)

    def _struct(self, struct: Description) -> Iterator[str]:
        label = self.labels[_text(struct)]
        title = self.book.link(struct).partition("]")[0].removeprefix("[")
        yield from _heading(3, f"Struct {title}", label)
        yield from self._body(struct, "V")

    def _body(self, form: Description, initial: str, header: int = 0) -> Iterator[str]:
        versions = f"{initial}ersion {form['version_id']}"
        if form["minimum_version_id"] < form["version_id"]:
            versions += f", read from {form['minimum_version_id']} on"
        yield f"{versions}; {_size(form, header)} bytes." + (
            " No subsection is looked for." if "old_style" in form else ""
        )
        yield ""
        if form["fields"]:
            yield from field_table(form, self.book.link)
        elif "marker" in form:
            yield f"No fields: its presence is the member `{form['marker']}` of the state."
        else:
            yield "No fields."
        yield ""
        for rule in form.get("rules", ()):
            yield f"Refused unless {' and '.join(f'`{path}`' for path in rule['paths'])}: {escaped(rule['expected'])}."
            yield ""
        for subsection in form["subsections"]:
            yield from _heading(3, f"Subsection `{subsection['name']}`")
            yield from self._body(subsection, "V", SUBSECTION_HEADER + len(subsection["name"]))

    def _missing(self) -> Iterator[str]:
        yield from _heading(2, "Devices without a section")
        for missing in MISSING:
            if missing.is_for(self.level.name):
                yield f"* {escaped(missing.device)}: {escaped(missing.text)}"


def _sections(level: Level) -> list[_Section]:
    """The sections of a level in the order of its table, those that are alike put together."""
    alike: dict[str, list[str]] = {}
    forms: dict[str, list[Description]] = {}
    for key in level.table:
        described = [describe(layout) for layout in level.layouts(key)]
        content = _text([{**form, "name": ""} for form in described])
        alike.setdefault(content, []).append(key)
        forms.setdefault(content, described)
    return [
        _Section(
            level.name,
            tuple(keys),
            forms[content],
            [note for note in NOTES if any(note.is_for(key, level.name) for key in keys)],
        )
        for content, keys in alike.items()
    ]


def _structs(forms: Iterable[Description]) -> dict[str, Description]:
    """Every struct within, each once, by what it says."""
    found: dict[str, Description] = {}
    for form in forms:
        for field in form["fields"]:
            inner = field
            while "element" in inner:
                inner = inner["element"]
            if "struct" in inner:
                found.setdefault(_text(inner["struct"]), inner["struct"])
                found |= {text: struct for text, struct in _structs([inner["struct"]]).items() if text not in found}
        found |= {text: struct for text, struct in _structs(form["subsections"]).items() if text not in found}
    return found


def _heading(level: int, title: str, label: str = "") -> Iterator[str]:
    if label:
        yield f"({label})="
        yield ""
    yield f"{'#' * level} {title}"
    yield ""


def _size(form: Description, header: int = 0) -> str:
    least, most = form["size"]
    return str(Extent(least + header, None if most is None else most + header))


def _label(*parts: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
