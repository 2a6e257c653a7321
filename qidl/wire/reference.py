"""The reference engine: layouts as the constructs that they are, one field after the other.

The engine that is used must agree with it on every layout and every input, and has it name
whatever is wrong.
"""

from __future__ import annotations

import construct

from qidl.errors import EndOfInput, SchemaError, WireError
from qidl.limits import LIMITS, Limits
from qidl.sentences import shown
from qidl.views import byte_view
from qidl.wire.context import Taken
from qidl.wire.primitives import Reader, State, Writer
from qidl.wire.vmstate import VMState


class Reference:
    """Does what :class:`~qidl.wire.vmstate.VMState` does, and takes the layout first."""

    def decode(
        self,
        layout: VMState,
        data: bytes | memoryview,
        version_id: int | None = None,
        *,
        section: str = "",
        limits: Limits = LIMITS,
        problems: list[WireError] | None = None,
    ) -> State:
        """Turn a payload into a state.

        :param problems: where values are noted that are not what they have to be; they are refused unless given
        """
        view = byte_view(data)
        state, end = self.decode_at(layout, view, 0, version_id, section=section, limits=limits, problems=problems)
        if end != len(view):
            raise WireError(f"the end after {end} bytes", f"{len(view)} bytes", section=section, offset=end)
        return state

    def decode_at(
        self,
        layout: VMState,
        data: memoryview,
        offset: int,
        version_id: int | None = None,
        *,
        section: str = "",
        limits: Limits = LIMITS,
        problems: list[WireError] | None = None,
    ) -> tuple[State, int]:
        """Turn a payload into a state that begins at an offset, and tell where it ends.

        :param problems: takes what is wrong with values, instead of refusing them
        """
        noted: list[WireError] = []
        reader = Reader(data, offset, limits, None if problems is None else noted)
        try:
            state = layout._read(reader, layout.accept(version_id), "")
        except WireError as error:
            error.section, error.reached = error.section or section, reader.offset
            raise
        except SchemaError as error:
            raise WireError("what its layout asks for", str(error), section=section, offset=reader.offset) from None
        except construct.ConstructError as error:
            raise _foreign(error, section, reader.offset) from error
        finally:
            for problem in noted:
                problem.section = section
            if problems is not None:
                problems += noted
        return state, reader.offset

    def encode(
        self,
        layout: VMState,
        state: State,
        version_id: int | None = None,
        *,
        section: str = "",
        is_strict: bool = True,
    ) -> bytes:
        """Turn a state into a payload.

        :param is_strict: whether values are refused that are not what they have to be
        """
        stream = Writer(is_strict=is_strict)
        try:
            if not isinstance(state, dict):
                raise WireError("a dict", shown(state))
            taken = Taken()
            layout._write(state, stream, layout.accept(version_id), "", taken)
            taken.check(state, "")
        except WireError as error:
            error.section = error.section or section
            raise
        except SchemaError as error:
            where = f"{section}: " if section else ""
            raise SchemaError(f"{where}{error}") from None
        except construct.ConstructError as error:
            raise _foreign(error, section, None) from error
        return stream.getvalue()


def _foreign(error: construct.ConstructError, section: str, offset: int | None) -> WireError:
    """An error of construct's own, out of a construct that a layout took from elsewhere."""
    path = str(getattr(error, "path", None) or "").replace(" -> ", ".")
    # Its first line is the path, if it has one.
    lines = [line for line in str(error).splitlines() if line and not line.startswith("Error in path")]
    message = lines[0] if lines else type(error).__name__
    kind = EndOfInput if isinstance(error, construct.StreamError) else WireError
    wire_error = kind("what its construct says", message, section=section, path=path, offset=offset)
    wire_error.reached = offset
    return wire_error


REFERENCE = Reference()
