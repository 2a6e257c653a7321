"""The errors that qidl raises, and its one warning: one line each, naming where and what."""

from __future__ import annotations


class QidlError(Exception):
    """Root of every error that qidl raises about its input."""


class DeclarationError(QidlError):
    """A class declares something that has no meaning: names class and field."""


class SchemaError(QidlError):
    """A QObject, a schema or C source does not say what its declaration asks for."""


class CompatError(QidlError):
    """A state cannot be taken to another level, or not without a loss that was refused."""


class SectionNotFound(QidlError, KeyError):
    """No section, or more than one, answers to the given name."""

    # KeyError would quote the message.
    __str__ = Exception.__str__


class BlockNotFound(SchemaError, KeyError):
    """Guest memory has no block of the given name."""

    __str__ = Exception.__str__


class FileCutShort(QidlError):
    """A file that is mapped into memory has lost bytes since it was opened: another program cut it short.

    :ivar path: of the file
    :ivar expected: bytes that it had
    :ivar found: bytes that it has
    """

    def __init__(self, path: str, expected: int, found: int) -> None:
        super().__init__(path, expected, found)
        self.path = path
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected} bytes, found {self.found}: it was cut short while it was read"


class UnknownSectionWarning(UserWarning):
    """A section whose layout is not known is kept as it is."""


class WireError(QidlError):
    """Bytes that are not what a layout says, or a state that it cannot write.

    :ivar section: idstr of the section, empty where there is none
    :ivar path: stringified path of the field within the section's state
    :ivar offset: place in the input, in bytes; from the payload's start while a
        payload is decoded alone, from the stream's start once a stream is read.
        None when a state is written.
    :ivar expected: what the layout asks for
    :ivar found: what is there
    :ivar reached: place up to which a payload had been read; it is beyond ``offset`` where a rule is broken.
        None otherwise
    """

    def __init__(
        self,
        expected: str,
        found: str,
        *,
        section: str = "",
        path: str = "",
        offset: int | None = None,
    ) -> None:
        super().__init__(expected, found)
        self.section = section
        self.path = path
        self.offset = offset
        self.expected = expected
        self.found = found
        self.reached: int | None = None

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.section, self.path) if part)
        offset = "" if self.offset is None else f"offset {self.offset}"
        where = ": ".join(part for part in (place, offset) if part)
        message = f"expected {self.expected}, found {self.found}"
        return f"{where}: {message}" if where else message


class EndOfInput(WireError):
    """More is asked for than there is: the input is cut short, or says of something that it is longer than it is."""
