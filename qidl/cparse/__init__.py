"""The C front end: QIDL declarations in C source become trees, schemas, Python classes, and C again.

>>> unit = parse("QIDL_DECLARE(Fifo) { uint32_t count; uint8_t q_size(count) data[16]; };")
>>> [declaration.name for declaration in unit.declarations]
['Fifo']

From text to meaning: :mod:`~qidl.cparse.lexer`, :mod:`~qidl.cparse.parser`, :mod:`~qidl.cparse.tree`,
:mod:`~qidl.cparse.meaning`.
"""

from __future__ import annotations

from qidl.cparse.emit import emit
from qidl.cparse.generate import generate
from qidl.cparse.load import load_classes
from qidl.cparse.parser import parse, parse_strict
from qidl.cparse.printer import print_struct
from qidl.cparse.properties import PropertyEntry, properties
from qidl.cparse.schemas import schemas, schemas_json, schemas_text
from qidl.cparse.source import CSourceError, Place, Problem
from qidl.cparse.tree import Annotation, Implementation, Member, Nested, StructDeclaration, Unit

__all__ = [
    "Annotation",
    "CSourceError",
    "Implementation",
    "Member",
    "Nested",
    "Place",
    "Problem",
    "PropertyEntry",
    "StructDeclaration",
    "Unit",
    "emit",
    "generate",
    "load_classes",
    "parse",
    "parse_strict",
    "print_struct",
    "properties",
    "schemas",
    "schemas_json",
    "schemas_text",
]
