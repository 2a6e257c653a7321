"""From the names of C types to those of a QAPI schema."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "_Bool": "bool",
    "int": "int32",
    "unsigned int": "uint32",
    "unsigned": "uint32",
    "unsigned char": "uint8",
    # As wide as the host makes it, and the schema says no more.
    "unsigned long": "long",
    "char": "uint8",
}

_MORE_NAMES: Final = {
    "signed char": "int8",
    "short": "int16",
    "unsigned short": "uint16",
    "long long": "int64",
    "unsigned long long": "uint64",
}
"""Names that the tool of 2012 passed on as they are, or could not read."""


def schema_type(c_type: str, *, is_pointer: bool, as_2012: bool = False) -> str:
    """Name a C type as a schema does: ``uint8_t`` → ``uint8``, ``struct tm`` → ``tm``, ``char *`` → ``str``.

    A pointer to anything but char is named like what it points to. A name that is not known stays as it is.
    """
    if c_type.endswith("_t"):
        return c_type[: -len("_t")]
    if c_type.startswith("struct "):
        return c_type.removeprefix("struct ")
    if c_type.startswith("enum "):
        return "int"
    if c_type.endswith("char") and is_pointer:
        return "str"
    if not as_2012 and c_type in _MORE_NAMES:
        return _MORE_NAMES[c_type]
    return _NAMES.get(c_type, c_type)
