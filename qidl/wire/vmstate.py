"""VMState: the description of a section's payload, by which engines read and write it.

A VMState is itself a construct, so that one can stand as a field of another. It keys into
the QObject of a level with stringified field paths. As a construct it is the reference for
:mod:`qidl.wire.compiled`, the engine that is used.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import construct

from qidl.errors import SchemaError, WireError
from qidl.generating.functions import USES_OF_A_LAYOUT, Generated
from qidl.limits import LIMITS, Limits
from qidl.rules import Rule
from qidl.sentences import shown
from qidl.wire import path as paths
from qidl.wire.context import Context, Taken, get_member, has_member
from qidl.wire.member import Member as Member
from qidl.wire.primitives import Again, Reader, State, Unused, minimum_size

if TYPE_CHECKING:
    from qidl.wire.reference import Reference

SUBSECTION = 0x05
"""The byte that begins a subsection."""


class _Compiled:
    """Where a layout has what is generated for it: in slots, since each use begins with looking there."""

    __slots__ = ("_decode", "_encode", "_read_at", "_skip_at", "programs", "uses")


class VMState(_Compiled, construct.Construct):  # type: ignore[misc]
    """The wire form of a device at one version.

    :param name: name of the description; a subsection's must begin with its parent's
    :param version_id: version that is written
    :param minimum_version_id: oldest version that is read; ``version_id`` unless given
    :param fields: constructs, each named with construct's ``/`` by the path of its value,
        in the order of the wire; ``*`` adds the meaning
    :param subsections: what may follow the fields, in the order of the wire. One is
        present if the state has its members; one without fields, if the member named
        by the last part of its name is True.
    :param rules: what fields have to be together
    :param old_style: written and read by hand in C, which looks for no subsections
    """

    kind = "struct"

    def __init__(
        self,
        name: str,
        *,
        version_id: int,
        minimum_version_id: int | None = None,
        fields: Iterable[Any] = (),
        subsections: Iterable[VMState] = (),
        rules: Iterable[Rule] = (),
        old_style: bool = False,
    ) -> None:
        super().__init__()
        self.name = name
        self.version_id = version_id
        self.minimum_version_id = version_id if minimum_version_id is None else minimum_version_id
        self.fields: tuple[Any, ...] = tuple(fields)
        self.subsections: tuple[VMState, ...] = tuple(subsections)
        self.rules: tuple[Rule, ...] = tuple(rules)
        self.old_style = old_style
        self.members = tuple(Member.of(field) for field in self.fields)
        self._forget_functions()
        _check_paths(self.name, self.members)
        known = {member.path for member in self.members}
        for path in (path for rule in self.rules for path in rule.paths):
            if path not in known:
                raise SchemaError(f"{self.name}: expected a rule on fields, found one on {path!r}")
        _check_markers(self)
        for subsection in self.subsections:
            if not subsection.name.startswith(self.name) or len(subsection.name) <= len(self.name):
                raise SchemaError(f"{self.name}: expected a subsection whose name begins so, found {subsection.name!r}")

    def __repr__(self) -> str:
        return f"<VMState {self.name} v{self.version_id}>"

    @property
    def header(self) -> bytes:
        """What it begins with where it is a subsection: a byte 5, its name with a byte for the length, its version."""
        name = self.name.encode()
        return bytes([SUBSECTION, len(name)]) + name + self.version_id.to_bytes(4, "big")

    @property
    def marker(self) -> str:
        """Member that stands for a subsection without fields."""
        return self.name.rpartition("/")[2]

    @property
    def roots(self) -> frozenset[str]:
        """Names of the members that it may bring into a state, those of its subsections included."""
        own = {str(paths.parse(member.path)[0]) for member in self.members} or {self.marker}
        return frozenset(own.union(*(subsection.roots for subsection in self.subsections)))

    def minimum_size(self) -> int:
        """Bytes that a payload takes at the least."""
        return sum(minimum_size(field) for field in self.fields)

    @functools.cached_property
    def nesting(self) -> int:
        """Structs within one another, this one included, as far as the layout tells."""
        structs = [one for member in self.members if (one := struct_within(member.subcon)) is not None]
        return 1 + max((one.nesting for one in (*structs, *self.subsections)), default=0)

    def decode(
        self,
        data: bytes | memoryview,
        version_id: int | None = None,
        *,
        section: str = "",
        limits: Limits = LIMITS,
    ) -> State:
        """Turn a payload into the QObject of its level.

        :param data: the payload, whole
        :param version_id: version of the section; the newest unless given
        :param section: name of the section, for errors
        :param limits: bounds on what is read
        :raises WireError: the payload is not what the layout says, or does not end where it ends
        """
        try:
            state: State = self._decode[version_id](data, limits)
            return state
        except Exception:
            # Whatever it is, the reference engine names it, and the field.
            pass
        return _reference().decode(self, data, version_id, section=section, limits=limits)

    def decode_at(
        self,
        data: memoryview,
        offset: int,
        version_id: int | None = None,
        *,
        section: str = "",
        limits: Limits = LIMITS,
    ) -> tuple[State, int]:
        """Decode a payload that begins at ``offset`` and whose length is not known.

        :returns: the state, and the offset at which the payload ends
        :raises WireError: as :meth:`decode`, with the offset counted from the start of ``data``
        """
        try:
            found: tuple[State, int] = self._read_at[version_id](data, offset, limits)
            return found
        except Exception:
            pass
        return _reference().decode_at(self, data, offset, version_id, section=section, limits=limits)

    def find_end(
        self,
        data: memoryview,
        offset: int,
        version_id: int | None = None,
        *,
        section: str = "",
        limits: Limits = LIMITS,
    ) -> int:
        """Find where a payload ends that begins at ``offset``: as :meth:`decode_at`, without a state.

        :raises WireError: as :meth:`decode_at`
        """
        try:
            end: int = self._skip_at[version_id](data, offset, limits)
            return end
        except Exception:
            pass
        return _reference().decode_at(self, data, offset, version_id, section=section, limits=limits)[1]

    def encode(self, state: State, version_id: int | None = None, *, section: str = "") -> bytes:
        """Turn a state into the payload; ``decode`` of the result gives the state back.

        :raises WireError: a member is missing, unknown, of the wrong type or out of range
        """
        try:
            payload: bytes = self._encode[version_id](state)
            return payload
        except Exception:
            pass
        return _reference().encode(self, state, version_id, section=section)

    def compile_now(self, version_id: int | None = None) -> None:
        """Compile a version, which happens by itself as soon as that pays.

        :raises WireError: as :meth:`accept`
        """
        for functions in (self._decode, self._read_at, self._skip_at, self._encode):
            functions.generate(version_id)

    def _forget_functions(self) -> None:
        self.programs: dict[Any, Any] = {}
        # What is generated for classes, too.
        self.uses: dict[Any, Any] = {}
        self._decode = self._functions("decode")
        self._read_at = self._functions("read_at")
        self._skip_at = self._functions("skip_at")
        self._encode = self._functions("encode")

    def _functions(self, kind: str) -> Generated:
        """The compiled engine's functions of one kind, by version."""

        def generate(version_id: int | None) -> Callable[..., Any]:
            from qidl.wire.compiled import compile_function

            return compile_function(self, kind, self.accept(version_id))

        return Generated(generate, USES_OF_A_LAYOUT)

    def __getstate__(self) -> dict[str, Any]:
        # What is generated is no part of what a layout is.
        return self.__dict__

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        self.__dict__.update(attributes)
        self._forget_functions()

    def accept(self, version_id: int | None) -> int:
        """Return the version to read or write.

        :raises WireError: it is not between ``minimum_version_id`` and ``version_id``
        """
        if version_id is None:
            return self.version_id
        if not self.minimum_version_id <= version_id <= self.version_id:
            least, most = self.minimum_version_id, self.version_id
            raise WireError(f"version {most}" if least == most else f"version {least}..{most}", shown(version_id))
        return version_id

    def written(self, version_id: int) -> int:
        """The version that a release of this layout writes, where a section of ``version_id`` was found."""
        return self.version_id

    # construct's own protocol: a struct within another is always of its compiled-in version.

    def _parse(self, stream: Reader, context: Any, path: str) -> State:
        return self._read(stream, self.version_id, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, dict):
            raise WireError(f"a dict ({self.name})", shown(obj), path=path)
        self._write(obj, stream, self.version_id, path, context.taken)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return sum(int(field._sizeof(context, path)) for field in self.fields)

    def _read(self, stream: Reader, version_id: int, path: str) -> State:
        state: State = {}
        stream.enter(path)
        self._read_fields(stream, version_id, path, state)
        while (subsection := self._next_subsection(stream, path)) is not None:
            subsection._read_as_subsection(stream, path, state, self)
        stream.leave()
        return state

    def _read_fields(self, stream: Reader, version_id: int, path: str, state: State) -> None:
        context = Context(state)
        offsets: dict[str, int] = {}
        for member in self.members:
            if not member.present(version_id, state):
                continue
            offsets[member.path], here = stream.offset, paths.join(path, member.path)
            try:
                value = member.subcon._parse(stream, context, here)
            except Exception as error:
                if (worded := member.worded(error, here, stream.offset)) is None:
                    raise
                raise worded from error
            if value is not None:
                context[member.path] = value
                paths.put(state, member.path, value)
        for broken in self._broken_rules(context, path, offsets):
            stream.refuse(broken)

    def _broken_rules(self, context: Context, path: str, offsets: Mapping[str, int]) -> Iterator[WireError]:
        for rule in self.rules:
            values = tuple(context[name] for name in rule.paths if name in context)
            if len(values) == len(rule.paths) and not rule.holds(*values):
                first = rule.paths[0]
                yield WireError(
                    rule.expected, rule.found(values), path=paths.join(path, first), offset=offsets.get(first)
                )

    def _next_subsection(self, stream: Reader, path: str) -> VMState | None:
        """Look ahead as QEMU does: only a name that begins with the parent's makes a subsection.

        :raises WireError: such a name that the parent does not know
        """
        data, offset = stream.data, stream.offset
        if self.old_style or stream.remaining < 2 or data[offset] != SUBSECTION:
            return None
        length = data[offset + 1]
        name = bytes(data[offset + 2 : offset + 2 + length])
        if len(name) < length or length < len(self.name) + 1 or not name.startswith(self.name.encode()):
            return None
        for subsection in self.subsections:
            if subsection.name.encode() == name:
                stream.offset += 2 + length
                return subsection
        known = ", ".join(subsection.name for subsection in self.subsections) or "no subsection"
        raise WireError(known, ascii(name)[1:], path=path, offset=offset)

    def _read_as_subsection(self, stream: Reader, path: str, state: State, parent: VMState) -> None:
        start = stream.offset - len(self.name) - 2
        later = parent.subsections[parent.subsections.index(self) :]
        if any(subsection.is_in(state) for subsection in later):
            raise WireError("subsections once each and in order", self.name, path=path, offset=start)
        version_id = int.from_bytes(stream.take(4, path, "subsection version"), "big")
        if version_id != self.version_id:
            raise WireError(f"{self.name} version {self.version_id}", str(version_id), path=path, offset=start)
        if not self.fields:
            state[self.marker] = True
        stream.enter(path)
        self._read_fields(stream, version_id, path, state)
        while (subsection := self._next_subsection(stream, path)) is not None:
            subsection._read_as_subsection(stream, path, state, self)
        stream.leave()

    def is_in(self, state: State) -> bool:
        """Whether a state holds this subsection."""
        if not self.fields:
            return self.marker in state
        return any(has_member(state, member.path) for member in self.members if not isinstance(member.subcon, Unused))

    def _write(self, state: State, stream: Any, version_id: int, path: str, taken: Taken) -> None:
        self._write_fields(state, stream, version_id, path, taken)
        self._write_subsections(state, stream, path, taken)

    def _write_fields(self, state: State, stream: Any, version_id: int, path: str, taken: Taken) -> None:
        context = Context(state, taken=taken)
        for member in self.members:
            if not member.present(version_id, state):
                continue
            here = paths.join(path, member.path)
            if isinstance(member.subcon, Unused | Again):
                value = paths.get(state, member.path) if has_member(state, member.path) else None
            else:
                value = get_member(state, member.path, path)
            taken.take(state, member.path, path)
            try:
                written = member.subcon._build(value, stream, context, here)
            except Exception as error:
                if (worded := member.worded(error, here, None)) is None:
                    raise
                raise worded from error
            if value is not None:
                # As it would be read, in whatever form it was given.
                context[member.path] = written
        for broken in self._broken_rules(context, path, {}):
            stream.refuse(broken)

    def _write_subsections(self, state: State, stream: Any, path: str, taken: Taken) -> None:
        for subsection in self.subsections:
            if not subsection.is_in(state):
                continue
            stream.write(subsection.header)
            if not subsection.fields:
                if state[subsection.marker] is not True:
                    raise WireError(
                        "True or no member", shown(state[subsection.marker]), path=paths.join(path, subsection.marker)
                    )
                taken.take(state, subsection.marker, path)
            subsection._write(state, stream, subsection.version_id, path, taken)

    def walk(self) -> Iterator[VMState]:
        """Yield itself and every description within it: nested structs and subsections."""
        yield self
        for member in self.members:
            inner = struct_within(member.subcon)
            if inner is not None:
                yield from inner.walk()
        for subsection in self.subsections:
            yield from subsection.walk()


def _check_paths(name: str, members: Iterable[Member]) -> None:
    """A path stands for one value, in whichever of several forms it is there; or for one that is there again."""
    certain: set[str] = set()
    for member in members:
        if member.conditions or isinstance(member.subcon, Again):
            continue
        if member.path in certain:
            raise SchemaError(f"{name}: expected each path once, found {member.path} again")
        certain.add(member.path)


def _check_markers(layout: VMState) -> None:
    """A member that stands for a subsection without fields stands for nothing else."""
    own = {str(paths.parse(member.path)[0]) for member in layout.members}
    for subsection in layout.subsections:
        others = (other for other in (*layout.subsections, *subsection.subsections) if other is not subsection)
        if not subsection.fields and subsection.marker in own.union(*(other.roots for other in others)):
            raise SchemaError(f"{subsection.name}: expected a member of its own, found {subsection.marker} again")


def struct_within(subcon: Any) -> VMState | None:
    """The struct that a field is, or that its elements are."""
    while isinstance(subcon, construct.Subconstruct):
        subcon = subcon.subcon
    return subcon if isinstance(subcon, VMState) else None


def _reference() -> Reference:
    from qidl.wire.reference import REFERENCE

    return REFERENCE
