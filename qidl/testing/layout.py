"""``check_layout``: the laws of a layout."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from qidl.errors import QidlError, WireError
from qidl.sentences import brief, raised
from qidl.testing.comparing import differences
from qidl.testing.engines import Engine, check_is_layout, engines
from qidl.testing.forms import leaves
from qidl.testing.running import Draw, fail, holds
from qidl.wire.describe import describe
from qidl.wire.reference import REFERENCE
from qidl.wire.vmstate import VMState

State = dict[str, Any]

_DRAWN = "a state that can be drawn"

_OTHERS: Sequence[object] = (0.5, True, None, "text", b"\0", [], [0], {}, {"more": 0})
_INTEGERS: Sequence[object] = (-1, 0, *(1 << bits for bits in (4, 7, 8, 15, 16, 31, 32, 63, 64)))
"""Values of which any layout refuses some, wherever they are put."""


def check_layout(layout: VMState, *, examples: int = 50) -> None:
    """Hold a layout against the laws that every layout keeps, on every engine.

    In every version that it reads: a state that is encoded decodes to the same state; a payload
    that is altered or cut is refused with a WireError, or encodes to the same payload again;
    a state of which a value is another, or a member is missing or new, is written or refused with a
    QidlError; engines agree. And it can be described.

    :param layout: the layout
    :param examples: how many states to try each law on
    :raises AssertionError: one does not hold: a sentence that names layout, path, what was expected and found
    :raises SchemaError: it is no layout, or no number of examples is given
    """
    __tracebackhide__ = True
    check_is_layout(layout)
    try:
        json.dumps(describe(layout))
    except Exception as error:
        found = error if isinstance(error, QidlError) else raised(error)
        fail(layout.name, "a description in JSON", found, cause=error)
    laws: list[Callable[[Draw], None]] = [
        lambda draw: _round_trip(layout, draw),
        lambda draw: _alteration(layout, draw),
        lambda draw: _other_state(layout, draw),
    ]
    for law in laws:
        holds(law, layout.name, examples, _DRAWN, lambda error: _field_of(layout, error))


def _field_of(layout: VMState, error: BaseException) -> str:
    """The field of which no value can be drawn; empty if each by itself can be, or that is another error."""
    from qidl.strategies import states

    for path, form in leaves(layout):
        alone = VMState(layout.name, version_id=1, fields=["field" / form])
        try:
            holds(lambda draw, alone=alone: draw(states(alone)), path, 1, _DRAWN)  # type: ignore[misc]
        except AssertionError as found:
            if repr(found.__cause__) == repr(error):
                return f"{layout.name}: {path}"
    return ""


def _round_trip(layout: VMState, draw: Draw) -> None:
    from hypothesis import strategies as st

    from qidl.strategies import states

    version_id = draw(st.integers(layout.minimum_version_id, layout.version_id))
    state = draw(states(layout, version_id))
    draw.note(layout.name, state)
    payloads = {name: _encode(layout, engine, state, version_id) for name, engine in engines().items()}
    first = payloads["reference"]
    for name, engine in engines().items():
        where = f"{_named(layout, version_id)} on the {name} engine"
        if payloads[name] != first:
            fail(where, f"the payload {brief(first.hex())} of {brief(state)}", brief(payloads[name].hex()))
        try:
            again = engine.decode(layout, first, version_id)
        except Exception as error:
            found = error if isinstance(error, WireError) else raised(error)
            fail(where, f"to read what it wrote of {brief(state)}", found, cause=error)
        for path, wanted, found in differences(state, again):
            fail(f"{where}: {path}", f"{brief(wanted)} after encoding and decoding", brief(found))


def _encode(layout: VMState, engine: Engine, state: State, version_id: int) -> bytes:
    try:
        return engine.encode(layout, state, version_id)
    except Exception as error:
        found = error if isinstance(error, QidlError) else raised(error)
        fail(_named(layout, version_id), f"to write the state {brief(state)}", found, cause=error)


def _alteration(layout: VMState, draw: Draw) -> None:
    from hypothesis import strategies as st

    from qidl.strategies import states

    version_id = draw(st.integers(layout.minimum_version_id, layout.version_id))
    state = draw(states(layout, version_id))
    draw.note(layout.name, state)
    payload = bytearray(_encode(layout, REFERENCE, state, version_id))
    for _ in range(draw(st.integers(0, 3)) if payload else 0):
        payload[draw(st.integers(0, len(payload) - 1))] = draw(st.integers(0, 255))
    altered = bytes(payload[: draw(st.integers(0, len(payload)))] if draw(st.booleans()) else payload)
    for name, engine in engines().items():
        where = f"{_named(layout, version_id)} on the {name} engine"
        outcome = _outcome(engine, layout, altered, version_id, where)
        if outcome != _outcome(REFERENCE, layout, altered, version_id, where):
            fail(where, f"what the reference engine makes of {brief(altered.hex())}", brief(outcome))
        if isinstance(outcome, dict):
            again = _encode(layout, engine, outcome, version_id)
            if again != altered:
                fail(where, f"{brief(altered.hex())} after decoding and encoding", brief(again.hex()))


def _outcome(engine: Engine, layout: VMState, payload: bytes, version_id: int, where: str) -> State | str:
    """The state, or the error in words."""
    try:
        return engine.decode(layout, payload, version_id)
    except WireError as error:
        return str(error)
    except Exception as error:
        fail(where, f"a state or a WireError of {brief(payload.hex())}", raised(error), cause=error)


def _other_state(layout: VMState, draw: Draw) -> None:
    from hypothesis import strategies as st

    from qidl.strategies import states

    version_id = draw(st.integers(layout.minimum_version_id, layout.version_id))
    state = copy.deepcopy(draw(states(layout, version_id)))
    _change(state, draw)
    draw.note(layout.name, state)
    written: dict[str, bytes | str] = {}
    for name, engine in engines().items():
        where = f"{_named(layout, version_id)} on the {name} engine"
        try:
            written[name] = engine.encode(layout, state, version_id)
        except QidlError as error:
            written[name] = str(error)
        except Exception as error:
            fail(where, f"bytes or a QidlError of {brief(state)}", raised(error), cause=error)
        if written[name] != written["reference"]:
            fail(where, f"{brief(written['reference'])} of {brief(state)}", brief(written[name]))


def _change(state: State, draw: Draw) -> None:
    """Make one value of a state another, take it away, or add a member beside it."""
    from hypothesis import strategies as st

    within: Any = state
    place: Any = "more"
    places = _places(state)
    while places:
        place = draw(st.sampled_from(places))
        places = _places(within[place])
        if not places or not draw(st.booleans()):
            break
        within = within[place]
    match draw(st.sampled_from(["another", "gone", "more"])):
        case "gone" if place in within or isinstance(within, list):
            del within[place]
        case "more" if isinstance(within, dict):
            within["more"] = 0
        case _:
            within[place] = draw(st.sampled_from(_INTEGERS) | st.sampled_from(_OTHERS))


def _places(value: Any) -> Sequence[Any]:
    """The members of a struct, or the indexes of a list."""
    if isinstance(value, dict):
        return list(value)
    return range(len(value)) if isinstance(value, list) else ()


def _named(layout: VMState, version_id: int) -> str:
    return f"{layout.name} version {version_id}"
