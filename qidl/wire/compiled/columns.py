"""Arrays of structs that hold nothing but integers and bools, written without a look at each."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import attrs

from qidl.wire import path as paths
from qidl.wire.compiled.packing import Packing, pack_function
from qidl.wire.compiled.shape import FEW, atom, behaves_as, is_integer, is_plain, members
from qidl.wire.compiled.source import Source
from qidl.wire.compiled.support import Refused
from qidl.wire.primitives import Array
from qidl.wire.vmstate import VMState

_TYPES = {"int": int, "bool": bool}


@attrs.frozen
class FlatForm:
    """A struct of integers and bools; or of one array of integers.

    :ivar names: of the members
    :ivar length: of the array, if that is what it is
    :ivar codes: format of all
    :ivar types: of every value
    """

    names: tuple[str, ...]
    length: int | None
    codes: str
    types: list[type]


def flat_form(layout: VMState) -> FlatForm | None:
    """Take a layout for a flat struct; None if it is not."""
    if not is_plain(layout) or layout.subsections:
        return None
    found = list(members(layout, layout.version_id))
    steps = [paths.parse(member.path) for member, _ in found]
    fields = [atom(member.subcon) for member, _ in found]
    if any(conditions for _, conditions in found) or not found:
        return None
    if len({path[0] for path in steps}) == 1 and all(is_integer(member.subcon) for member, _ in found):
        return _one_array([member.subcon for member, _ in found], steps)
    kinds = [field.kind if field is not None and field.bounds is None else "" for field in fields]
    if set(map(len, steps)) != {1} or len(set(steps)) != len(steps) or not {*kinds} <= {*_TYPES}:
        return None
    codes = ["?" if field.kind == "bool" else field.code for field in fields if field is not None]
    return FlatForm(tuple(str(step) for (step,) in steps), None, "".join(codes), [_TYPES[kind] for kind in kinds])


def _one_array(subcons: list[Any], steps: list[tuple[paths.Step, ...]]) -> FlatForm | None:
    name, count = str(steps[0][0]), len(steps)
    if steps != [(name, index) for index in range(count)]:
        return None
    return FlatForm((name,), count, "".join(subcon.code for subcon in subcons), [int] * count)


def write_columns(source: Source, packing: Packing, form: FlatForm, name: str, count: str) -> None:
    """Write the statements for the array in a variable.

    :param count: expression for the number of elements
    """
    rows, values, types = source.local(), source.local(), source.constant(form.types)
    get = source.constant(operator.itemgetter(*form.names), *form.names)
    chain = source.constant(itertools.chain.from_iterable)
    source.line(f"{rows} = [*map({get}, {name})]")
    is_nested = form.length is not None or len(form.names) > 1
    source.line(f"{values} = [*{chain}({rows})]" if is_nested else f"{values} = {rows}")
    tests = [
        f"len({name}) != {count}",
        f"[*map(type, {name})].count(dict) != {count}",
        f"[*map(len, {name})].count({len(form.names)}) != {count}",
        f"[*map(type, {values})] != {types} * {count}",
    ]
    if form.length is not None:
        tests.append(f"[*map(type, {rows})].count(list) != {count}")
        tests.append(f"[*map(len, {rows})].count({form.length}) != {count}")
    source.line(f"if {' or '.join(tests)}: raise {source.constant(Refused)}")
    if count.isdecimal():
        pack = pack_function(source, form.codes * int(count))
        packing.add_piece(f"{pack}(*{values})")
        return
    pack = pack_function(source, form.codes)
    starmap = source.constant(itertools.starmap)
    packing.add_piece(f"{source.constant(b''.join)}({starmap}({pack}, {rows}))" if is_nested else f"b''.join(map({pack}, {rows}))")
