"""Comparing two declarations of the same state: what would break when one loads what the other saved.

>>> old = {"type": "Fifo", "data": {"count": "uint8"}}
>>> new = {"type": "Fifo", "data": {"count": "uint8", "thr": "uint8"}}
>>> [str(finding) for finding in check(old, new)]
['Fifo.thr: added: required, and old state has none (breaks old → new, new → old)']
"""

from __future__ import annotations

from collections.abc import Iterable

from qidl.check.finding import Direction, Finding, read_accepted
from qidl.check.inputs import Input, Layouts, read
from qidl.check.schemas import compare_schemas
from qidl.check.wire import compare_layouts
from qidl.errors import SchemaError

__all__ = ["Direction", "Finding", "Input", "check", "read_accepted"]


def check(old: Input, new: Input, accepted: Iterable[str] = ()) -> list[Finding]:
    """Say what keeps state saved by one version from loading in the other.

    Both are of one kind: schemas (one, or a list; as dicts, JSON, or the text form of 2012),
    what QEMU's ``-dump-vmstate`` writes, or layout descriptions of qidl.

    :param accepted: findings that are known and leave the list: a path, or ``path: kind``,
        both with ``*`` and ``?`` as in file names
    :raises SchemaError: one of the two is none of these, or they are of different kinds
    """
    before, after = read(old, "old"), read(new, "new")
    if isinstance(before, Layouts) and isinstance(after, Layouts):
        if before.level and after.level:
            before, after = before.without_level(), after.without_level()
        findings = compare_layouts(before, after)
    elif not isinstance(before, Layouts) and not isinstance(after, Layouts):
        findings = compare_schemas(before, after)
    else:
        raise SchemaError("old and new: expected two schemas, or two descriptions of layouts, found one of each")
    patterns = tuple(accepted)
    return [finding for finding in findings if not finding.matches(patterns)]
