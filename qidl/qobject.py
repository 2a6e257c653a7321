"""QObjects: device state as plain dict, list, int, bool, str and bytes; and as JSON."""

from __future__ import annotations

import json
from typing import Any, Final, TypeVar

from qidl.annotations import CType
from qidl.errors import SchemaError
from qidl.hooks import pre_save
from qidl.kinds import DECLARATION, Declaration, declaration, text_misfit
from qidl.sentences import NO_MEMBER, shown
from qidl.visitor import InputVisitor, Name, OutputVisitor, build, fill as _fill, visit, visit_fields

T = TypeVar("T")

QObject = Any
"""A dict by member name, a list, an int (uint64 in full range), a bool, a str, None;
a ``uint8_t`` array that the declaration holds in a bytearray is bytes."""


def to_qobject(obj: Any) -> dict[str, QObject]:
    """Turn a declared object into a QObject: nested dicts keyed by C field names, in struct order.

    ``pre_save`` runs first. Optional members that are absent are left out; a timer is its
    expiry in ns, -1 when not pending.

    :raises SchemaError: a field does not hold what its declaration says
    """
    try:
        functions = type(obj).__dict__[DECLARATION].functions
        run_hooks, convert = functions["pre_save"], functions["to_qobject"]
    except (LookupError, AttributeError):
        # That does not pay yet, or the class is not declared.
        functions = None
    if functions is None:
        pre_save(obj, declaration(type(obj)))
        return _visited(obj)
    run_hooks(obj)
    try:
        result: dict[str, QObject] = convert(obj)
        return result
    except Exception:
        # Whatever it is, the visitor names it, and the field.
        pass
    return _visited(obj)


def saved(obj: Any) -> dict[str, QObject]:
    """The QObject of a declared object whose hooks have run.

    :raises SchemaError: as :func:`to_qobject`
    """
    try:
        result: dict[str, QObject] = declaration(type(obj)).functions["to_qobject"](obj)
        return result
    except Exception:
        pass
    return _visited(obj)


def _visited(obj: Any) -> dict[str, QObject]:
    visitor = QObjectOutputVisitor()
    visit_fields(obj, visitor)
    result: dict[str, QObject] = visitor.result
    return result


def from_qobject(cls: type[T], qobject: QObject) -> T:
    """Make an object of a declared class from a QObject; ``post_load`` runs last.

    :raises SchemaError: a member is unknown, missing, of the wrong type or out of range
    :raises DeclarationError: the class is not declared
    """
    try:
        functions = cls.__dict__[DECLARATION].functions
        obj: T = functions["from_qobject"](qobject)
        run_hooks = functions["post_load"]
    except Exception:
        # Whatever it is, the visitor names it.
        pass
    else:
        run_hooks(obj)
        return obj
    return build(cls, QObjectInputVisitor(qobject, declaration(cls).name))


def fill(obj: Any, qobject: QObject) -> None:
    """Load a QObject into an existing object, whose unserialised fields stay as they are.

    :raises SchemaError: as :func:`from_qobject`; then the object is unchanged
    """
    _fill(obj, QObjectInputVisitor(qobject, type(obj).__name__))


def to_json(obj: Any, *, indent: int | None = None) -> str:
    """Turn a declared object into JSON text; bytes become lists of integers."""
    visitor = JSONOutputVisitor()
    visit(obj, visitor)
    return json.dumps(visitor.result, indent=indent)


def from_json(cls: type[T], text: str | bytes) -> T:
    """Make an object of a declared class from JSON text.

    :raises SchemaError: the text is not JSON, or not of the class
    """
    return from_qobject(cls, parse_json(text))


def parse_json(text: str | bytes) -> QObject:
    """Parse JSON text strictly: no NaN, no member twice.

    :raises SchemaError: the text is not such JSON
    """

    def members(pairs: list[tuple[str, QObject]]) -> dict[str, QObject]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise SchemaError("JSON: expected each member once, found one twice")
        return found

    def constant(name: str) -> QObject:
        raise SchemaError(f"JSON: expected a number, found {name}")

    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"JSON: {error}") from None


