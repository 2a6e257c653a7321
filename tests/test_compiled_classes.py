"""The functions that are generated for declared classes do what the visitors do, for every class and every input."""

from __future__ import annotations

import copy
import itertools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from conftest import declarations, make, objects
from hypothesis import HealthCheck, assume, given, settings, strategies as st

import qidl
from qidl import SchemaError, declaration, from_qobject, immutable, optional, strategies, to_qobject, uint8, uint16
from qidl.compiled import compile_function, qobjects
from qidl.devices import SECTIONS, find_class
from qidl.generating.source import TooHard
from qidl.qobject import QObjectInputVisitor, QObjectOutputVisitor
from qidl.visitor import build, visit

slow = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)
CLASSES = {place: find_class(place.partition(":")[2]) for place in sorted(set(SECTIONS.values()))}
every_device = pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES.keys())


def by_visitor(obj: Any) -> Any:
    visitor = QObjectOutputVisitor()
    visit(obj, visitor)
    return visitor.result


def built_by_visitor(cls: type, qobject: Any) -> Any:
    return build(cls, QObjectInputVisitor(qobject, cls.__name__))


def outcome(action: Callable[..., Any], *arguments: Any) -> tuple[str, str]:
    """What comes out, with its types and the order of its members; or the error, whosever it is."""
    try:
        return "result", spelled(action(*arguments))
    except Exception as error:
        return type(error).__name__, str(error)


def spelled(value: Any) -> str:
    """Everything that a value holds, and of which types: that of an object, what does not travel included."""
    if attrs.has(type(value)):
        members = [f"{a.name}={spelled(getattr(value, a.name))}" for a in attrs.fields(type(value))]
        return f"{type(value).__name__}({', '.join(members)})"
    if isinstance(value, list):
        return f"[{', '.join(map(spelled, value))}]"
    return repr(value)


def assert_agreed_on_object(obj: Any) -> None:
    for what in ("pre_save", "to_qobject"):
        declaration(type(obj)).functions.generate(what)
    expected = outcome(by_visitor, obj)
    assert expected == outcome(to_qobject, obj)
    alone = outcome(declaration(type(obj)).functions["to_qobject"], obj)
    assert alone == expected or alone[0] != "result"


def assert_agreed_on_qobject(cls: Any, qobject: Any) -> None:
    compiled = declaration(cls).functions.generate("from_qobject")
    before = copy.deepcopy(qobject)
    expected = outcome(built_by_visitor, cls, qobject)
    assert expected == outcome(from_qobject, cls, qobject)
    assert spelled(before) == spelled(qobject)
    try:
        compiled(qobject)
    except Exception:
        return
    assert "result" == expected[0]


@every_device
def test_every_device_compiles(cls: Any) -> None:
    """No device of a PC is left to the visitors."""
    assert qobjects.to_qobject(declaration(cls))
    assert qobjects.from_qobject(declaration(cls))


@every_device
@settings(slow, max_examples=5)
@given(data=st.data())
def test_devices(cls: Any, data: st.DataObject) -> None:
    """A device's QObject is what the visitor makes, and needs no help of it; so is the device that is made of it."""
    obj = data.draw(strategies.objects(cls))
    expected = by_visitor(obj)
    assert repr(expected) == repr(compile_function(declaration(cls), "to_qobject")(obj))
    made = compile_function(declaration(cls), "from_qobject")(expected)
    compile_function(declaration(cls), "post_load")(made)
    assert spelled(built_by_visitor(cls, expected)) == spelled(made)


@slow
@given(data=st.data())
def test_random_classes(data: st.DataObject) -> None:
    """The same of any declared class."""
    cls = data.draw(declarations(rich=True))
    obj = data.draw(objects(cls))
    assert_agreed_on_object(obj)
    assert_agreed_on_qobject(cls, by_visitor(obj))


@slow
@given(data=st.data())
def test_changed_qobjects(data: st.DataObject) -> None:
    """Of a QObject that was changed, the same object comes, or the same error."""
    cls = data.draw(declarations(rich=True))
    qobject = by_visitor(data.draw(objects(cls)))
    change(qobject, data.draw)
    assert_agreed_on_qobject(cls, qobject)


