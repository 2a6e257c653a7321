"""What a compiled function could let through that the reference refuses, since nothing behind it would go wrong."""

from __future__ import annotations

from typing import Any

import pytest
from vmstates import header, layout, subsection

from qidl.generating.source import left_to_reference
from qidl.limits import LIMITS
from qidl.wire.compiled import compile_function
from qidl.wire.primitives import Array, Buffer, Int8, Int16, UInt8, UInt16
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

ENTRY = subsection("e", "a" / UInt8)
MORE = header("e1")
"""What a loading QEMU takes for a subsection of an entry, with as short a name as there can be."""

PAYLOADS: dict[str, tuple[VMState, bytes]] = {
    "negative count": (layout("n" / Int8, "x" / Array("n", UInt8), "y" / UInt8), b"\xff"),
    "negative count of wide ones": (layout("n" / Int16, "x" / Array("n", UInt16), "y" / UInt16), b"\xff\xff"),
    "negative count of structs": (layout("n" / Int8, "x" / Array("n", ENTRY), "y" / UInt8), b"\xff"),
    "negative length": (layout("n" / Int8, "x" / Buffer("n"), "y" / UInt8), b"\xff"),
    "subsection of one": (layout("x" / ENTRY, "y" / Buffer(8)), b"\1" + MORE),
    "subsection of the last": (layout("x" / Array(3, ENTRY), "y" / Buffer(8)), b"\1\2\3" + MORE),
    "subsection of one of many": (
        layout("n" / UInt8, "x" / Array("n", ENTRY), "y" / Buffer(3)),
        b"\x0c" + b"\1" + MORE + b"\2\3\4" + b"abc",
    ),
    **{
        f"subsection of number {place} at uneven distances": (
            layout(*("a" / ENTRY, "b" / ENTRY, "c" / UInt16, "d" / ENTRY, "f" / Buffer(16))),
            (data := bytes(end) + MORE) + bytes(21 - len(data)),
        )
        for place, end in enumerate((1, 2, 5))
    },
}


@pytest.mark.parametrize("case", PAYLOADS)
@pytest.mark.parametrize("kind", ["decode", "read_at", "skip_at"])
def test_payload(case: str, kind: str) -> None:
    """It is refused when a payload is read, when a stream is, and when it is passed over."""
    wire, data = PAYLOADS[case]
    with pytest.raises(Exception, match="expected"):
        REFERENCE.decode(wire, data)
    function = compile_function(wire, kind, 1)
    assert function is not left_to_reference
    arguments = (data, LIMITS) if kind == "decode" else (memoryview(data), 0, LIMITS)
    with pytest.raises(Exception):  # noqa: B017, PT011
        function(*arguments)


@pytest.mark.parametrize("kind", ["read_at", "skip_at"])
@pytest.mark.parametrize("form", [Array("n", UInt8), Array("n", UInt16), Array("n", ENTRY), Buffer("n")])
def test_end_of_the_input(kind: str, form: Any) -> None:
    """Nothing is read, or passed over, beyond the end of a stream."""
    function = compile_function(layout("n" / UInt8, "x" / form), kind, 1)
    assert function is not left_to_reference
    assert function(memoryview(b"\1\1\1"), 0, LIMITS)
    for count in (2, 3, 255):
        with pytest.raises(Exception):  # noqa: B017, PT011
            function(memoryview(bytes([count]) + b"\1"), 0, LIMITS)


@pytest.mark.parametrize("count", [2, 40])
@pytest.mark.parametrize("odd", [True, 1.0, None, "1"])
def test_elements_of_another_type(count: int, odd: Any) -> None:
    """What Python would pack as an integer is not always one."""
    function = compile_function(layout("x" / Array(count, UInt16)), "encode", 1)
    assert function({"x": [1] * count})
    with pytest.raises(Exception):  # noqa: B017, PT011
        function({"x": [1] * (count - 1) + [odd]})
