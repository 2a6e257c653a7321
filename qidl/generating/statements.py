"""The statements of a generated function, as far as it matters what they are: those that read into an object.

A field that is read and stored takes two steps by way of a variable. Where the variable has no other use, the object
is made first, and is what the field is read into: ``(v1, v2,) = unpack(data)``, ``v3 = new(...)``, ``v3.count = v1``
becomes ``v3 = new(...)``, ``(v3.count, v2,) = unpack(data)``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import attrs

_VARIABLE = re.compile(r"\bv\d+\b")


@attrs.define(eq=False)
class Statement:
    """Any statement, or the header of a block.

    :ivar depth: blocks around it
    :ivar expression: of one that sets something, what it sets it to; else the whole
    """

    depth: int
    expression: str

    @property
    def text(self) -> str:
        """The statement as Python has it."""
        return self.expression


@attrs.define(eq=False)
class Unpacking(Statement):
    """Gives variables the values of a tuple."""

    targets: list[str]

    @property
    def text(self) -> str:
        return f"({', '.join(self.targets)},) = {self.expression}"


@attrs.define(eq=False)
class Creation(Statement):
    """Gives a variable an object without fields."""

    name: str

    @property
    def text(self) -> str:
        return f"{self.name} = {self.expression}"


@attrs.define(eq=False)
class Store(Statement):
    """Sets a field of an object."""

    owner: str
    field: str

    @property
    def text(self) -> str:
        return f"{self.owner}.{self.field} = {self.expression}"


def lines(statements: Sequence[Statement]) -> list[str]:
    """The statements as Python has them, without variables that lead from a tuple into an object and nowhere else."""
    mentions = Counter(_VARIABLE.findall("\n".join([statement.text for statement in statements])))
    place: dict[Statement, float] = {statement: number for number, statement in enumerate(statements)}
    unpackings: dict[str, Unpacking] = {}
    creations: dict[str, Creation] = {}
    fields: dict[str, str] = {}
    depth = 0
    for statement in statements:
        if statement.depth < depth:
            # What is unpacked in a block may not be there behind it.
            unpackings = {name: one for name, one in unpackings.items() if one.depth <= statement.depth}
        depth = statement.depth
        if isinstance(statement, Unpacking):
            unpackings |= dict.fromkeys(statement.targets, statement)
        elif isinstance(statement, Creation):
            creations[statement.name] = statement
        elif isinstance(statement, Store) and mentions[value := statement.expression] == 2 and value in unpackings:
            unpacking, creation = unpackings[value], creations.get(statement.owner)
            if creation is not None and creation.depth <= unpacking.depth == depth:
                fields[value] = f"{statement.owner}.{statement.field}"
                place[creation] = min(place[creation], place[unpacking] - 0.5)
                del place[statement]
    ordered = sorted(place, key=place.__getitem__)
    return [" " * statement.depth + _redirected(statement, fields).text for statement in ordered]


def _redirected(statement: Statement, fields: dict[str, str]) -> Statement:
    if not isinstance(statement, Unpacking):
        return statement
    targets = [fields.get(target, target) for target in statement.targets]
    return Unpacking(statement.depth, statement.expression, targets)
