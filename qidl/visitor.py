"""The visitor core: walks a declared object, or builds one, and tells a visitor what it meets.

The vocabulary is QAPI's: ``start_struct``, ``start_list``, ``type_uint8``, ``optional``, …
The core knows declarations; a visitor knows one outside form (a QObject, JSON, a hash) and
nothing of devices. An :class:`OutputVisitor` is handed each value; an :class:`InputVisitor`
is asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from qidl.annotations import CType
from qidl.declaration import Array, Boolean, Declaration, Integer, String, Struct, Type, declaration, zero
from qidl.errors import SchemaError

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


def visit(obj: Any, visitor: OutputVisitor) -> None:
    """Walk a declared object: ``pre_save`` first, then every serialised field.

    :raises SchemaError: a field does not hold what its declaration says
    :raises DeclarationError: the object's class is not declared
    """
    _visit_struct(obj, declaration(type(obj)), visitor, None, type(obj).__name__)


def _visit_struct(obj: Any, described: Declaration, visitor: OutputVisitor, name: Name, path: str) -> None:
    hook = getattr(obj, "pre_save", None)
    if hook is not None:
        hook()
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
            if type(value) is not int or not ctype.minimum <= value <= ctype.maximum:
                raise _wrong(path, _range(ctype), value)
            method = getattr(visitor, f"type_{ctype.name}", None)
            if method is not None:
                method(name, value)
            else:
                visitor.type_int(name, value, ctype)
        case Boolean():
            if type(value) is not bool:
                raise _wrong(path, "bool", value)
            visitor.type_bool(name, value)
        case String(capacity):
            if not isinstance(value, str):
                raise _wrong(path, "str", value)
            check_text(value, capacity, lambda asked, found: SchemaError(f"{path}: expected {asked}, found {found}"))
            visitor.type_str(name, value)
        case Struct(described):
            if not isinstance(value, described.cls):
                raise _wrong(path, described.name, value)
            _visit_struct(value, declaration(type(value)), visitor, name, path)
        case Array():
            _visit_array(value, kind, visitor, name, path, owner)


def _visit_array(value: Any, kind: Array, visitor: OutputVisitor, name: Name, path: str, owner: Any) -> None:
    length: Any = getattr(owner, kind.size) if isinstance(kind.size, str) else kind.size
    if length is None and isinstance(value, bytearray | bytes | list):
        length = len(value)
    if kind.is_buffer:
        if not isinstance(value, bytearray | bytes):
            raise _wrong(path, "bytearray", value)
    elif not isinstance(value, list):
        raise _wrong(path, "list", value)
    if not 0 <= length <= len(value):
        raise SchemaError(f"{path}: expected {length} elements, found {len(value)}")
    if kind.is_buffer:
        visitor.type_buffer(name, bytes(value[:length]))
        return
    visitor.start_list(name, length)
    for index in range(length):
        _visit_value(value[index], kind.element, visitor, index, f"{path}[{index}]", owner)
    visitor.end_list()


@attrs.define
class _Loaded:
    """The values of a struct as they came in, checked but not yet put into an object."""

    declaration: Declaration
    values: dict[str, Any]


def build(cls: type[T], visitor: InputVisitor) -> T:
    """Make a new object of a declared class from what a visitor gives; ``post_load`` runs last.

    :raises SchemaError: the visitor gives something else than the declaration asks for
    """
    made: T = _make(_load_struct(declaration(cls), visitor, None))
    return made


def fill(obj: Any, visitor: InputVisitor) -> None:
    """Load into an existing object: fields that are not serialised keep their values; ``post_load`` runs last.

    The input is checked whole before the object is touched.

    :raises SchemaError: the visitor gives something else than the declaration asks for
    """
    _assign(obj, _load_struct(declaration(type(obj)), visitor, None))


def _load_struct(described: Declaration, visitor: InputVisitor, name: Name) -> _Loaded:
    visitor.start_struct(name, described)
    values: dict[str, Any] = {}
    for field in described.serialised:
        if field.optional:
            present = visitor.optional(field.name)
            if not present:
                values[field.name] = None
                continue
        values[field.name] = _load_value(field.type, visitor, field.name, values)
    visitor.end_struct()
    return _Loaded(described, values)


def _load_value(kind: Type, visitor: InputVisitor, name: Name, values: Mapping[str, Any]) -> Any:
    match kind:
        case Integer(ctype):
            return visitor.type_int(name, ctype)
        case Boolean():
            return visitor.type_bool(name)
        case String(capacity):
            return visitor.type_str(name, capacity)
        case Struct(described):
            return _load_struct(described, visitor, name)
        case Array():
            return _load_array(kind, visitor, name, values)
    raise AssertionError(kind)


def _load_array(kind: Array, visitor: InputVisitor, name: Name, values: Mapping[str, Any]) -> Any:
    length: Any = values[kind.size] if isinstance(kind.size, str) else kind.size
    if kind.capacity is not None and not 0 <= length <= kind.capacity:
        raise visitor.error(name, f"at most {kind.capacity} elements", f"{kind.size} = {length}")
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
    loaded = [_load_value(kind.element, visitor, index, values) for index in range(length)]
    visitor.end_list()
    return loaded


def _make(loaded: _Loaded) -> Any:
    """A new object: what its class requires goes through ``__init__``, the rest is assigned."""
    cls: Any = loaded.declaration.cls
    required = [a.name for a in attrs.fields(cls) if a.init and a.default is attrs.NOTHING]
    obj = cls(**dict.fromkeys(required))
    _assign(obj, loaded)
    return obj


def _assign(obj: Any, loaded: _Loaded) -> None:
    for field in loaded.declaration.serialised:
        value = loaded.values[field.name]
        if field.optional and field.has is not None:
            setattr(obj, field.has, value is not None)
            if value is None:
                continue
        setattr(obj, field.name, _merge(field.type, getattr(obj, field.name), value))
    hook = getattr(obj, "post_load", None)
    if hook is not None:
        hook()


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
        tail = present[len(value) :] if present is not None and kind.capacity is not None else b""
        return bytearray(value) + tail
    before: list[Any] = present or []
    merged = [
        _merge(kind.element, before[index] if index < len(before) else None, element)
        for index, element in enumerate(value)
    ]
    if kind.capacity is not None:
        merged += before[len(merged) :]
        merged += [zero(kind.element) for _ in range(kind.capacity - len(merged))]
    return merged


def check_text(value: str, capacity: int | None, error: Callable[[str, str], SchemaError]) -> None:
    """Refuse text that a ``char[capacity]`` could not hold with its terminator.

    :raises SchemaError: made by ``error`` from what was expected and what was found
    """
    try:
        length = len(value.encode())
    except UnicodeEncodeError:
        raise error("text", ascii(value)[:40]) from None
    if "\0" in value:
        raise error("text without NUL", repr(value)[:40])
    if capacity is not None and length >= capacity:
        raise error(f"at most {capacity - 1} bytes of text", f"{length}")


def _range(ctype: CType) -> str:
    return f"{ctype.name} ({ctype.minimum}..{ctype.maximum})"


def _wrong(path: str, expected: str, value: object) -> SchemaError:
    shown = repr(value) if isinstance(value, int | float | bool | str | None) else type(value).__name__
    return SchemaError(f"{path}: expected {expected}, found {shown[:40]}")