@slow
@given(data=st.data())
def test_changed_objects(data: st.DataObject) -> None:
    """Of an object whose fields hold anything, the same QObject comes, or the same error."""
    cls = data.draw(declarations(rich=True))
    obj = data.draw(objects(cls))
    within = obj
    while True:
        field = data.draw(st.sampled_from(declaration(type(within)).fields))
        value = getattr(within, field.name)
        if not qidl.is_declared(type(value)) or data.draw(st.booleans()):
            break
        within = value
    setattr(within, field.name, data.draw(odd(value)))
    assert_agreed_on_object(obj)


def change(value: Any, draw: Any) -> None:
    """Change one thing somewhere in a QObject."""
    places = [*_places(value)]
    assume(places)
    within, key = draw(st.sampled_from(places))
    match draw(st.sampled_from(["other", "drop", "add"])):
        case "other":
            within[key] = draw(odd(within[key]))
        case "drop":
            del within[key]
        case "add" if isinstance(within, dict):
            within[draw(st.text(max_size=3))] = draw(odd(0))
        case "add":
            within.append(draw(odd(within[key])))


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        for key in [*value] if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


class Number(int):
    """An integer that is none."""


def odd(value: Any) -> st.SearchStrategy[Any]:
    """Values that are not quite like one."""
    near = [None, True, False, "", "text", "a\0", b"", b"ab", bytearray(b"x"), [], {}, (), 1.0, Number(1), -1, 255, 256]
    like: list[Any] = []
    if isinstance(value, list):
        like = [[*value, *value[-1:]], value[:-1], tuple(value), [None, *value[1:]], bytearray(len(value))]
    elif isinstance(value, dict):
        like = [OrderedDict(value), dict.fromkeys(value)]
    elif isinstance(value, bytes | bytearray):
        like = [bytes(value) + b"\0", value[:-1], [*value], tuple(value), bytearray(value)]
    return st.sampled_from([*near, *like]) | st.integers(-(1 << 65), 1 << 65)


# Classes in which more happens.


def test_hooks_run_once_and_in_order() -> None:
    """Each ``pre_save`` runs once, from the outside in; each ``post_load`` once, from the inside out."""
    ran: list[str] = []

    def note(what: str) -> Any:
        return lambda self: ran.append(f"{what} {type(self).__name__}")

    leaf = make("Leaf", x=(uint8, 0), pre_save=note("save"), post_load=note("load"))
    middle = make("Middle", leaf=(leaf, qidl.embedded(leaf)), post_load=note("load"))
    top = make(
        "Top",
        n=(uint8, 1),
        many=(list[leaf], qidl.array(3, size="n")),  # type: ignore[valid-type]
        one=(middle, qidl.embedded(middle)),
        none=(leaf | None, optional()),
        pre_save=note("save"),
    )
    for what in ("to_qobject", "from_qobject"):
        declaration(top).functions.generate(what)
    qobject = to_qobject(top())
    assert ["save Top", "save Leaf", "save Leaf"] == ran
    ran.clear()
    from_qobject(top, qobject)
    assert ["load Leaf", "load Leaf", "load Middle"] == ran


def test_hook_that_raises() -> None:
    """An exception out of a hook is the hook's own."""

    def refuse(self: Any) -> None:
        raise ValueError("not today")

    cls = make(x=(uint8, 0), post_load=refuse)
    declaration(cls).functions.generate("from_qobject")
    with pytest.raises(ValueError, match="not today"):
        from_qobject(cls, {"x": 1})


def test_nothing_is_shared_with_the_qobject() -> None:
    """Lists and bytes of an object are its own."""
    cls = make(
        n=(list[uint16], qidl.array(2)),
        b=(list[bool], qidl.array()),
        t=(list[str], qidl.array()),
        d=(bytearray, qidl.array(2)),
        m=(list[list[uint8]], qidl.array(1, 2)),
    )
    for what in ("to_qobject", "from_qobject"):
        declaration(cls).functions.generate(what)
    given_ = {"n": [1, 2], "b": [True], "t": ["x"], "d": b"ab", "m": [[1, 2]]}
    obj = from_qobject(cls, given_)
    again = to_qobject(obj)
    obj.n[0], obj.b[0], obj.t[0], obj.d[0], obj.m[0][0] = 9, False, "y", 9, 9
    assert {"n": [1, 2], "b": [True], "t": ["x"], "d": b"ab", "m": [[1, 2]]} == given_ == again


def _declare(**members: Any) -> Any:
    return make("C", **members)


@qidl.declare
class Validated:
    """A field with a validator."""

    x: uint8 = attrs.field(default=0, validator=attrs.validators.lt(10))


