"""Python source in the making, and the values that it names."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from qidl.generating.statements import Creation, Statement, Store, Unpacking, lines


class TooHard(Exception):
    """There is something that no source is written for: it is left to the reference."""


class Refused(Exception):
    """A generated function's input is not what it is for. This gets no further: the reference names the fault."""


def left_to_reference(*_: Any) -> NoReturn:
    """Stand for a function that could not be generated."""
    raise TooHard


def function_or(reference: Callable[..., Any], generate: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Generate a function; or take the other one, whatever is in the way."""
    try:
        return generate()
    except Exception:
        return reference


class Source:
    """One function, line by line.

    Nothing of it comes from data: of what a layout or a class says, integers are spelled, members' names are
    quoted, fields are spelled as attributes, since ``@declare`` takes identifiers alone, and everything else is named.

    :ivar depth: blocks around the next line
    """

    def __init__(self) -> None:
        self.depth = 1
        self._names: dict[str, Any] = {}
        self._statements: list[Statement] = []
        self._constants: dict[tuple[Any, ...], str] = {}
        self._later: dict[str, Callable[[], Any]] = {}
        self._locals = 0

    @property
    def length(self) -> int:
        """Statements so far."""
        return len(self._statements)

    def cut(self, length: int) -> None:
        """Drop the statements behind the first so many."""
        del self._statements[length:]

    def line(self, text: str) -> None:
        """Append a statement."""
        self._statements.append(Statement(self.depth, text))

    def unpack(self, names: list[str], call: str) -> None:
        """Append what gives variables the values that a call returns."""
        self._statements.append(Unpacking(self.depth, call, names))

    def create(self, call: str) -> str:
        """Append what makes an object without fields, and return the variable that holds it."""
        name = self.local()
        self._statements.append(Creation(self.depth, call, name))
        return name

    def store(self, owner: str, field: str, value: str) -> None:
        """Append what sets a field of the object in a variable."""
        self._statements.append(Store(self.depth, value, owner, field))

    @contextlib.contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Put the statements that are made meanwhile under ``header``."""
        self.line(header)
        self.depth += 1
        before = self.length
        try:
            yield
            if self.length == before:
                self.line("pass")
        finally:
            self.depth -= 1

    def local(self) -> str:
        """Return a name for a local variable."""
        self._locals += 1
        return f"v{self._locals}"

    def constant(self, value: Any, *key: Any) -> str:
        """Return a name for a value.

        :param key: what tells it from others of its type; of bytes, that is they, and of others, that they are this
            very object
        """
        what = (type(value), *(key or ((value,) if type(value) is bytes else (id(value),))))
        if what not in self._constants:
            self._constants[what] = f"C{len(self._constants)}"
            self._names[self._constants[what]] = value
        return self._constants[what]

    def later(self, make: Callable[[], Any]) -> str:
        """Return a name for a value that is made once the function is complete."""
        name = f"L{len(self._later)}"
        self._later[name] = make
        return name

    @property
    def refused(self) -> str:
        """Name of the exception for input that is not what the function is for."""
        return self.constant(Refused)

    def text(self, signature: str) -> str:
        """The whole, as a function of this name and these parameters."""
        return f"def {signature}:\n" + "\n".join(lines(self._statements)) + "\n"

    def function(self, signature: str, filename: str) -> Callable[..., Any]:
        """Compile it.

        :raises TooHard: there is more in it than Python takes, such as blocks within blocks
        """
        namespace = self._names | {name: make() for name, make in self._later.items()}
        try:
            code = compile(self.text(signature), f"<{filename!a}>", "exec")
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise TooHard from error
        exec(code, namespace)
        function: Callable[..., Any] = namespace[signature.partition("(")[0]]
        return function
