"""Payloads as objects, of layouts that take any version."""

from __future__ import annotations

from typing import Any

import pytest
from test_payload import Inner, by_qobject
from work import calls

from qidl.generating.functions import MOST
from qidl.payload import from_payload, to_payload
from qidl.wire.primitives import Conditional, Since, UInt8
from qidl.wire.vmstate import VMState


class AnyVersion(VMState):
    """A layout that takes any version."""

    def accept(self, version_id: int | None) -> int:
        return self.version_id if version_id is None else version_id


class Odd(Conditional):
    """A condition of one's own: qidl does not know on what it depends."""

    def present(self, version_id: int, state: Any) -> bool:
        return version_id % 2 == 1


@pytest.mark.parametrize("form", [UInt8, Since(2, UInt8), Odd(UInt8)])
def test_layout_of_very_many_versions(form: Any) -> None:
    """A stream may name any version. That does not make each of them dear, nor is anything kept for each."""
    layout = AnyVersion("any", version_id=1, fields=["a" / UInt8, "b" / form])
    payloads = [b"\1\2" if form is UInt8 or version % 2 == 1 else b"\1" for version in range(200)]
    if isinstance(form, Since):
        payloads = [b"\1", b"\1"] + [b"\1\2"] * 198
    for version, payload in enumerate(payloads):
        assert len(payload) == len(to_payload(from_payload(Inner, layout, payload, version), layout, version))
    device = from_payload(Inner, layout, payloads[199], 199)
    for _ in range(10):
        by_qobject(Inner, layout, payloads[199], 199)
    most = 2 * calls(lambda: by_qobject(Inner, layout, payloads[199], 199))
    assert calls(lambda: from_payload(Inner, layout, payloads[199], 199)) < most
    assert calls(lambda: to_payload(device, layout, 199)) < most
    functions = layout.uses[Inner]
    assert len(functions.reading) + len(functions.writing) <= 2 * MOST
