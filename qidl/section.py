"""One section of a snapshot: its header, its state, and the way to the device and back."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from qidl.errors import QidlError, SchemaError, SectionNotFound, WireError
from qidl.levels import section_key
from qidl.limits import LIMITS, Budget
from qidl.sentences import shown
from qidl.wire import path as paths
from qidl.wire.block import BlockPayload
from qidl.wire.mapped import checker, copied, held
from qidl.wire.ram import RAMPayload
from qidl.wire.stream import Header, SectionType
from qidl.wire.vmstate import VMState

if TYPE_CHECKING:
    from qidl.compat.step import Lost
    from qidl.wire.reference import Reference

State = dict[str, Any]


class Section:
    """A section, live or not, known or opaque.

    :ivar header: the header, as read
    :ivar layout: by which the payload is read; None where it is opaque or live
    :ivar level: name of the level whose layout that is
    """

    def __init__(
        self,
        header: Header,
        payload: memoryview,
        *,
        level: str,
        layout: VMState | None = None,
        live: RAMPayload | BlockPayload | None = None,
        pieces: Sequence[bytes | memoryview] = (),
        budget: Budget | None = None,
        strict: bool = True,
    ) -> None:
        """Make a section of its payload, or, if that is not in one place, of the pieces of it.

        :param budget: what is left of the limits of the stream that it is of
        :param strict: whether values are refused that are not what they have to be
        """
        self.header = header
        self.level = level
        self.layout = layout
        self._original = payload
        self._pieces = pieces
        self._live = live
        self._budget = budget
        self._limits = LIMITS if budget is None else budget.limits
        self._strict = strict
        self._state: State | None = None
        # As it was read, where its payload holds what a state does not tell.
        self._misread: State | None = None

    def __deepcopy__(self, memo: object) -> Section:
        """Another section, whose state can be edited apart; the payload is not copied, since it does not change."""
        made = copy.copy(self)
        made._state = copy.deepcopy(self._state)
        return made

    def __repr__(self) -> str:
        return f"<Section {self.idstr} instance {self.instance_id} version {self.version_id}>"

    @property
    def type(self) -> SectionType:
        """START, PART or END of a live section; FULL of any other."""
        return self.header.type

    @property
    def idstr(self) -> str:
        """Name of the device, with its path where its bus has one: ``0000:00:01.1/ide``."""
        return self.header.idstr

    @property
    def name(self) -> str:
        """Name of the device alone: ``ide``."""
        return self.idstr.rpartition("/")[2]

    @property
    def instance_id(self) -> int:
        """Which of several sections of the same idstr."""
        return self.header.instance_id

    @property
    def version_id(self) -> int:
        """Version of the payload."""
        return self.header.version_id

    @property
    def section_id(self) -> int:
        """Number of the registration; means nothing beyond the stream."""
        return self.header.section_id

    @property
    def offset(self) -> int:
        """Place of the payload in the stream that was read."""
        return self.header.payload_offset

    @property
    def payload(self) -> memoryview:
        """The payload as it stands: as read, or with the edits that were made.

        Of a file that is mapped into memory, it is a view, and the file has to be left as it is.

        :raises WireError: an edited state does not fit its layout
        :raises FileCutShort: the file that the snapshot was loaded from was cut short
        """
        if self._pieces:
            return memoryview(copied(self._pieces))
        if self._state is not None and self._state != self._misread:
            return memoryview(self.encode())
        checker(self._original)()
        return self._original

    def with_pieces(self, pieces: Sequence[bytes | memoryview]) -> Section:
        """The same live section with another payload, in pieces that are not put together."""
        return Section(self.header, self._original, level=self.level, live=self._live, pieces=pieces)

    @property
    def length(self) -> int:
        """Bytes of the payload."""
        return sum(map(len, self._pieces)) if self._pieces else len(self.payload)

    @property
    def is_live(self) -> bool:
        """Whether this is a part of ``ram`` or ``block``."""
        return self._live is not None

    @property
    def is_opaque(self) -> bool:
        """Whether no layout is known: the payload is kept as it is."""
        return self.layout is None and self._live is None

    @property
    def state(self) -> State:
        """The level's QObject; editing it, or assigning another, changes the section.

        Of an opaque section, ``{"payload": bytes}``. Of a live one, a summary that cannot be edited: of a part of
        ``ram``, its ``blocks`` as dicts of ``idstr`` and ``length`` in bytes, and how many pages came ``full`` and
        ``filled``; of a part of ``block``, how many ``chunks`` of 1 MiB came, and the percentage in ``progress``.

        :raises WireError: the payload is not what the layout says; or, as it is read, goes beyond the limits
        :raises QidlError: as it is assigned, the section is live
        :raises SchemaError: as it is assigned, it is no dict
        :raises FileCutShort: the file that the snapshot was loaded from was cut short
        """
        if self._live is not None:
            return _summary(self._live)
        if self._state is None:
            self._state = self._decode(self._original)
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        if self._live is not None:
            raise QidlError(f"{self.idstr}: expected a section that can be edited, found a live one")
        if not isinstance(state, dict):
            raise SchemaError(f"{self.idstr}: expected a dict, found {shown(state)}")
        self._state = state

    def _decode(self, payload: memoryview) -> State:
        if self.layout is None:
            return {"payload": copied([payload])}
        self._spend(payload)
        with held(payload):
            try:
                return self.layout.decode(payload, self.version_id, section=self.idstr, limits=self._limits)
            except WireError:
                if self._strict:
                    raise
            state = _reference().decode(
                self.layout, payload, self.version_id, section=self.idstr, limits=self._limits, problems=[]
            )
            self._misread = copy.deepcopy(state)
            return state

    def _spend(self, payload: memoryview) -> None:
        """Count a payload as gone through, the first time that it is.

        :raises WireError: that would be too much
        """
        if self._budget is not None:
            self._budget.take_bytes(len(payload), self.idstr)
            self._budget = None

    def encode(self) -> bytes:
        """The payload, made from the state alone.

        :raises WireError: the state does not fit the layout
        :raises SchemaError: the section is opaque, and its state is not a member ``payload`` of bytes alone
        """
        if self._live is not None:
            return copied([self.payload])
        state = self.state
        if self.layout is None:
            if set(state) != {"payload"} or not isinstance(state["payload"], bytes):
                raise SchemaError(f"{self.idstr}: expected a member payload of bytes alone")
            return state["payload"]
        try:
            return self.layout.encode(state, self.version_id, section=self.idstr)
        except WireError:
            if self._strict:
                raise
        return _reference().encode(self.layout, state, self.version_id, section=self.idstr, is_strict=False)

    def get(self, path: str) -> Any:
        """Return what lies at a path of the state.

        :raises SchemaError: nothing does
        """
        try:
            return paths.get(self.state, path)
        except SchemaError as error:
            raise SchemaError(f"{self.idstr}: {error}") from None

    def set(self, path: str, value: Any) -> None:
        """Change one value; the section stays as it was if the value does not fit.

        :param path: of an integer, bool, buffer or list; an index reaches into a buffer
        :raises SchemaError: nothing lies at the path, or a struct does; or one is a bool, and the other is not
        :raises WireError: the layout has no place for the value
        :raises QidlError: the section is live
        """
        if self._live is not None:
            raise QidlError(f"{self.idstr}: expected a section that can be edited, found a live one")
        before = self.get(path)
        if isinstance(before, dict) or isinstance(before, bool) != isinstance(value, bool):
            raise SchemaError(f"{self.idstr}: {path}: expected {_type_name(before)}, found {shown(value)}")
        changed, plain = copy.deepcopy(self.state), _plain(value)
        try:
            _set(changed, path, plain)
        except SchemaError as error:
            raise SchemaError(f"{self.idstr}: {error}") from None
        trial = Section(self.header, self._original, level=self.level, layout=self.layout, strict=self._strict)
        trial.state = changed
        trial.encode()
        # Whoever has the state sees the change, and no other object stands for it.
        _set(self.state, path, _plain(value))

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Header and payload, as they stand in a stream, not copied where nothing was edited."""
        yield self.header.to_bytes()
        yield from self._pieces or (self.payload,)

    def device(self) -> Any:
        """The device object, its state taken up the chain to the newest level.

        :raises CompatError: no class is known for the section, or the chain cannot take its state
        :raises WireError: the payload is not what the layout says
        :raises SchemaError: the class refuses the state
        """
        from qidl.compat.chain import is_newest_form, to_device
        from qidl.devices import device_class
        from qidl.payload import from_payload

        # Read leniently, a payload may hold what only the state takes.
        is_direct = self._strict and self._state is None
        if is_direct and self.layout is not None and is_newest_form(section_key(self.idstr), self.level):
            cls = device_class(self.idstr)
            self._spend(self._original)
            with held(self._original):
                return from_payload(
                    cls, self.layout, self._original, self.version_id, section=self.idstr, limits=self._limits
                )
        return to_device(self.idstr, self.state, self.level)

    def replace(self, device: Any) -> tuple[Lost, ...]:
        """Take the state of a device object, down the chain to the section's level.

        :returns: what the level cannot hold, and what the device could not hold of the state before
        :raises CompatError: the device is not the section's
        :raises QidlError: the section is live or opaque
        :raises SchemaError: a field of it does not hold what its declaration says
        :raises WireError: the layout has no place for a value; then the section stays as it was
        """
        from qidl.compat.chain import from_device, is_newest_form, lost_on_the_way_up
        from qidl.devices import device_class
        from qidl.payload import to_payload

        if self.layout is None:
            raise QidlError(f"{self.idstr}: expected a section whose layout is known, found another")
        lost: tuple[Lost, ...] = ()
        if type(device) is device_class(self.idstr) and is_newest_form(section_key(self.idstr), self.level):
            payload = to_payload(device, self.layout, self.version_id, section=self.idstr)
        else:
            state, lost = from_device(self.idstr, device, self.level)
            payload = self.layout.encode(state, self.version_id, section=self.idstr)
            lost = (*lost_on_the_way_up(self.idstr, self.state, state, self.level), *lost)
        self._original, self._state, self._misread = memoryview(payload), None, None
        return lost


