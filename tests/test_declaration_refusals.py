"""What a declaration is refused for. Each message names class and field."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
import pytest
from boards import _Board, _Timer
from conftest import make

import qidl
from qidl import (
    IRQ,
    DeclarationError,
    Mark,
    array,
    broken,
    derived,
    elsewhere,
    embedded,
    immutable,
    optional,
    standard,
    string,
    uint8,
    uint64,
)
from qidl.annotations import Marks, Property

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two marks": (
        {"x": (uint8, immutable(elsewhere(0)))},
        "C.x: contradictory marks elsewhere and immutable",
    ),
    "standard and another": (
        {"x": (uint8, standard(broken(0)))},
        "C.x: contradictory marks broken and standard",
    ),
    "three marks": (
        {"x": (uint8, standard(broken(elsewhere(0))))},
        "C.x: contradictory marks elsewhere and broken and standard",
    ),
    "optional and immutable": (
        {"x": (uint8 | None, immutable(optional()))},
        "C.x: contradictory marks optional and immutable",
    ),
    "optional and property": (
        {"x": (uint8 | None, optional(qidl.property_("p")))},
        "C.x: contradictory marks optional and immutable",
    ),
    "no bit of a property": (
        {"x": (uint64, qidl.property_("p", True, bit=64))},
        "C.x: expected a property of a bit from 0 to 63, found 64",
    ),
    "a bit of a property below 0": (
        {"x": (uint64, qidl.property_("p", True, bit=-1))},
        "C.x: expected a property of a bit from 0 to 63, found -1",
    ),
    "a huge bit of a property": (
        {"x": (uint64, qidl.property_("p", True, bit=1 << 99))},
        "C.x: expected a property of a bit from 0 to 63, found 633825300114114700748351602688",
    ),
    "a text as the bit of a property": (
        {"x": (uint64, qidl.properties(Property("p", True, "1"), default=0))},
        "C.x: expected a property of a bit from 0 to 63, found '1'",
    ),
    "a fraction as the bit of a property": (
        {"x": (uint64, qidl.property_("p", True, bit=1.0))},
        "C.x: expected a property of a bit from 0 to 63, found 1.0",
    ),
    "optional without None or has_": (
        {"x": (uint8, optional(0))},
        "C.x: expected a type that admits None, or a bool has_x",
    ),
    "has_ after its field": (
        {"x": (uint8, optional(0)), "has_x": (bool, False)},
        "C.x: expected an earlier field has_x: bool",
    ),
    "has_ that is no bool": (
        {"has_x": (uint8, 0), "x": (uint8, optional(0))},
        "C.x: expected an earlier field has_x: bool",
    ),
    "size names no field": (
        {"x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size names a later field": (
        {"x": (list[uint8], array(4, size="n")), "n": (uint8, 0)},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size names itself": (
        {"x": (list[uint8], array(4, size="x"))},
        "C.x: size names 'x', expected an earlier field",
    ),
    "size names a bool": (
        {"n": (bool, False), "x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected an integer field",
    ),
    "size names text": (
        {"n": (str, ""), "x": (bytearray, array(4, size="n"))},
        "C.x: size names 'n', expected an integer field",
    ),
    "size of an unserialised array": (
        {"x": (list[uint8], immutable(array(4, size="n")))},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size that does not travel": (
        {"n": (uint8, immutable(2)), "x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected a field that is serialised",
    ),
    "size that may be absent": (
        {"n": (uint8 | None, optional()), "x": (list[uint8], array(4, size="n"))},
        "C.x: size names 'n', expected a field that is not optional",
    ),
    "size that a bool announces": (
        {"has_n": (bool, False), "n": (uint8, optional(0)), "x": (bytearray, array(4, size="n"))},
        "C.x: size names 'n', expected a field that is not optional",
    ),
    "size of text names no field": (
        {"x": (str, string(4, size="n"))},
        "C.x: size names 'n', expected an earlier field",
    ),
    "size beyond the capacity": (
        {"x": (list[uint8], array(4, size=9))},
        "C.x: expected a size of 0..4, found 9",
    ),
    "size of text beyond its capacity": (
        {"x": (str, string(4, size=5))},
        "C.x: expected a size of 0..4, found 5",
    ),
    "negative size": (
        {"x": (list[uint8], array(size=-1))},
        "C.x: expected a size of 0 or more, found -1",
    ),
    "size that is no integer": (
        {"x": (list[uint8], array(4, size=True))},
        "C.x: expected a size of 0..4, found True",
    ),
    "negative dimension": (
        {"x": (list[uint8], array(-1))},
        "C.x: expected a dimension of 0 or more, found -1",
    ),
    "dimension that is a name": (
        {"x": (list[uint8], array("n"))},  # type: ignore[arg-type]
        "C.x: expected a dimension of 0 or more, found 'n'",
    ),
    "text without capacity": (
        {"x": (str, string(None))},  # type: ignore[arg-type]
        "C.x: expected a dimension of 0 or more, found None",
    ),
    "text without room": (
        {"x": (str, string(0))},
        "C.x: expected room for the NUL at the end of text, found string(0)",
    ),
    "string() of an int": (
        {"x": (int, string(4))},
        "C.x: expected a type that can be serialised, found <class 'int'>",
    ),
    "default too long": (
        {"x": (str, string(2, "abc"))},
        "C.x: expected a default of at most 1 bytes of text, found 3",
    ),
    "default out of range": (
        {"x": (uint8, 300)},
        "C.x: expected a default of uint8 (0..255), found 300",
    ),
    "default that is None": (
        {"x": (uint8, standard())},
        "C.x: expected a default of uint8 (0..255), found None",
    ),
    "int for bool": (
        {"x": (bool, 0)},
        "C.x: expected a default of bool, found 0",
    ),
    "int for text": (
        {"x": (str | None, optional(0))},
        "C.x: expected a default of str, found 0",
    ),
    "None for a struct": (
        {"x": (_Timer, None)},
        "C.x: expected a default of _Timer, found None",
    ),
    "default of an array": (
        {"x": (list[uint8], attrs.field(default=(1,), metadata={qidl.METADATA: Marks(dimensions=(1,))}))},
        "C.x: expected a default of array(), found tuple of 1",
    ),
    "mutable default": (
        {"x": (list[int], []), "mark": Mark.IMMUTABLE},
        "C.x: a mutable default would be shared by all objects; use array() or embedded()",
    ),
    "mutable default of a mark": (
        {"x": (object, immutable({1}))},
        "C.x: a mutable default would be shared by all objects; use array() or embedded()",
    ),
    "struct as default": (
        {"x": (_Timer, _Timer())},
        "C.x: a mutable default would be shared by all objects; use array() or embedded()",
    ),
    "embedded in another type": (
        {"x": (uint8, embedded(int))},
        "C.x: expected the struct that the annotation names, found embedded(int)",
    ),
    "embedded in another struct": (
        {"x": (_Timer, embedded(_Board))},
        "C.x: expected the struct that the annotation names, found embedded(_Board)",
    ),
    "embedded with what it does not take": (
        {"x": (_Timer, embedded(_Timer, tm=3))},
        "C.x: _Timer cannot be made: got an unexpected keyword argument 'tm'",
    ),
    "embedded object": (
        {"x": (object, immutable(embedded(3)))},  # type: ignore[type-var]
        "C.x: 3 cannot be made: 3 is not a callable object",
    ),
    "no argument, no default": (
        {"x": (uint8, attrs.field(init=False))},
        "C.x: a field that is no argument needs a default",
    ),
    "keyword": (
        {"class": (uint8, 0)},
        "C.class: expected a name that a field can have, found a keyword",
    ),
    "self": (
        {"self": (uint8, 0)},
        "C.self: expected a name that a field can have, found one that means something else",
    ),
    "hook": (
        {"pre_save": (uint8, 0)},
        "C.pre_save: expected a name that a field can have, found one that means something else",
    ),
    "no name": (
        {"a\nb": (uint8, 0)},
        r"C: expected names of fields, found 'a\nb'",
    ),
    "itself by value": (
        {"x": "C"},
        "C.x: C cannot hold itself, expected optional() or array()",
    ),
    "itself by pointer, always": (
        {"x": ("C | None", None)},
        "C.x: C cannot hold itself, expected optional() or array()",
    ),
    "array of itself": (
        {"x": ("list[C]", array(2))},
        "C.x: C cannot hold itself, expected optional() or array()",
    ),
    "derived without post_load": (
        {"x": (uint8, derived(0))},
        "C.x: a derived field needs a post_load that computes it",
    ),
    "unserialised without default": (
        {"x": IRQ},
        "C.x: a field that is not serialised needs a default",
    ),
    "unserialised by default mark, without default": (
        {"x": uint8, "mark": Mark.IMMUTABLE},
        "C.x: a field that is not serialised needs a default",
    ),
    "plain int": (
        {"x": (int, 0)},
        "C.x: expected a type that can be serialised, found <class 'int'>",
    ),
    "float": (
        {"x": (float, 0.0)},
        "C.x: expected a type that can be serialised, found <class 'float'>",
    ),
    "Annotated without a C type": (
        {"x": (Annotated[int, "seconds"], 0)},
        "C.x: expected a type that can be serialised, found typing.Annotated[int, 'seconds']",
    ),
    "undeclared class": (
        {"x": (object, None)},
        "C.x: expected a type that can be serialised, found <class 'object'>",
    ),
    "bytes": (
        {"x": (bytes, array(4))},
        "C.x: expected a type that can be serialised, found <class 'bytes'>",
    ),
    "list without array()": (
        {"x": (list[bool], None)},
        "C.x: expected a type that can be serialised, found list[bool]",
    ),
    "bytearray without array()": (
        {"x": (bytearray, None)},
        "C.x: expected a type that can be serialised, found <class 'bytearray'>",
    ),
    "array() of a scalar": (
        {"x": (bool, array(4))},
        "C.x: expected a type that can be serialised, found <class 'bool'>",
    ),
    "list of nothing": (
        {"x": (list, array(4))},
        "C.x: expected a type that can be serialised, found <class 'list'>",
    ),
    "list of what cannot travel": (
        {"x": (list[float], array(4))},
        "C.x: expected a type that can be serialised, found list[float]",
    ),
    "two dimensions, one list": (
        {"x": (list[bool], array(2, 3))},
        "C.x: expected a type that can be serialised, found list[bool]",
    ),
    "one dimension, two lists": (
        {"x": (list[list[bool]], array(2))},
        "C.x: expected a type that can be serialised, found list[list[bool]]",
    ),
    "union of two types": (
        {"x": (bool | str, False)},
        "C.x: expected a type that can be serialised, found bool | str",
    ),
    "unknown name": (
        {"x": ("Nowhere", None)},
        "C.x: annotation 'Nowhere': name 'Nowhere' is not defined",
    ),
    "unknown name, marked standard": (
        {"x": ("Nowhere", standard())},
        "C.x: annotation 'Nowhere': name 'Nowhere' is not defined",
    ),
    "annotation that is no expression": (
        {"x": ("uint8 uint8", 0)},
        "C.x: annotation 'uint8 uint8': invalid syntax (<string>, line 1)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """A declaration that has no meaning is refused, with class and field."""
    members, message = REFUSED[case]
    with pytest.raises(DeclarationError) as caught:
        make(**members)
    assert message == str(caught.value)
