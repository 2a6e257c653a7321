"""A Python declaration as the C that would declare it."""

from __future__ import annotations

from typing import Final

from qidl.annotations import Mark, Property
from qidl.cparse.printer import print_struct
from qidl.cparse.tree import SHIPPED_IMMUTABLE_TYPES, Annotation, Member, Nested, StructDeclaration, Tokens
from qidl.cparse.words import BUILTIN_TYPES, KEYWORDS
from qidl.declaration import Array, Boolean, Field, Integer, String, Struct, Type, Unserialised, declaration
from qidl.errors import DeclarationError

_OPAQUE: Final = {name: name for name in SHIPPED_IMMUTABLE_TYPES if name != "qemu_irq"} | {"IRQ": "qemu_irq"}
_PYTHON_TYPES: Final = {"bytes": "uint8_t", "bytearray": "uint8_t", "str": "char", "int": "int"}


def emit(*classes: type) -> str:
    """Print the C that declares classes: the typedefs first, then a ``QIDL_DECLARE`` for each.

    The schema of the result is that of the classes. Where a class leaves an optional field's
    presence to None, the C struct gets the ``has_`` member that it needs.
    A field of a type that qidl does not know, which cannot be serialised, becomes a pointer.
    A list of any length becomes a linked list, marked broken: the C language has no word for it.

    :raises DeclarationError: a class is not declared, or a name in it is a keyword of C
    """
    structs = [struct_of(cls) for cls in classes]
    typedefs = "".join(f"typedef struct {struct.id} {struct.id};\n" for struct in structs)
    return "\n".join([typedefs, *(print_struct(struct) for struct in structs)])


def struct_of(cls: type) -> StructDeclaration:
    """Return the tree of the C that declares a class.

    :raises DeclarationError: the class is not declared, or a name in it is a keyword of C
    """
    described = declaration(cls)
    members: list[Member] = []
    for field in described.fields:
        if field.name in KEYWORDS or field.name in BUILTIN_TYPES:
            raise DeclarationError(f"{described.name}.{field.name}: expected a name that C can have, found a keyword")
        if field.optional and field.has is None:
            # Whether the key is there says the same.
            members.append(Member(f"has_{field.name}", "bool", before=(Annotation("elsewhere"),)))
        members.append(_member(field))
    comment = (cls.__doc__ or "").strip().partition("\n")[0]
    return StructDeclaration(described.name, described.name, members=tuple(members), comment=comment)


def _member(field: Field) -> Member:
    kind = field.type
    if isinstance(kind, Array) and kind.size is None:
        return _linked_list(field, kind)
    dimensions: list[Tokens] = []
    before = _treatment(field)
    if isinstance(kind, Array):
        before += _size(kind)
    pointers = int(isinstance(kind, Array) and kind.capacity is None)
    while isinstance(kind, Array):
        if kind.capacity is not None:
            dimensions.append((str(kind.capacity),))
        kind = kind.element
    if isinstance(kind, String) and kind.capacity is not None:
        before += (Annotation("string"),)
        dimensions.append((str(kind.capacity),))
    name, stars = _c_type(kind)
    by_pointer = isinstance(kind, Struct) and field.is_pointer and not dimensions
    return Member(
        field.name,
        name,
        pointers=max(pointers, int(by_pointer)) + stars,
        dimensions=tuple(dimensions),
        before=before,
        comment=field.reason,
    )


def _linked_list(field: Field, kind: Array) -> Member:
    name, stars = _c_type(kind.element)
    before = _treatment(field) if not field.serialised else (Annotation("broken"),)
    return Member(field.name, nested=Nested("QTAILQ_HEAD", "", (",", name, *"*" * stars)), before=before)


def _treatment(field: Field) -> tuple[Annotation, ...]:
    found: list[Annotation] = []
    for entry in field.properties:
        found += [Annotation("immutable"), Annotation("property", _arguments(entry))]
    opaque = isinstance(field.type, Unserialised) and field.type.name in _OPAQUE and field.mark is Mark.IMMUTABLE
    if field.mark is not Mark.STANDARD and not found and not opaque:
        found.append(Annotation(field.mark.value))
    if field.optional:
        found.append(Annotation("optional"))
    return tuple(found)


def _arguments(entry: Property) -> Tokens:
    tokens = [f'"{entry.name}"']
    if entry.bit is not None:
        tokens += [",", str(entry.bit), ",", _literal(bool(entry.default))]
    elif entry.default is not None:
        tokens += [",", _literal(entry.default)]
    return tuple(tokens)


def _literal(value: int | bool | str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _size(kind: Array) -> tuple[Annotation, ...]:
    """The q_size of an array; none where the brackets say it."""
    if kind.size == kind.capacity:
        return ()
    return (Annotation("standard"), Annotation("size_is", (str(kind.size),)))


def _c_type(kind: Type) -> tuple[str, int]:
    """The name of a C type, and the stars that belong to it."""
    match kind:
        case Integer(ctype):
            name, star, _ = ctype.c.partition(" *")
            return name, len(star) // 2
        case Boolean():
            return "bool", 0
        case String(capacity):
            return "char", int(capacity is None)
        case Struct(described):
            return described.name, 0
        case Unserialised(name):
            name = name.removesuffix(" | None")
            known = _OPAQUE.get(name) or _PYTHON_TYPES.get(name) or (name if _is_class(name) else "void")
            return known, int(known != "qemu_irq")
    raise AssertionError(kind)


def _is_class(name: str) -> bool:
    return name.isidentifier() and name[0].isupper()
