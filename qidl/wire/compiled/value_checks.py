"""Source that holds values of a state against their fields."""

from __future__ import annotations

from collections.abc import Callable

from qidl.generating.source import Source
from qidl.generating.support import some_bytes, uint8s


class ValueChecks:
    """Writes the statements; each is about a variable."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def check(self, value: str, least: int, most: int) -> None:
        """An integer has to be within bounds."""
        self._refuse_if(f"{value} != {least}" if least == most else f"not {least} <= {value} <= {most}")

    def ask(self, values: str, holds: Callable[..., bool]) -> None:
        """A function has to accept them."""
        self._refuse_if(f"not {self._source.constant(holds)}({values})")

    def check_bytes(self, name: str, length: str) -> None:
        """Bytes, or what can be taken for them, have to be as many as there is room for."""
        self._source.line(f"if type({name}) is not bytes: {name} = {self._source.constant(some_bytes)}({name})")
        self._refuse_if(f"len({name}) != {length}")

    def check_uint8s(self, name: str, length: str) -> None:
        """An array of bytes, or a list of them, has to have as many elements; it becomes bytes."""
        self._source.line(f"{name} = {self._source.constant(uint8s)}({name})")
        self._refuse_if(f"len({name}) != {length}")

    def check_integers(self, name: str, length: str) -> None:
        """A list has to be of as many integers."""
        self._refuse_if(f"len({name}) != {length} or [*map(type, {name})].count(int) != {length}")

    def _refuse_if(self, test: str) -> None:
        self._source.line(f"if {test}: raise {self._source.refused}")
