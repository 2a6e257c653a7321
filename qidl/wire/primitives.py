"""What a VMState is made of: integers, buffers, arrays, checks and conditions, each a construct.

All integers are big-endian. Every form reads from a :class:`Reader`, checks before it
allocates, and raises :class:`~qidl.errors.WireError` with the field's path and offset.
"""

from __future__ import annotations

from qidl.sentences import shown
from qidl.wire.arrays import Array, Listed
from qidl.wire.buffers import Buffer, Unused
from qidl.wire.checks import AtLeast, Bits, Check, Checked, Equal, OneOf, Range, Validated
from qidl.wire.conditions import Again, Before, Conditional, Only, Since, When
from qidl.wire.integers import Bool, Boolean, Int8, Int16, Int32, Int64, Integer, Timer, UInt8, UInt16, UInt32, UInt64
from qidl.wire.measures import function_name, measure, minimum_size
from qidl.wire.reader import Path, Reader, State, Writer, as_bytes

__all__ = [
    "Again",
    "Array",
    "AtLeast",
    "Before",
    "Bits",
    "Bool",
    "Boolean",
    "Buffer",
    "Check",
    "Checked",
    "Conditional",
    "Equal",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "Integer",
    "Listed",
    "OneOf",
    "Only",
    "Path",
    "Range",
    "Reader",
    "Since",
    "State",
    "Timer",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Unused",
    "Validated",
    "When",
    "Writer",
    "as_bytes",
    "function_name",
    "measure",
    "minimum_size",
    "shown",
]
