"""Fields that are not in every payload, or there twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import construct

from qidl.errors import WireError
from qidl.wire import path as paths
from qidl.wire.integers import Integer
from qidl.wire.measures import function_name, minimum_size
from qidl.wire.reader import Path, Reader, State


class Conditional(construct.Subconstruct):  # type: ignore[misc]
    """A field that is not in every payload. Where it is absent, the state has no such member."""

    def __init__(self, subcon: Any) -> None:
        super().__init__(subcon)
        self.kind = getattr(subcon, "kind", "struct")

    def minimum_size(self) -> int:
        """Bytes that it takes at the least."""
        return 0

    def present(self, version_id: int, state: State) -> bool:
        """Whether the field is there, in a payload of this version, after what was read so far."""
        raise NotImplementedError

    @property
    def condition(self) -> str:
        """The condition in words."""
        raise NotImplementedError

    def _sizeof(self, context: Any, path: Path) -> int:
        raise construct.SizeofError(path=path)


class Since(Conditional):
    """A field that came with a version."""

    def __init__(self, version_id: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.version_id = version_id

    def present(self, version_id: int, state: State) -> bool:
        return version_id >= self.version_id

    @property
    def condition(self) -> str:
        return f"version ≥ {self.version_id}"


class Before(Conditional):
    """A field that went with a version, or was replaced by another form."""

    def __init__(self, version_id: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.version_id = version_id

    def present(self, version_id: int, state: State) -> bool:
        return version_id < self.version_id

    @property
    def condition(self) -> str:
        return f"version < {self.version_id}"


class Only(Conditional):
    """A field of one version alone."""

    def __init__(self, version_id: int, subcon: Any) -> None:
        super().__init__(subcon)
        self.version_id = version_id

    def present(self, version_id: int, state: State) -> bool:
        return version_id == self.version_id

    @property
    def condition(self) -> str:
        return f"version = {self.version_id}"


class When(Conditional):
    """A field that depends on an earlier one.

    :param test: path of the earlier field, or a function of the state read so far
    :param subcon: the field
    :param equals: the value to have; None where any but 0 will do
    """

    def __init__(self, test: str | Callable[[State], Any], subcon: Any, *, equals: int | None = None) -> None:
        super().__init__(subcon)
        self.test = test
        self.equals = equals

    def present(self, version_id: int, state: State) -> bool:
        value = self.test(state) if callable(self.test) else paths.get(state, self.test)
        return bool(value) if self.equals is None else bool(value == self.equals)

    @property
    def condition(self) -> str:
        name = function_name(self.test) if callable(self.test) else self.test
        return name if self.equals is None else f"{name} = {self.equals}"


class Again(construct.Subconstruct):  # type: ignore[misc]
    """A field that QEMU writes a second time. It is named by the path of the first, whose value it has.

    :param path: path of the field
    :param subcon: its form at the second place
    """

    def __init__(self, path: str, subcon: Integer) -> None:
        super().__init__(subcon)
        self.path = path
        self.kind = subcon.kind

    def minimum_size(self) -> int:
        """Bytes that it takes at the least."""
        return minimum_size(self.subcon)

    def _parse(self, stream: Reader, context: Any, path: Path) -> Any:
        offset = stream.offset
        value = self.subcon._parse(stream, context, path)
        first = paths.get(context.state, self.path)
        if value == first:
            return first
        stream.refuse(WireError(f"{first}, the value of {self.path} again", str(value), path=path, offset=offset))
        # Where that is not refused: QEMU keeps what it reads last.
        return value

    def _build(self, obj: Any, stream: Any, context: Any, path: Path) -> Any:
        value = paths.get(context.state, self.path)
        # What is a bool at the first place is an integer here.
        self.subcon._build(int(value) if isinstance(value, bool) else value, stream, context, path)
        return value
