"""What a VMState may be made of, and what it says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from test_vmstate_subsections import DEVICE
from vmstates import layout, subsection

from qidl import SchemaError
from qidl.wire.layouts.hpet import HPET_RTC_IRQ_LEVEL, HPET_TIMER, HPET_V2
from qidl.wire.primitives import Since, UInt8
from qidl.wire.vmstate import VMState


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([UInt8], "expected a field named with /, found <uint8>"),
        ([Since(2, UInt8)], "expected a field named with /"),
        (["a b" / UInt8], "a b: expected a field path such as bus[0].ifs[1].status, found ' b'"),
    ],
)
def test_field_without_a_path(fields: list[Any], message: str) -> None:
    """A field has to be named by a path."""
    with pytest.raises(SchemaError) as caught:
        VMState("dev", version_id=1, fields=fields)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", ["dev", "other/sub", "de", ""])
def test_subsection_of_another_name(name: str) -> None:
    """A subsection's name has to begin with its parent's, and go on."""
    with pytest.raises(SchemaError, match=rf"^dev: expected a subsection whose name begins so, found {name!r}$"):
        layout(subsections=[subsection(name)])


def test_field_named_inside_its_condition() -> None:
    """A name may stand inside a condition as well as around it."""
    (member,) = layout(Since(1, "x" / UInt8)).members
    assert ("x", UInt8, 1) == (member.path, member.subcon, len(member.conditions))


def test_member_knows_its_meaning() -> None:
    """What follows the star is what the field means."""
    (member,) = layout("x" / Since(1, UInt8) * "what it is").members
    assert "what it is" == member.meaning


def test_description() -> None:
    """A VMState shows its name and version, and yields every description within it."""
    assert "<VMState hpet v2>" == repr(HPET_V2)
    assert [HPET_V2, HPET_TIMER, HPET_TIMER, HPET_RTC_IRQ_LEVEL] == list(HPET_V2.walk())
    assert ["dev", "dev/first", "dev/flag", "dev/deep", "dev/deep/er", "dev/deep/flag2"] == [
        description.name for description in DEVICE.walk()
    ][:6]
    assert "rtc_irq_level" == HPET_RTC_IRQ_LEVEL.marker
