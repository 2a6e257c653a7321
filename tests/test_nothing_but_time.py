"""What is compiled differs from the visitors in nothing but time: ten uses in a row do what each of them would do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from conftest import make
from test_compiled_classes import built_by_visitor, by_visitor, spelled
from work import calls

import qidl
from qidl import array, declaration, embedded, from_qobject, optional, to_qobject, uint8, uint32
from qidl.payload import from_payload, to_payload
from qidl.wire.primitives import Array, Buffer, UInt8, UInt16, UInt32
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

USES = 10


def use(action: Callable[..., Any], *arguments: Any) -> tuple[str, ...]:
    """What comes of it; of an error, also what was being seen to when it came up, as its traceback says."""
    try:
        return "result", spelled(action(*arguments))
    except Exception as error:
        return type(error).__name__, str(error), repr(error.__context__)


def uses(action: Callable[..., Any], *arguments: Any, log: list[Any] | None = None) -> list[Any]:
    """What comes of ten uses in a row, and of which objects the hooks ran meanwhile."""
    found = []
    for _ in range(USES):
        result = use(action, *arguments)
        found.append((result, [(hook, type(obj).__name__) for hook, obj in log or []]))
        if log is not None:
            log.clear()
    return found


def layout_of(*fields: Any) -> VMState:
    return VMState("layout", version_id=1, fields=fields)


def written_by_visitor(obj: Any, layout: VMState) -> bytes:
    return REFERENCE.encode(layout, by_visitor(obj))


def read_by_visitor(cls: type, layout: VMState, payload: bytes) -> Any:
    return built_by_visitor(cls, REFERENCE.decode(layout, payload))


# Hooks.


@qidl.declare
class Counting:
    """What is saved depends on how often it was; and an array that is in use in part."""

    items: list[uint8] = array(8, size=2)
    saves: uint32 = 0

    def pre_save(self) -> None:
        self.saves += 1
        if self.saves % 3 == 2:
            raise ValueError("now and then")


class Items(list[int]):
    """A list that is none."""


COUNTING = layout_of("items" / Array(2, UInt8), "saves" / UInt32)
TOO_NARROW = layout_of("items" / Array(2, UInt8), "saves" / UInt8)


def counting(items: Any = (), saves: int = 0) -> Counting:
    return Counting(items=items or [0] * 8, saves=saves)


@pytest.mark.parametrize("begin", [counting, lambda: counting(Items([0] * 8)), lambda: counting(["?"])])
def test_hooks_run_once_for_a_qobject(begin: Callable[[], Counting]) -> None:
    """``pre_save`` runs once, whether a generated function takes the object or not; what it raises comes out."""
    assert uses(by_visitor, begin()) == uses(to_qobject, begin())


@pytest.mark.parametrize("layout", [COUNTING, TOO_NARROW])
@pytest.mark.parametrize("begin", [counting, lambda: counting(Items([0] * 8)), lambda: counting(saves=253)])
def test_hooks_run_once_for_a_payload(begin: Callable[[], Counting], layout: VMState) -> None:
    """The same where the object goes straight to bytes, or cannot."""
    assert uses(written_by_visitor, begin(), layout) == uses(to_payload, begin(), layout)


def test_hook_that_changes_the_list_it_is_in() -> None:
    """An element that takes itself out of its list does not keep the next from running its hook."""
    saved: list[str] = []

    @qidl.declare
    class Element:
        name: str = ""
        within: Any = qidl.elsewhere(None)

        def pre_save(self) -> None:
            saved.append(self.name)
            self.within.elements.remove(self)

    @qidl.declare
    class Chain:
        elements: list[Element] = array()

    for _ in range(USES):
        chain = Chain()
        chain.elements = [Element(name=name, within=chain) for name in "abc"]
        assert {"elements": []} == to_qobject(chain)
        assert ["a", "b", "c"] == saved
        saved.clear()


def test_hooks_of_what_is_not_what_it_is_declared_to_be() -> None:
    """As far as an object is what it is declared to be, hooks run; then its fault is named."""
    log: list[Any] = []

    @qidl.declare
    class Inner:
        x: uint8 = 0

        def pre_save(self) -> None:
            log.append(("pre_save", self))

    @qidl.declare
    class Outer:
        n: uint8 = 2
        first: Inner = embedded(Inner)
        some: list[Inner] = array(3, size="n")
        last: Inner | None = optional()
        grid: list[list[Inner]] = array(2, 2)

    class Other(Inner):
        """A class that is not declared."""

    odd: list[dict[str, Any]] = [
        {},
        {"last": Inner()},
        {"first": None},
        {"first": Other()},
        {"some": (Inner(), Inner())},
        {"some": [Inner(), None]},
        {"n": 5},
        {"n": -1},
        {"n": True},
        {"n": "1"},
        {"grid": [[Inner()], None]},
    ]
    for values in odd:
        obj = Outer()
        for name, value in values.items():
            setattr(obj, name, value)
        assert uses(by_visitor, obj, log=log) == uses(to_qobject, obj, log=log)


def test_hook_that_a_subclass_has_no_more() -> None:
    """``post_load = None`` is how a class drops the hook of its parent."""

    @qidl.declare
    class Parent:
        x: uint8 = 0

        def pre_save(self) -> None:
            raise ValueError("a parent's")

        def post_load(self) -> None:
            raise ValueError("a parent's")

    @qidl.declare
    class Child(Parent):
        y: uint8 = 0
        pre_save = None  # type: ignore[assignment]
        post_load = None  # type: ignore[assignment]

    layout = layout_of("x" / UInt8, "y" / UInt8)
    for _ in range(USES):
        assert {"x": 1, "y": 2} == to_qobject(from_qobject(Child, {"x": 1, "y": 2}))
        assert b"\1\2" == to_payload(from_payload(Child, layout, b"\1\2"), layout)


def test_hook_that_each_object_has_of_its_own() -> None:
    """A hook may be what ``__getattr__`` gives, or lie in the object itself."""
    log: list[Any] = []

    @qidl.declare
    class Served:
        x: uint8 = 0

        def __getattr__(self, name: str) -> Any:
            if name in ("pre_save", "post_load"):
                return lambda: log.append((name, self))
            raise AttributeError(name)

    class Mixed:
        """A class without slots."""

    @qidl.declare
    class Own(Mixed):
        served: Served = embedded(Served)

    mine = Own()
    mine.pre_save = lambda: log.append(("own", mine))  # type: ignore[attr-defined]
    assert uses(by_visitor, mine, log=log) == uses(to_qobject, mine, log=log)
    qobject = {"served": {"x": 1}}
    assert uses(built_by_visitor, Own, qobject, log=log) == uses(from_qobject, Own, qobject, log=log)
    from_qobject(Own, qobject)
    assert ["post_load"] == [hook for hook, _ in log]


@pytest.mark.parametrize("hook", ["pre_save", "post_load"])
@pytest.mark.parametrize("where", [0, 1, 2])
def test_hook_that_is_put_in_place_later(monkeypatch: pytest.MonkeyPatch, hook: str, where: int) -> None:
    """A class may be given a hook, or another one, or be left without, after it was compiled."""
    log: list[str] = []

    class Base:
        """Not declared."""

        __slots__ = ()

    @qidl.declare
    class Inner(Base):
        x: uint8 = 0

    @qidl.declare
    class Outer:
        inner: Inner = embedded(Inner)
        many: list[Inner] = array(1)

        def pre_save(self) -> None:
            log.append("as declared")

        def post_load(self) -> None:
            log.append("as declared")

    cls = (Base, Inner, Outer)[where]
    layout = layout_of("inner" / layout_of("x" / UInt8), "many" / Array(1, layout_of("x" / UInt8)))

    def ran(when: str) -> list[list[str]]:
        obj = Outer()
        log.clear()
        found = []
        if hook == "pre_save":
            reference, *others = [partial(by_visitor, obj), partial(to_qobject, obj), partial(to_payload, obj, layout)]
        else:
            qobject = {"inner": {"x": 1}, "many": [{"x": 1}]}
            reference, *others = [
                partial(built_by_visitor, Outer, qobject),
                partial(from_qobject, Outer, qobject),
                partial(from_payload, Outer, layout, b"\1\1"),
            ]
        for action in [reference, *others * USES]:
            action()
            found.append([*log])
            log.clear()
        assert all(found[0] == one for one in found), when
        return found[0]

    before = ran("before")
    with monkeypatch.context() as patch:
        patch.setattr(cls, hook, lambda self: log.append("later"), raising=False)
        assert "later" in ran("with another")
    assert before == ran("without it again")
    if hook in vars(cls):
        monkeypatch.delattr(cls, hook)
        assert [] == ran("without any")


# Objects that go straight to bytes, or are made of them.


@pytest.mark.parametrize("form", [Array(40, UInt8), Array(40, UInt16), Array(2, UInt8), Array(2, UInt16), Buffer(40)])
@pytest.mark.parametrize("element", [bool, str, Counting, list[uint8], uint8, uint32])
def test_integers_in_a_list(element: Any, form: Any) -> None:
    """Integers are written of a list of integers alone."""
    count = form.count if isinstance(form, Array) else form.length
    dimensions = [count, 1] if element == list[uint8] else [count]
    cls, layout = make(x=(list[element], array(*dimensions))), layout_of("x" / form)
    for value in (0, 1, True, 256):
        obj = cls(x=[value] * count)
        assert uses(written_by_visitor, obj, layout) == uses(to_payload, obj, layout)


class Meta(type):
    """Does more when an object is made."""

    made = 0

    def __call__(cls, **values: Any) -> Any:
        Meta.made += 1
        obj = super().__call__(**values)
        obj.number = Meta.made
        return obj


@qidl.declare
class Numbered(metaclass=Meta):
    """An object that is numbered."""

    x: uint8 = 0
    number: uint32 = qidl.immutable(0)


def test_class_that_its_own_class_makes() -> None:
    """An object is made as its metaclass has it."""
    layout = layout_of("x" / UInt8)
    for load in [partial(from_qobject, Numbered, {"x": 1}), partial(from_payload, Numbered, layout, b"\1")] * USES:
        before = Meta.made
        assert before + 1 == load().number


# What no source is written for, or no Python takes.


def within_one_another(depth: int, *defaults: Any) -> Any:
    """A class with structs so deep in one another, several of each, and a hook in the innermost."""

    def note(self: Any) -> None:
        self.x += 1

    cls = make("C0", x=(uint8, 0), pre_save=note, post_load=note)
    for number in range(1, depth):
        fields = {
            f"f{place}": (cls | None, default() if default else embedded(cls)) for place, default in enumerate(defaults)
        }
        cls = make(f"C{number}", **fields)
    return cls


def filled(cls: Any, depth: int) -> Any:
    """An object of such a class, of which the first of each kind of struct is there."""
    obj = cls()
    if depth > 1:
        obj.f0 = filled(declaration(cls).by_name["f0"].type.declaration.cls, depth - 1)
    return obj


@pytest.mark.parametrize("depth", [40, 101, 102])
@pytest.mark.parametrize("defaults", [[None], [optional], [optional, optional]])
def test_structs_within_one_another(depth: int, defaults: list[Any]) -> None:
    """However deep, and however many that would be were each spelled out."""
    cls = within_one_another(depth, *defaults)
    obj = filled(cls, depth)
    reference = copy.deepcopy(obj)
    assert uses(by_visitor, reference) == uses(to_qobject, obj)
    if depth <= 101:
        qobject = by_visitor(obj)
        assert uses(built_by_visitor, cls, qobject) == uses(from_qobject, cls, qobject)


def test_arrays_within_one_another() -> None:
    """More loops within loops than Python takes."""
    annotation: Any = Counting
    for _ in range(25):
        annotation = list[annotation]
    cls = make(x=(annotation, array(*[1] * 25)))
    obj = cls()
    reference = copy.deepcopy(obj)
    assert uses(by_visitor, reference) == uses(to_qobject, obj)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a\nb"])
def test_names_that_no_source_may_have(name: str) -> None:
    """Where Python takes no function of such a name, it is not tried again and again."""
    layout, cls = VMState(name, version_id=1, fields=["x" / UInt8]), make(x=(uint8, 0))
    for _ in range(USES):
        assert b"\1" == to_payload(from_payload(cls, layout, b"\1"), layout)
    assert calls(lambda: from_payload(cls, layout, b"\1")) < 2 * calls(lambda: read_by_visitor(cls, layout, b"\1"))