@qidl.declare
class Converted:
    """A field with a converter."""

    x: uint8 = attrs.field(default=0, converter=int)


@qidl.declare
class Initialised:
    """An ``__init__`` of its own."""

    x: uint8 = 0
    twice: uint16 = immutable(0)

    def __attrs_post_init__(self) -> None:
        self.twice = 2 * self.x


@qidl.declare
class Dependent:
    """A default that depends on another field."""

    x: uint8 = 0
    y: uint16 = attrs.field(default=attrs.Factory(lambda self: self.x + 1, takes_self=True))


@qidl.declare
class Prepared:
    """A list that is not zeroed at first, of which a part is loaded."""

    n: uint8 = 0
    x: list[uint8] = attrs.field(
        factory=lambda: [7, 8, 9], metadata={qidl.METADATA: qidl.array(3, size="n").metadata[qidl.METADATA]}
    )


@pytest.mark.parametrize(
    ("cls", "qobject"),
    [
        (Validated, {"x": 3}),
        (Validated, {"x": 30}),
        (Converted, {"x": 3}),
        (Initialised, {"x": 3}),
        (Dependent, {"x": 3, "y": 5}),
        (Prepared, {"n": 1, "x": [1]}),
    ],
)
def test_classes_in_which_more_happens(cls: Any, qobject: Any) -> None:
    """Where more happens when an object is made than that fields get their values, the visitors make it."""
    assert_agreed_on_qobject(cls, qobject)
    with pytest.raises(TooHard):
        qobjects.from_qobject(declaration(cls))


def test_generated_once_it_pays() -> None:
    """The first uses are the visitors', since generating takes as long as some of them."""
    cls = _declare(x=(uint8, 0))
    for _ in range(7):
        assert {"x": 0} == to_qobject(cls())
        assert not declaration(cls).functions
    assert {"x": 0} == to_qobject(cls())
    assert ["pre_save", "to_qobject"] == [*declaration(cls).functions]


@qidl.declare
class Pair:
    """Two of something."""

    a: uint8 = 1
    b: uint8 = 2


@qidl.declare
class Partly:
    """Arrays of which a fixed part is in use."""

    numbers: list[uint16] = qidl.array(8, size=2)
    raw: bytearray = qidl.array(8, size=3)
    few: list[Pair] = qidl.array(4, size=2)
    many: list[Pair] = qidl.array(20, size=10)
    flags: list[bool] = qidl.array(3, size=0)
    texts: list[str] = qidl.array(3, size=1)
    rows: list[list[uint8]] = qidl.array(3, 2, size=1)


def test_arrays_in_use_in_part() -> None:
    """Such an array needs no help of the visitors; nor does one that holds more than there is room for."""
    obj = Partly(numbers=[*range(8)], raw=bytearray(b"abcdefgh"), rows=[[1, 2], [3, 4], [5, 6]])
    for changes in ({}, {"numbers": [1, 2]}, {"numbers": [*range(20)]}):
        for name, value in changes.items():
            setattr(obj, name, value)
        assert by_visitor(obj) == compile_function(declaration(Partly), "to_qobject")(obj)
    for changes in ({"numbers": [1]}, {"raw": b"a"}, {"raw": b"abcd"}, {"few": [Pair()]}, {"texts": ("a", "b")}):
        for name, value in changes.items():
            odd_one = copy.deepcopy(obj)
            setattr(odd_one, name, value)
            assert_agreed_on_object(odd_one)


numbers = itertools.count()


@qidl.declare
class Numbered:
    """Objects that are numbered as they are made."""

    number: uint16 = attrs.field(factory=lambda: next(numbers))
    own: uint16 = immutable(attrs.Factory(lambda: next(numbers)))


def test_factories_of_ones_own() -> None:
    """A function that makes a default is called as often as ever, and in the same order."""
    for _ in range(20):
        before = next(numbers)
        assert Numbered(number=7, own=before + 2) == from_qobject(Numbered, {"number": 7})


def test_subclass_that_is_not_declared() -> None:
    """What is no declared class is refused, also after its parent was compiled."""
    cls = _declare(x=(uint8, 0))
    declaration(cls).functions.generate("to_qobject")
    sub = type("Sub", (cls,), {})
    with pytest.raises(qidl.DeclarationError):
        to_qobject(sub())
    with pytest.raises(SchemaError, match="C.x: expected uint8"):
        from_qobject(cls, {"x": -1})
