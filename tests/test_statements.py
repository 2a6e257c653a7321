"""Statements of generated functions: what is read straight into an object, and what is not."""

from __future__ import annotations

from qidl.generating.source import Source


def body(source: Source) -> list[str]:
    """The lines of the function, the first apart."""
    return source.text("f()").splitlines()[1:]


def reading(*names: str) -> Source:
    """A source that has unpacked these, and has an object without fields, ``v1``."""
    source = Source()
    source.unpack([*names], "unpack(data)")
    assert "v1" == source.create("new(cls)")
    return source


def test_field_that_is_stored() -> None:
    """The object is made first, and the field is read into it."""
    source = reading("v2", "v3")
    source.store("v1", "x", "v3")
    source.store("v1", "y", "0")
    source.line("return v1, v2")
    expected = [" v1 = new(cls)", " (v2, v1.x,) = unpack(data)", " v1.y = 0", " return v1, v2"]
    assert expected == body(source)
    assert expected == body(source), "to look at it changes nothing"


def test_objects_of_two_unpackings() -> None:
    """An object that has fields of both is made before the first, be they stored in whatever order."""
    source = Source()
    source.unpack(["v1"], "unpack(data)")
    source.unpack(["v2"], "unpack(more)")
    source.local(), source.local()
    name = source.create("new(cls)")
    source.store(name, "b", "v2")
    source.store(name, "a", "v1")
    assert [" v3 = new(cls)", " (v3.a,) = unpack(data)", " (v3.b,) = unpack(more)"] == body(source)


def test_field_of_another_use() -> None:
    """What is looked at as well, or stored twice, has its variable."""
    source = reading("v2", "v3")
    source.line("if v2 > 1: raise ValueError")
    for field, value in (("x", "v2"), ("y", "v3"), ("z", "v3")):
        source.store("v1", field, value)
    assert " (v2, v3,) = unpack(data)" == body(source)[0]


def test_field_of_what_is_no_new_object() -> None:
    """An object that was there is none that could be made before."""
    source = reading("v2")
    source.store("given", "x", "v2")
    assert [" (v2,) = unpack(data)", " v1 = new(cls)", " given.x = v2"] == body(source)


def test_blocks() -> None:
    """A field is read into an object in the block that stores it, and in no other."""
    source = Source()
    outer = source.create("new(cls)")
    with source.block("if data:"):
        source.unpack(["v2", "v3"], "unpack(data)")
        source.store(outer, "x", "v2")
    with source.block("if more:"):
        source.store(outer, "y", "v3")
    assert [
        " v1 = new(cls)",
        " if data:",
        "  (v1.x, v3,) = unpack(data)",
        " if more:",
        "  v1.y = v3",
    ] == body(source)


def test_object_that_is_made_in_a_block() -> None:
    """It is made where it was: elsewhere it might not be needed."""
    source = Source()
    source.unpack(["v2"], "unpack(data)")
    with source.block("if data:"):
        name = source.create("new(cls)")
    source.store(name, "x", "v2")
    assert [" (v2,) = unpack(data)", " if data:", "  v1 = new(cls)", " v1.x = v2"] == body(source)


def test_field_that_is_stored_now_and_then() -> None:
    """What a block stores is not read into the object whether the block is entered or not."""
    source = reading("v2")
    with source.block("if data:"):
        source.store("v1", "x", "v2")
    assert [" (v2,) = unpack(data)", " v1 = new(cls)", " if data:", "  v1.x = v2"] == body(source)
