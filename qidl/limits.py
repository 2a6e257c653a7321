"""What a stream may hold, and may cost, before it is refused."""

from __future__ import annotations

from typing import Final, NamedTuple

from qidl.errors import WireError


class Limits(NamedTuple):
    """Bounds on what is read of one stream: far beyond what any machine writes, and in force unless others are given.

    :ivar sections: headers of sections: a live migration has one for each tenth of a second
    :ivar name_length: bytes of a name: of a section, of a block of memory, of a drive
    :ivar nesting: structs within one another in a payload, which is one itself
    :ivar elements: elements of one list whose length the stream says; those that take no bytes are no more
        than the bytes, all in all
    :ivar decoded: bytes of payloads that are gone through, all in all: guest memory is not, and what is gone
        through again counts again. Whatever it is, they are no more than 64 for each byte of the stream.
    """

    sections: int = 1 << 20
    name_length: int = 255
    nesting: int = 64
    elements: int = 1 << 20
    decoded: int = 1 << 30


LIMITS: Final = Limits()
"""Those in force unless others are given."""

_TIMES: Final = 64
_SLACK: Final = 1 << 16


class Budget:
    """What is left of the limits of one stream while it is read.

    :param size: bytes of the stream
    """

    def __init__(self, limits: Limits, size: int) -> None:
        self.limits = limits
        self._sections = limits.sections
        self._most = min(limits.decoded, _TIMES * size + _SLACK)
        self.decoded = 0

    @property
    def left(self) -> int:
        """Bytes of payloads that may still be gone through."""
        return self._most - self.decoded

    def take_section(self, name: str, offset: int) -> None:
        """Count a section.

        :raises WireError: there are too many, or its name is too long
        """
        self._sections -= 1
        if self._sections < 0:
            raise WireError(f"at most {self.limits.sections} sections", "another", offset=offset)
        check_name(self.limits, name, offset)

    def take_bytes(self, count: int, section: str, offset: int | None = None) -> None:
        """Count bytes of a payload that are gone through.

        :raises WireError: they are too many
        """
        self.decoded += count
        if self.decoded > self._most:
            raise self.exhausted(section, offset)

    def exhausted(self, section: str, offset: int | None = None) -> WireError:
        """The error that says that too many bytes would be gone through."""
        return WireError(
            f"at most {self._most} bytes of payloads to go through", "more", section=section, offset=offset
        )


def check_name(limits: Limits, name: str | bytes, offset: int) -> None:
    """Refuse a name that is too long.

    :raises WireError: it is
    """
    if len(name) > limits.name_length:
        raise WireError(f"a name of at most {limits.name_length} bytes", str(len(name)), offset=offset)
