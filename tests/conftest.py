"""What the tests share: the engines, the helper that holds layouts against bytes, and strategies for declarations."""

from __future__ import annotations

import contextlib
import inspect
import keyword
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings, strategies as st

import qidl
from qidl import Mark, WireError, declaration, declare
from qidl.declaration import Array, Boolean, Integer, String, Struct, zero
from qidl.limits import LIMITS, Limits
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

_SLOW = [HealthCheck.too_slow]
settings.register_profile("quick", deadline=None, suppress_health_check=_SLOW, max_examples=25)
settings.register_profile("thorough", deadline=None, suppress_health_check=_SLOW, max_examples=500)
# For a long run: pytest --hypothesis-profile=thorough
settings.load_profile("quick")


class Engine(Protocol):
    """What turns payloads into states, and back."""

    def decode(
        self, layout: VMState, data: bytes, version_id: int | None = None, *, limits: Limits = LIMITS
    ) -> dict[str, Any]: ...

    def encode(self, layout: VMState, state: dict[str, Any], version_id: int | None = None) -> bytes: ...


class Compiled:
    """The engine that is used, from the first use on."""

    def decode(
        self, layout: VMState, data: bytes, version_id: int | None = None, *, limits: Limits = LIMITS
    ) -> dict[str, Any]:
        compiled(layout, version_id)
        return layout.decode(data, version_id, limits=limits)

    def encode(self, layout: VMState, state: dict[str, Any], version_id: int | None = None) -> bytes:
        compiled(layout, version_id)
        return layout.encode(state, version_id)


def compiled(layout: VMState, version_id: int | None) -> None:
    """Compile a layout, unless it is not of this version."""
    with contextlib.suppress(WireError):
        layout.compile_now(version_id)


ENGINES: dict[str, Engine] = {
    "reference": REFERENCE,
    "compiled": Compiled(),
}


@pytest.fixture(scope="session", params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return ENGINES[request.param]


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that other users reach too."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def check_layout(
    engine: Engine, layout: VMState, state: dict[str, Any], data: bytes, version_id: int | None = None
) -> None:
    """Assert that ``state`` and ``data`` are each other's form under ``layout``."""
    assert data == engine.encode(layout, state, version_id)
    assert state == engine.decode(layout, data, version_id)


def check_error(error: Exception, length: int | None = None) -> None:
    """Assert that an error is one line and, of an input of ``length`` bytes, names a place within it."""
    assert 1 == len(str(error).splitlines())
    if length is not None:
        assert isinstance(error, WireError)
        assert 0 <= (error.offset or 0) <= length


def make(name: str = "C", *, bases: tuple[type, ...] = (), mark: Mark = Mark.STANDARD, **members: Any) -> Any:
    """Declare a class of which each member is an annotation, a pair of annotation and default, or a function."""
    annotations: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__annotations__": annotations, "__module__": __name__}
    for member, given in members.items():
        if inspect.isfunction(given):
            namespace[member] = given
        elif isinstance(given, tuple):
            annotations[member], namespace[member] = given
        else:
            annotations[member] = given
    return declare(mark=mark)(type(name, bases, namespace))


# Strategies for declarations themselves.

INTEGERS = {
    "int8": qidl.int8,
    "int16": qidl.int16,
    "int32": qidl.int32,
    "int64": qidl.int64,
    "uint8": qidl.uint8,
    "uint16": qidl.uint16,
    "uint32": qidl.uint32,
    "uint64": qidl.uint64,
    "size": qidl.size_t,
    "target_ulong": qidl.target_ulong,
    "QEMUTimer": qidl.QEMUTimer,
}
"""Every integer type by its name in schemas."""

_COUNTS = ("uint8", "int16", "uint32", "size")

