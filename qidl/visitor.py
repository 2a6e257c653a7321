"""The visitor core: walks a declared object, or builds one, and tells a visitor what it meets.

The vocabulary is QAPI's: ``start_struct``, ``start_list``, ``type_uint8``, ``optional``, …
The core knows declarations; a visitor knows one outside form (a QObject, JSON, a hash) and
nothing of devices. An :class:`OutputVisitor` is handed each value; an :class:`InputVisitor`
is asked for it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, TypeVar

import attrs

from qidl.annotations import CType
from qidl.errors import SchemaError
from qidl.hooks import DEEPEST, pre_save
from qidl.kinds import (
    Array,
    Boolean,
    Declaration,
    Integer,
    Misfit,
    String,
    Struct,
    Type,
    declaration,
    misfit,
    shown,
    text_misfit,
    zero,
)

T = TypeVar("T")

Name = str | int | None
"""What a value is called where it stands: a member's name, an element's index, None at the top."""


class OutputVisitor:
    """Is told of every serialised value of an object, in the order of the struct.

    A visitor of one's own overrides what it cares for. Integers of every width reach
    :meth:`type_int` unless their own method (``type_uint8`` …) is defined.
    """

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        """A struct begins; its members follow."""

    def end_struct(self) -> None:
        """The struct that began last is complete."""

    def start_list(self, name: Name, length: int) -> None:
        """A list of ``length`` elements begins; each is visited with its index as name."""

    def end_list(self) -> None:
        """The list that began last is complete."""

    def optional(self, name: Name, present: bool) -> None:
        """An optional member is met; it is visited next if it is present."""

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        """An integer of the C type given; a timer's is its expiry in ns, -1 if not pending."""

    def type_bool(self, name: Name, value: bool) -> None:
        """A ``bool``."""

    def type_str(self, name: Name, value: str) -> None:
        """Text."""

    def type_buffer(self, name: Name, value: bytes) -> None:
        """A ``uint8_t`` array held as bytes; as a list of integers unless overridden."""
        self.start_list(name, len(value))
        for index, byte in enumerate(value):
            self.type_int(index, byte, _UINT8)
        self.end_list()


class InputVisitor:
    """Is asked for every serialised value of a declaration, in the order of the struct.

    Every method may raise :class:`~qidl.errors.SchemaError`; then nothing of the object is changed.
    """

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        """A struct is wanted."""
        raise NotImplementedError

    def end_struct(self) -> None:
        """Nothing more is wanted of the struct that began last."""
        raise NotImplementedError

    def start_list(self, name: Name) -> int:
        """A list is wanted; returns its length."""
        raise NotImplementedError

    def end_list(self) -> None:
        """Nothing more is wanted of the list that began last."""
        raise NotImplementedError

    def optional(self, name: Name) -> bool:
        """Whether an optional member is present; it is asked for next if so."""
        raise NotImplementedError

    def type_int(self, name: Name, ctype: CType) -> int:
        """An integer within the range of the C type."""
        raise NotImplementedError

    def type_bool(self, name: Name) -> bool:
        """A ``bool``."""
        raise NotImplementedError

    def type_str(self, name: Name, capacity: int | None) -> str:
        """Text, of at most ``capacity`` - 1 bytes where that is not None."""
        raise NotImplementedError

    def type_buffer(self, name: Name) -> bytes:
        """A ``uint8_t`` array as bytes."""
        raise NotImplementedError

    def error(self, name: Name, expected: str, found: str) -> SchemaError:
        """The error that says where the input falls short."""
        return SchemaError(f"{name}: expected {expected}, found {found}")


_UINT8 = CType("uint8", "uint8_t", 1, False)

_NOT_DEEPER: Final = f"at most {DEEPEST} structs within one another"


def visit(obj: Any, visitor: OutputVisitor) -> None:
    """Walk a declared object: every ``pre_save`` first, from the outside in, then every serialised field.

    :raises SchemaError: a field does not hold what its declaration says
    :raises DeclarationError: the object's class is not declared
    """
    described = declaration(type(obj))
    pre_save(obj, described)
    _visit_struct(obj, described, visitor, None, type(obj).__name__)


