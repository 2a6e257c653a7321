"""Stringified field paths: ``bus[0].ifs[1].status``, the keys by which a VMState reaches into a QObject."""

from __future__ import annotations

import functools
import itertools
import re
import textwrap
from typing import Any, Final

from qidl.errors import SchemaError

Step = str | int

_STEP = re.compile(r"(?:^|(?<=.)\.)([A-Za-z_]\w*)|\[(0[xX][\dA-Fa-f]+|\d+)\]|\[([A-Za-z_]\w*)\]", re.ASCII)

MOST_DIGITS: Final = 20
"""Of an index, or of another number in a name: those of 64 bits."""


@functools.lru_cache(maxsize=1 << 14)
def parse(path: str) -> tuple[Step, ...]:
    """Split a path into member names and indexes; ``[NAME]``, as C spells an index, is a member's name.

    :raises SchemaError: the text is not a path
    """
    steps: list[Step] = []
    place = 0
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None:
            raise SchemaError(f"{path}: expected a field path such as bus[0].ifs[1].status, found {path[place:]!r}")
        name, index, spelled = match.groups()
        if index is not None and len(index) > MOST_DIGITS:
            where = join(*steps, "[…]")
            raise SchemaError(f"{where}: expected an index of at most {MOST_DIGITS} digits, found {len(index)} digits")
        steps.append(name or spelled if index is None else int(index, 16 if "x" in index.lower() else 10))
        place = match.end()
    return tuple(steps)


def join(*parts: str | int) -> str:
    """Put paths, names and indexes together."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part:
            path += f".{part}" if path and not part.startswith("[") else part
    return path


def is_within(path: str, whole: str) -> bool:
    """Whether a path is that of the whole, or leads into it; the whole of all is the empty path."""
    return not whole or path == whole or path.startswith((f"{whole}.", f"{whole}["))


def get(state: Any, path: str) -> Any:
    """Return what lies at ``path``.

    :raises SchemaError: nothing does
    """
    value = state
    for place, step in enumerate(parse(path)):
        value = child(value, step, join(*parse(path)[:place]))
    return value


def child(value: Any, step: Step, path: str) -> Any:
    """Return one member or element of the value that lies at ``path``.

    :raises SchemaError: it has none such; the message lists what there is
    """
    if isinstance(value, dict) and step in value:
        return value[step]
    if isinstance(value, list | bytes) and isinstance(step, int) and step < len(value):
        return value[step]
    here = join(path, step)
    if isinstance(value, dict):
        names = textwrap.shorten(", ".join(map(str, value)), 200, placeholder=" …") or "no member"
        raise SchemaError(f"{here}: expected one of {names}, found {step!r}")
    if isinstance(value, list | bytes):
        raise SchemaError(f"{here}: expected an index below {len(value)}, found {step!r}")
    raise SchemaError(
        f"{here}: expected a {'list' if isinstance(step, int) else 'struct'}, found {type(value).__name__}"
    )


def put(state: dict[str, Any], path: str, value: Any) -> None:
    """Set ``path``, making the dicts and lists on the way. A list grows; elements skipped are 0.

    Structs merge: a dict, or a list of dicts, that comes where one already lies adds its members.
    """
    steps = parse(path)
    if not steps or not isinstance(steps[0], str):
        raise SchemaError(f"{path}: expected a field path such as bus[0].ifs[1].status, found {path!r}")
    last = steps[-1]
    within: Any = state
    for step, following in itertools.pairwise(steps):
        within = _enter(within, step, [] if isinstance(following, int) else {})
    if isinstance(last, int):
        within.extend([0] * (last + 1 - len(within)))
        within[last] = value
    else:
        within[last] = _merged(within.get(last), value)


def _merged(before: Any, value: Any) -> Any:
    if isinstance(before, dict) and isinstance(value, dict):
        return {**before, **value}
    if isinstance(before, list) and isinstance(value, list) and len(before) <= len(value):
        return [_merged(old, new) for old, new in zip(before, value, strict=False)] + value[len(before) :]
    return value


def _enter(within: Any, step: Step, fresh: Any) -> Any:
    if isinstance(within, dict):
        return within.setdefault(step, fresh)
    assert isinstance(step, int)
    while len(within) <= step:
        within.append(type(fresh)())
    return within[step]