_NAMES = st.from_regex(r"[a-zA-Z_][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: not (keyword.iskeyword(name) or name.startswith(("__", "has_")) or name == "self")
)
_CLASS_NAMES = st.from_regex(r"_?[A-Z][A-Za-z0-9]{0,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)


@st.composite
def declarations(
    draw: st.DrawFn, depth: int = 2, hooks: list[tuple[str, Any]] | None = None, *, rich: bool = False
) -> Any:
    """A declared class: fields of every type and mark, structs up to ``depth`` deep.

    :param rich: with a pointer to the class itself, and text whose size another field says
    :param hooks: where the class's ``pre_save`` and ``post_load`` note that they ran, and on what
    """
    members: dict[str, Any] = {}
    counts: list[str] = []
    own_name = draw(_CLASS_NAMES)
    for name in draw(st.lists(_NAMES, min_size=1, max_size=6, unique=True)):
        kind = draw(st.sampled_from(sorted(_MEMBERS)))
        members |= draw(_MEMBERS[kind](name, counts, depth, hooks))
        if kind == "count":
            counts.append(name)
    if rich:
        members |= draw(_rich(own_name, members, counts))
    members["post_load"] = lambda self: None if hooks is None else hooks.append(("post_load", self))
    members["pre_save"] = lambda self: None if hooks is None else hooks.append(("pre_save", self))
    return make(own_name, **members)


@st.composite
def _rich(draw: st.DrawFn, own_name: str, members: dict[str, Any], counts: list[str]) -> dict[str, Any]:
    pointer, text = draw(st.lists(_NAMES.filter(lambda name: name not in members), min_size=2, max_size=2, unique=True))
    itself = {pointer: (f"{own_name} | None", qidl.optional())}
    sized = {text: (str, qidl.string(7, size=draw(st.sampled_from([4, *counts]))))}
    return draw(st.sampled_from([{}, itself, sized, itself | sized]))


def _integer(name: str, counts: list[str], depth: int, hooks: Any) -> st.SearchStrategy[Any]:
    annotation = st.sampled_from(list(INTEGERS.values()))
    return annotation.flatmap(lambda a: st.sampled_from([{name: a}, {name: (a, 0)}, {name: (a | None, 0)}]))


def _count(name: str, counts: list[str], depth: int, hooks: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(_COUNTS).map(lambda count: {name: (INTEGERS[count], 0)})


def _bool(name: str, counts: list[str], depth: int, hooks: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([{name: bool}, {name: (bool, False)}])


def _text(name: str, counts: list[str], depth: int, hooks: Any) -> st.SearchStrategy[Any]:
    fixed = st.integers(1, 9).map(lambda capacity: {name: (str, qidl.string(capacity))})
    return st.sampled_from([{name: str}, {name: (str, "")}]) | fixed


@st.composite
def _struct(draw: st.DrawFn, name: str, counts: list[str], depth: int, hooks: Any) -> Any:
    cls = draw(declarations(depth - 1, hooks)) if depth else make("Leaf", value=(qidl.uint8, 0))
    forms = [{name: cls}, {name: (cls | None, None)}, {name: (cls | None, qidl.optional())}]
    if _is_plain(cls):
        forms += [
            {name: (cls, qidl.embedded(cls))},
            {name: (list[cls], qidl.array(3))},
            {f"has_{name}": (bool, False), name: (cls, qidl.optional(qidl.embedded(cls)))},
        ]
    return draw(st.sampled_from(forms))


def _is_plain(cls: Any) -> bool:
    """Whether an object can be made without arguments."""
    try:
        cls()
    except TypeError:
        return False
    return True


@st.composite
def _array(draw: st.DrawFn, name: str, counts: list[str], depth: int, hooks: Any) -> Any:
    element = draw(st.sampled_from([*INTEGERS.values(), bool, str]))
    annotation = draw(st.sampled_from([list[element], bytearray]))
    capacity = draw(st.integers(1, 5))
    forms: list[Any] = [(annotation, qidl.array(capacity)), (annotation, qidl.array(size=capacity))]
    forms += [(list[annotation], qidl.array(2, capacity)), (annotation, qidl.array())]
    if counts:
        size = draw(st.sampled_from(counts))
        forms.append((annotation, qidl.array(capacity, size=size)))
        forms.append((annotation, qidl.array(size=size)))
        forms.append((list[annotation], qidl.array(capacity, 2, size=size)))
    form = draw(st.sampled_from(forms))
    if draw(st.booleans()):
        return {f"has_{name}": (bool, False), name: (form[0], qidl.optional(form[1]))}
    return {name: form}


def _optional(name: str, counts: list[str], depth: int, hooks: Any) -> st.SearchStrategy[Any]:
    scalar = st.sampled_from([*INTEGERS.values(), bool, str])
    return scalar.flatmap(
        lambda a: st.sampled_from(
            [
                {name: (a | None, qidl.optional())},
                {f"has_{name}": (bool, False), name: (a, qidl.optional(_ZEROS.get(a, 0)))},
            ]
        )
    )


_ZEROS: dict[Any, Any] = {bool: False, str: ""}


def _unserialised(name: str, counts: list[str], depth: int, hooks: Any) -> st.SearchStrategy[Any]:
    mark = st.sampled_from([qidl.immutable, qidl.derived, qidl.elsewhere, qidl.broken])
    annotation = st.sampled_from([qidl.uint8, str, float, qidl.IRQ | None, dict[str, int] | None])
    opaque = st.sampled_from([(qidl.MemoryRegion | None, None), (list[qidl.IRQ], qidl.array(2))])
    return st.tuples(annotation, mark).map(lambda pair: {name: (pair[0], pair[1]())}) | opaque.map(
        lambda pair: {name: pair}
    )


_MEMBERS = {
    "integer": _integer,
    "count": _count,
    "bool": _bool,
    "text": _text,
    "struct": _struct,
    "array": _array,
    "optional": _optional,
    "unserialised": _unserialised,
}


def _texts(capacity: int | None) -> st.SearchStrategy[str]:
    text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
    return text if capacity is None else text.map(lambda value: value.encode()[: capacity - 1].decode(errors="ignore"))


@st.composite
def objects(draw: st.DrawFn, cls: Any) -> Any:
    """An object of a declared class whose values are those that travel; what does not is as ``cls`` makes it."""
    values: dict[str, Any] = {}
    described = declaration(cls)
    bounds: dict[str, int] = {}
    for field in described.serialised:
        if isinstance(field.type, Array | String) and isinstance(field.type.size, str):
            room = 4 if field.type.capacity is None else field.type.capacity
            bounds[field.type.size] = min(room, bounds.get(field.type.size, room))
    for field in described.serialised:
        present = not field.optional or draw(st.booleans())
        if field.has is not None:
            values[field.has] = present
        if field.name in bounds:
            values[field.name] = draw(st.integers(0, bounds[field.name]))
        elif present:
            values[field.name] = draw(_values(field.type, values))
    return cls(**values)


@st.composite
def _values(draw: st.DrawFn, kind: Any, values: dict[str, Any]) -> Any:
    match kind:
        case Integer(ctype):
            return draw(st.integers(ctype.minimum, ctype.maximum))
        case Boolean():
            return draw(st.booleans())
        case String(capacity, size):
            used = values[size] if isinstance(size, str) else size
            return draw(_texts(capacity if used is None else min(capacity, used + 1)))
        case Struct(described):
            return draw(objects(described.cls))
    length = values[kind.size] if isinstance(kind.size, str) else kind.size
    if length is None:
        length = draw(st.integers(0, 3))
    room = length if kind.capacity is None else kind.capacity
    if kind.is_buffer:
        return bytearray(draw(st.binary(min_size=length, max_size=length)) + bytes(room - length))
    drawn = [draw(_values(kind.element, values)) for _ in range(length)]
    return drawn + [zero(kind.element) for _ in range(room - length)]