def _visit_struct(obj: Any, described: Declaration, visitor: OutputVisitor, name: Name, path: str) -> None:
    # A path has a point for every struct within another.
    if path.count(".") > DEEPEST:
        raise SchemaError(f"{path.partition('.')[0]}: expected {_NOT_DEEPER}, found another")
    visitor.start_struct(name, described)
    for field in described.serialised:
        value = getattr(obj, field.name)
        here = f"{path}.{field.name}"
        if field.optional:
            present = bool(getattr(obj, field.has)) if field.has else value is not None
            visitor.optional(field.name, present)
            if not present:
                continue
        _visit_value(value, field.type, visitor, field.name, here, obj)
    visitor.end_struct()


def _visit_value(value: Any, kind: Type, visitor: OutputVisitor, name: Name, path: str, owner: Any) -> None:
    match kind:
        case Integer(ctype):
            _check(path, misfit(kind, value))
            method = getattr(visitor, f"type_{ctype.name}", None)
            if method is not None:
                method(name, value)
            else:
                visitor.type_int(name, value, ctype)
        case Boolean():
            _check(path, misfit(kind, value))
            visitor.type_bool(name, value)
        case String():
            if not isinstance(value, str):
                raise _wrong(path, "str", value)
            length = _length(kind, owner)
            _check(path, _size_misfit(kind, length))
            _check(path, text_misfit(value, _room(kind, length)))
            visitor.type_str(name, value)
        case Struct(described):
            # A subclass would be saved with fields that nothing could load.
            if type(value) is not described.cls:
                raise _wrong(path, described.name, value)
            _visit_struct(value, described, visitor, name, path)
        case Array():
            _visit_array(value, kind, visitor, name, path, owner)


def _visit_array(value: Any, kind: Array, visitor: OutputVisitor, name: Name, path: str, owner: Any) -> None:
    length = _length(kind, owner)
    if length is None and isinstance(value, bytearray | bytes | list):
        length = len(value)
    if kind.is_buffer:
        if not isinstance(value, bytearray | bytes):
            raise _wrong(path, "bytearray", value)
    elif not isinstance(value, list):
        raise _wrong(path, "list", value)
    if not 0 <= length <= len(value):
        raise SchemaError(f"{path}: expected {length} elements, found {len(value)}")
    _check(path, _size_misfit(kind, length))
    if kind.is_buffer:
        visitor.type_buffer(name, bytes(value[:length]))
        return
    visitor.start_list(name, length)
    for index in range(length):
        _visit_value(value[index], kind.element, visitor, index, f"{path}[{index}]", owner)
    visitor.end_list()


def _length(kind: Array | String, owner: Any) -> Any:
    return getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size


def _size_misfit(kind: Array | String, length: int | None) -> Misfit:
    """Whether there is room for as much as a size says."""
    if kind.capacity is None or length is None or 0 <= length <= kind.capacity:
        return None
    what = "elements" if isinstance(kind, Array) else "bytes"
    return f"at most {kind.capacity} {what}", f"{kind.size} = {length}"


def _room(kind: String, length: int | None) -> int | None:
    """Bytes for text and its NUL, no more than a size allows."""
    if kind.capacity is None or length is None:
        return kind.capacity
    return min(kind.capacity, length + 1)


@attrs.define
class _Loaded:
    """The values of a struct as they came in, checked before they are put into an object.

    :ivar depth: structs that it is within
    :ivar obj: the object, as soon as it has the values
    """

    declaration: Declaration
    values: dict[str, Any]
    depth: int
    obj: Any = None


def build(cls: type[T], visitor: InputVisitor) -> T:
    """Make a new object of a declared class from what a visitor gives; ``post_load`` runs last.

    :raises SchemaError: the visitor gives something else than the declaration asks for
    """
    loaded = _load(cls, visitor)
    made: T = _make(loaded)
    _post_load(loaded)
    return made


def fill(obj: Any, visitor: InputVisitor) -> None:
    """Load into an existing object: fields that are not serialised keep their values; ``post_load`` runs last.

    The input is checked whole before the object is touched.

    :raises SchemaError: the visitor gives something else than the declaration asks for
    """
    loaded = _load(type(obj), visitor)
    _assign(obj, loaded)
    _post_load(loaded)


def _load(cls: type, visitor: InputVisitor) -> _Loaded:
    return _load_struct(declaration(cls), visitor, None, 0)


def _load_struct(described: Declaration, visitor: InputVisitor, name: Name, depth: int) -> _Loaded:
    if depth > DEEPEST:
        raise visitor.error(name, _NOT_DEEPER, "another")
    visitor.start_struct(name, described)
    loaded = _Loaded(described, {}, depth)
    for field in described.serialised:
        if field.optional:
            present = visitor.optional(field.name)
            if not present:
                loaded.values[field.name] = None
                continue
        loaded.values[field.name] = _load_value(field.type, visitor, field.name, loaded)
    visitor.end_struct()
    return loaded