class QObjectOutputVisitor(OutputVisitor):
    """Builds a QObject.

    :ivar result: the QObject, once the walk is over
    """

    def __init__(self) -> None:
        self.result: QObject = None
        self._open: list[dict[str, QObject] | list[QObject]] = []

    def _put(self, name: Name, value: QObject) -> None:
        if not self._open:
            self.result = value
            return
        within = self._open[-1]
        if isinstance(within, dict):
            within[str(name)] = value
        else:
            within.append(value)

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        struct: dict[str, QObject] = {}
        self._put(name, struct)
        self._open.append(struct)

    def end_struct(self) -> None:
        self._open.pop()

    def start_list(self, name: Name, length: int) -> None:
        elements: list[QObject] = []
        self._put(name, elements)
        self._open.append(elements)

    def end_list(self) -> None:
        self._open.pop()

    def type_int(self, name: Name, value: int, ctype: CType) -> None:
        self._put(name, value)

    def type_bool(self, name: Name, value: bool) -> None:
        self._put(name, value)

    def type_str(self, name: Name, value: str) -> None:
        self._put(name, value)

    def type_buffer(self, name: Name, value: bytes) -> None:
        self._put(name, value)


class JSONOutputVisitor(QObjectOutputVisitor):
    """Builds what JSON can hold: bytes become lists of integers."""

    def type_buffer(self, name: Name, value: bytes) -> None:
        self._put(name, list(value))


class QObjectInputVisitor(InputVisitor):
    """Takes a QObject apart, strictly: every member must be asked for, and be what is asked.

    :param qobject: where the values are taken from
    :param root: what errors call the whole
    """

    def __init__(self, qobject: QObject, root: str = "") -> None:
        self._qobject = qobject
        self._open: list[tuple[Any, set[str]]] = []
        self._path: list[Name] = [root]

    def error(self, name: Name, expected: str, found: str) -> SchemaError:
        path = ""
        for part in (*self._path, name):
            if isinstance(part, int):
                path += f"[{part}]"
            elif part:
                path += f".{part}" if path else part
        if len(path) > _LONGEST_PATH:
            half = _LONGEST_PATH // 2
            path = f"{path[:half]}...{path[-half:]}"
        return SchemaError(f"{path}: expected {expected}, found {found}")

    def _get(self, name: Name) -> QObject:
        if not self._open:
            return self._qobject
        within, asked = self._open[-1]
        if isinstance(name, int):
            return within[name]
        if name not in within:
            raise self.error(name, "a value", NO_MEMBER)
        asked.add(str(name))
        return within[name]

    def start_struct(self, name: Name, declaration: Declaration) -> None:
        value = self._get(name)
        if not isinstance(value, dict):
            raise self.error(name, declaration.name, _shown(value))
        self._open.append((value, set()))
        self._path.append(name)

    def end_struct(self) -> None:
        within, asked = self._open.pop()
        for name in within:
            if name not in asked:
                raise self.error(_member(name), NO_MEMBER, _shown(within[name]))
        self._path.pop()

    def start_list(self, name: Name) -> int:
        value = self._get(name)
        if not isinstance(value, list | tuple | bytes | bytearray):
            raise self.error(name, "a list", _shown(value))
        self._open.append((value, set()))
        self._path.append(name)
        return len(value)

    def end_list(self) -> None:
        self._open.pop()
        self._path.pop()

    def optional(self, name: Name) -> bool:
        return name in self._open[-1][0]

    def type_int(self, name: Name, ctype: CType) -> int:
        value = self._get(name)
        if type(value) is not int or not ctype.minimum <= value <= ctype.maximum:
            raise self.error(name, f"{ctype.name} ({ctype.minimum}..{ctype.maximum})", _shown(value))
        return value

    def type_bool(self, name: Name) -> bool:
        value = self._get(name)
        if type(value) is not bool:
            raise self.error(name, "bool", _shown(value))
        return value

    def type_str(self, name: Name, capacity: int | None) -> str:
        value = self._get(name)
        if not isinstance(value, str):
            raise self.error(name, "str", _shown(value))
        problem = text_misfit(value, capacity)
        if problem is not None:
            raise self.error(name, *problem)
        return value

    def type_buffer(self, name: Name) -> bytes:
        value = self._get(name)
        if isinstance(value, bytes | bytearray):
            return bytes(value)
        if not isinstance(value, list | tuple):
            raise self.error(name, "bytes", _shown(value))
        for index, byte in enumerate(value):
            if type(byte) is not int or not 0 <= byte <= 255:
                self._path.append(name)
                raise self.error(index, "uint8 (0..255)", _shown(byte))
        return bytes(value)


def _shown(value: object) -> str:
    is_scalar = value is None or isinstance(value, int | float | str)
    return shown(value) if is_scalar else f"a {type(value).__name__}"


def _member(name: object) -> str:
    """What an unknown member is called in an error, which has to stay one short line."""
    if isinstance(name, str) and name.isprintable() and len(name) <= _LONGEST_NAME:
        return name
    return _shown(name)


_LONGEST_NAME: Final = 40
_LONGEST_PATH: Final = 160