def _reference() -> Reference:
    from qidl.wire.reference import REFERENCE

    return REFERENCE


def _summary(live: RAMPayload | BlockPayload) -> State:
    if isinstance(live, BlockPayload):
        return {"chunks": len(live.chunks), "progress": live.progress}
    blocks = [{"idstr": idstr, "length": length} for idstr, length in live.blocks]
    return {"blocks": blocks, "full": live.full, "filled": live.filled}


def _set(state: State, path: str, value: Any) -> None:
    *way, last = paths.parse(path)
    within: Any = state
    trail: list[tuple[Any, Any]] = []
    for step in way:
        trail.append((within, step))
        within = within[step]
    if isinstance(within, bytes):
        # Bytes cannot be changed in place: put others where they lie.
        if type(value) is not int or not 0 <= value <= 255:
            raise SchemaError(f"{path}: expected uint8 (0..255), found {shown(value)}")
        owner, step = trail[-1]
        changed = bytearray(within)
        changed[int(last)] = value
        owner[step] = bytes(changed)
    else:
        within[last] = value


def _plain(value: Any) -> Any:
    """A value in the form in which it is read, with nothing in it that belongs to another."""
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value]
    return copy.deepcopy(value)


def _type_name(value: Any) -> str:
    return "the path of a value" if isinstance(value, dict) else type(value).__name__


class SectionName(NamedTuple):
    """How a section is asked for: ``0000:00:01.1/ide``, ``ide``, ``i8259#1``, ``isa-ide@23``.

    :ivar name: idstr, or the device's name alone
    :ivar instance_id: after ``#``
    :ivar section_id: after ``@``
    """

    name: str
    instance_id: int | None = None
    section_id: int | None = None

    @classmethod
    def parse(cls, text: str) -> SectionName:
        """Take a name apart; what is no number after ``#`` or ``@`` belongs to the name.

        :raises SectionNotFound: the number is longer than any section's
        """
        name, at, number = text.rpartition("@")
        if at and number.isdecimal():
            return cls(name, section_id=_number(name, number, "a section_id"))
        name, hash_, number = text.rpartition("#")
        if hash_ and number.isdecimal():
            return cls(name, instance_id=_number(name, number, "an instance_id"))
        return cls(text)


def _number(name: str, digits: str, what: str) -> int:
    if len(digits) > paths.MOST_DIGITS:
        raise SectionNotFound(f"{name}: expected {what}, found {len(digits)} digits")
    return int(digits)
