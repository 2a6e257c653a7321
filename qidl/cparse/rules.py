"""Rules of the language that a declaration can break and still be read."""

from __future__ import annotations

from collections.abc import Iterator

from qidl.cparse.meaning import FieldMeaning, StructMeaning, understand
from qidl.cparse.source import Problem
from qidl.cparse.tree import Unit


def warnings(unit: Unit) -> list[Problem]:
    """Return what breaks a rule: contradictory marks, sizes that come too late, optional members without their bool."""
    found = []
    for meaning in understand(unit):
        seen: dict[str, FieldMeaning] = {}
        for field in meaning.fields:
            place = unit.source.place(field.member.offset)
            found += [Problem(place, *rule) for rule in _broken_rules(meaning, field, seen)]
            if field.name:
                seen[field.name] = field
    return found


def _broken_rules(
    meaning: StructMeaning, field: FieldMeaning, earlier: dict[str, FieldMeaning]
) -> Iterator[tuple[str, str]]:
    """Yield what is expected, and what is found instead."""
    nested = field.member.nested
    if field.name in earlier:
        yield "members of different names", f"a second {field.name}"
    if not field.name and nested is not None and nested.kind not in ("struct", "union", "enum"):
        yield "a member that can be seen before preprocessing", f"the macro {nested.kind}"
    marks = field.marks if field.explicit else ()
    if len(marks) > 1:
        yield "one treatment of a member", " and ".join(marks)
    if marks and field.optional:
        yield "one treatment of a member", f"optional and {marks[0]}"
    if field.is_ignored:
        return
    if field.optional:
        has = earlier.get(f"has_{field.name}")
        if has is None or has.type != "bool":
            yield f"an earlier member bool has_{field.name}", "none"
    if isinstance(field.size, str) and field.size.isidentifier() and field.size not in earlier:
        late = any(other.name == field.size for other in meaning.fields)
        yield "a number, or the name of an earlier member", f"{field.size}, {'which follows' if late else 'not known'}"