def _load_value(kind: Type, visitor: InputVisitor, name: Name, within: _Loaded) -> Any:
    match kind:
        case Integer(ctype):
            return visitor.type_int(name, ctype)
        case Boolean():
            return visitor.type_bool(name)
        case String():
            return visitor.type_str(name, _room(kind, _loaded_length(kind, visitor, name, within)))
        case Struct(described):
            return _load_struct(described, visitor, name, within.depth + 1)
        case Array():
            return _load_array(kind, visitor, name, within)
    raise AssertionError(kind)


def _load_array(kind: Array, visitor: InputVisitor, name: Name, within: _Loaded) -> Any:
    length = _loaded_length(kind, visitor, name, within)
    if kind.is_buffer:
        data = visitor.type_buffer(name)
        if length is not None and len(data) != length:
            raise visitor.error(name, f"{length} bytes", f"{len(data)}")
        return data
    given = visitor.start_list(name)
    if length is None:
        length = given
    if given != length:
        raise visitor.error(None, f"{length} elements", f"{given}")
    loaded = [_load_value(kind.element, visitor, index, within) for index in range(length)]
    visitor.end_list()
    return loaded


def _loaded_length(kind: Array | String, visitor: InputVisitor, name: Name, within: _Loaded) -> Any:
    length = within.values[kind.size] if isinstance(kind.size, str) else kind.size
    problem = _size_misfit(kind, length)
    if problem is not None:
        raise visitor.error(name, *problem)
    return length


def _make(loaded: _Loaded) -> Any:
    """A new object: what its class requires goes through ``__init__``, the rest is assigned."""
    cls: Any = loaded.declaration.cls
    required = {a.name for a in attrs.fields(cls) if a.init and a.default is attrs.NOTHING}
    fields = (field for field in loaded.declaration.serialised if field.name in required)
    given = {field.name: _merge(field.type, None, loaded.values[field.name]) for field in fields}
    obj = cls(**given)
    _assign(obj, loaded, given)
    return obj


def _assign(obj: Any, loaded: _Loaded, done: Collection[str] = ()) -> None:
    """Put values into an object, but for those that it was made of."""
    loaded.obj = obj
    for field in loaded.declaration.serialised:
        value = loaded.values[field.name]
        if field.optional and field.has is not None:
            setattr(obj, field.has, value is not None)
            if value is None:
                continue
        if field.name not in done:
            setattr(obj, field.name, _merge(field.type, getattr(obj, field.name), value))


def _merge(kind: Type, present: Any, value: Any) -> Any:
    """What a field holds after loading: structs are filled where they are, arrays keep what is beyond their size."""
    if isinstance(value, _Loaded):
        if present is None:
            return _make(value)
        _assign(present, value)
        return present
    if not isinstance(kind, Array) or value is None:
        return value
    if kind.is_buffer:
        tail = (present or b"")[len(value) :] if kind.capacity is not None else b""
        return (bytearray(value) + tail).ljust(kind.capacity or 0, b"\0")
    before: list[Any] = present or []
    merged = [
        _merge(kind.element, before[index] if index < len(before) else None, element)
        for index, element in enumerate(value)
    ]
    if kind.capacity is not None:
        merged += before[len(merged) :]
        merged += [zero(kind.element) for _ in range(kind.capacity - len(merged))]
    return merged


def _post_load(loaded: _Loaded) -> None:
    """Run the hooks, once all is loaded: from the inside out, in the order of the struct."""
    for field in loaded.declaration.serialised:
        _post_load_value(field.type, loaded.values[field.name])
    hook = getattr(loaded.obj, "post_load", None)
    if hook is not None:
        hook()


def _post_load_value(kind: Type, value: Any) -> None:
    if isinstance(value, _Loaded):
        _post_load(value)
    elif isinstance(kind, Array) and isinstance(kind.element, Array | Struct) and value is not None:
        for element in value:
            _post_load_value(kind.element, element)


def _check(path: str, problem: Misfit) -> None:
    if problem is not None:
        raise SchemaError(f"{path}: expected {problem[0]}, found {problem[1]}")


def _wrong(path: str, expected: str, value: object) -> SchemaError:
    return SchemaError(f"{path}: expected {expected}, found {shown(value)}")
